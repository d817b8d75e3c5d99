"""How the stack tells how far it is; who watches decides how it looks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


class Watcher(Protocol):
    """Someone who is told each step and, for downloads, how much is done."""

    def step(self, text: str) -> None:
        """Say that a new step begins."""
        ...

    def downloaded(self, done_bytes: int, total_bytes: int) -> None:
        """Say how much of the present step's download is here."""
        ...


class Silent:
    """Nobody watches: tests and programs."""

    def step(self, text: str) -> None:
        """Say nothing."""

    def downloaded(self, done_bytes: int, total_bytes: int) -> None:
        """Say nothing."""


class OnConsole:
    """One spinner line for each step on a terminal, plain lines where there is none."""

    def __init__(self, console: Console, bars: Progress) -> None:
        self._console = console
        self._bars = bars
        self._task = bars.add_task("", total=None, visible=False)
        self._text = ""

    def step(self, text: str) -> None:
        """Close the step before with a tick and begin this one."""
        self.close()
        self._text = text
        if self._console.is_terminal:
            self._bars.reset(self._task, description=text, total=None, visible=True)
        else:
            self._console.print(f"· {text}", highlight=False)

    def downloaded(self, done_bytes: int, total_bytes: int) -> None:
        """Move the bar."""
        self._bars.update(self._task, completed=done_bytes, total=total_bytes)

    def close(self) -> None:
        """Tick the last step off."""
        if self._text and self._console.is_terminal:
            self._bars.update(self._task, visible=False)
            self._console.print(f"[green]✓[/] {self._text}", highlight=False)
        self._text = ""


@contextmanager
def watching(console: Console) -> Iterator[OnConsole]:
    """Show steps on a console while the block runs."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        watcher = OnConsole(console, bars)
        yield watcher
        watcher.close()
