"""TCP ports of this machine's own address."""

from __future__ import annotations

import socket
import sys
from contextlib import closing, suppress

LOCALHOST = "127.0.0.1"
_PROBE_SECONDS = 1.0
# Linux lets a second socket listen where one is bound that does not listen; elsewhere a held port would be closed to
# the very process it is held for.
_CAN_HOLD = sys.platform == "linux"

_held: dict[int, socket.socket] = {}


def free_port(preferred: int | None = None) -> int:
    """Return the preferred port if nobody listens there, else any free one.

    The port is held while this process lives: the system gives it neither to the next who asks for a free one nor
    to a connection on its way out. Whoever is told the number listens there all the same, as often as it starts.
    """
    with suppress(OSError):
        return _hold(preferred or 0)
    return _hold(0)


def _hold(port: int) -> int:
    """Bind the port, or any free one for 0. Raises OSError when somebody listens there."""
    bound = socket.socket()
    if port:  # asked for any, the system must not name one that others share
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((LOCALHOST, port))
    except OSError:
        bound.close()
        raise
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    port = int(bound.getsockname()[1])
    if not _CAN_HOLD or port in _held:
        bound.close()
    else:
        _held[port] = bound
    return port


def is_open(port: int) -> bool:
    """Tell whether someone accepts connections on the port."""
    with closing(socket.socket()) as probe:
        probe.settimeout(_PROBE_SECONDS)
        return probe.connect_ex((LOCALHOST, port)) == 0
