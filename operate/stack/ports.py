"""TCP ports of this machine's own address."""

from __future__ import annotations

import socket
from contextlib import closing

LOCALHOST = "127.0.0.1"
_PROBE_SECONDS = 1.0


def free_port(preferred: int | None = None) -> int:
    """Return the preferred port if nobody listens there, else any free one."""
    if preferred and _can_bind(preferred):
        return preferred
    with closing(socket.socket()) as probe:
        probe.bind((LOCALHOST, 0))
        return int(probe.getsockname()[1])


def is_open(port: int) -> bool:
    """Tell whether someone accepts connections on the port."""
    with closing(socket.socket()) as probe:
        probe.settimeout(_PROBE_SECONDS)
        return probe.connect_ex((LOCALHOST, port)) == 0


def _can_bind(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOCALHOST, port))
        except OSError:
            return False
        return True
