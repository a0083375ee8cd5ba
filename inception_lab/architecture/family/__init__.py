"""What came after GoogLeNet, described: a file a network."""
