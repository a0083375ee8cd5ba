"""A port that nobody listens at."""

import socket


def free_port() -> int:
    """Return the number of a TCP port of this machine that is free now."""
    with socket.socket() as found:
        found.bind(("localhost", 0))
        return int(found.getsockname()[1])
