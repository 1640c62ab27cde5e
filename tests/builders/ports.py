"""Ports for servers that must be found again at a port known before they start."""

import random
import socket
from contextlib import suppress

_NOT_LENT = range(20_000, 32_000)


def free_port() -> int:
    """Give a free port of this machine.

    Not one of those that the system lends: before the server has it, or between two of its lives,
    an outgoing connection might get it, even that of whoever tries that very port.

    Raises:
        OSError: none of a hundred is free.
    """
    for port in random.sample(_NOT_LENT, k=100):
        with socket.socket() as listener, suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port
    raise OSError("no port is free")
