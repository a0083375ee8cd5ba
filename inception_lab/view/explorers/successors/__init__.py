"""Explorers of what came after GoogLeNet."""
