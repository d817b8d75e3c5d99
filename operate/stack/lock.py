"""One command at a time may change a stack."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from operate.stack.progress import Watcher


@contextmanager
def alone(path: Path, watcher: Watcher) -> Iterator[None]:
    """Hold the file's lock while the block runs, waiting for whoever holds it now.

    The lock dies with its holder, so a killed command leaves nothing to clean up.
    """
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            watcher.step("Waiting for another `amends` command on the same stack")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
