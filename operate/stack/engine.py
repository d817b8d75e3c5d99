"""What the stack asks of an engine; the modules `kafka` and `postgres` are the two."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from operate.stack.home import Home
from operate.stack.progress import Watcher
from operate.stack.state import Running


@dataclass(frozen=True, slots=True)
class Site:
    """Where an engine is started: its stack's home, the user's cache folder, and who watches."""

    home: Home
    cache: Path
    watcher: Watcher


class Engine(Protocol):
    """One server program with one data folder."""

    NAME: str

    def launch(self, site: Site, last: Running | None) -> Running:
        """Start it, on its last ports where they are free; clear what a crash left. Raises OperateError."""
        ...

    def wait_ready(self, site: Site, running: Running) -> None:
        """Wait until it serves. Raises OperateError when it ends instead, or takes too long."""
        ...

    def stop(self, home: Home, running: Running | None, *, keep: bool = True) -> None:
        """Stop it in order, then by force; leave no process that works in its folder.

        With `keep` false its data is removed next, and nobody waits until it is written.
        """
        ...
