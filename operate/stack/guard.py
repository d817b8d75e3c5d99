"""Engines for the length of one program: stopped and removed when it ends, however it ends.

A guardian process holds the other end of a pipe. The program's end closes when it finishes, fails or is killed;
then the guardian stops the engines and removes their folder.
"""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from operate.settings import REPOSITORY, Settings
from operate.stack.local import Engines, start_engines, stop_engines
from operate.stack.progress import Silent, Watcher

_SILENT = Silent()
_FAREWELL_SECONDS = 60
# The path of a Unix socket is short, the temporary folder of some machines is not.
_SHORT, _SHORT_FOLDER = 60, "/tmp"  # noqa: S108 - only as parent of a fresh folder


@contextmanager
def temporary_engines(settings: Settings, watcher: Watcher = _SILENT) -> Iterator[Engines]:
    """Start engines in a fresh home of their own, unless `settings` names running ones. Raises OperateError."""
    with temporary_home() as home:
        yield start_engines(dataclasses.replace(settings, home=home), watcher)


@contextmanager
def temporary_home() -> Iterator[Path]:
    """Return a fresh home; whatever `start_engines` starts in it is stopped and removed at the end."""
    parent = tempfile.gettempdir()
    home = Path(tempfile.mkdtemp(prefix="amends-", dir=parent if len(parent) < _SHORT else _SHORT_FOLDER))
    guardian = subprocess.Popen(
        [sys.executable, "-m", __name__, str(home)],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield home
    finally:
        if guardian.stdin:
            guardian.stdin.close()
        guardian.wait(_FAREWELL_SECONDS)


def main() -> None:
    """Wait until the other end closes, then leave nothing."""
    home = Path(sys.argv[1])
    sys.stdin.read()
    stop_engines(home, keep=False)
    shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
