"""The command `inception-lab`."""
