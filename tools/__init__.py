"""What keeps the repository in order: the lock, the conda environment, the notebooks."""
