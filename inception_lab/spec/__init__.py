"""What a network is and what it costs: pure Python, no framework."""
