"""Processes that outlive the command that started them, known by their id and start time."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict

# The system's clock may be set while a process runs, which moves the start time as read from the kernel.
_START_TOLERANCE_SECONDS = 2.0
_KILL_PATIENCE_SECONDS = 10.0
_LOOK_AGAIN_SECONDS = 0.02


class Child(BaseModel):
    """A started process. The start time (epoch seconds) tells it from a stranger with the same id."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pid: int
    started: float


def spawn(
    command: Sequence[str], *, log: Path, folder: Path, environment: Mapping[str, str] | None = None
) -> Child:
    """Start a process in a session of its own, so that no Ctrl-C and no closed terminal reaches it."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    child = known(process.pid)
    # Stopped and reaped by its id, perhaps by another command: Popen must not warn that it still runs.
    process.returncode = 0
    return child


def known(pid: int) -> Child:
    """Return the process that has this id now. Raises psutil.NoSuchProcess."""
    return Child(pid=pid, started=psutil.Process(pid).create_time())


def is_alive(child: Child) -> bool:
    """Tell whether this very process still runs; a zombie does not."""
    return _found(child) is not None


def listens(child: Child, port: int) -> bool:
    """Tell whether it is this process that listens on a port, and not a stranger who was quicker."""
    process = _found(child)
    if process is None:
        return False
    try:
        found = process.net_connections(kind="tcp")
    except psutil.NoSuchProcess:
        return False
    return any(each.status == psutil.CONN_LISTEN and each.laddr.port == port for each in found)


def stop(child: Child, *, ask: signal.Signals = signal.SIGTERM, patience_seconds: float) -> None:
    """Ask the process to end, and kill it with all its descendants when the patience is over."""
    process = _found(child)
    if process is None:
        return
    family = [process, *process.children(recursive=True)]
    with suppress(psutil.NoSuchProcess):
        process.send_signal(ask)
    if not _wait_gone([process], patience_seconds):
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    kill(family)


def kill(processes: Iterable[psutil.Process]) -> None:
    """Kill processes and wait until they are gone."""
    doomed = [process for process in processes if not _is_gone(process)]
    for process in doomed:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    _wait_gone(doomed, _KILL_PATIENCE_SECONDS)


def leftovers(name: str, folder: Path) -> list[psutil.Process]:
    """Return processes of this name that work in this folder: what a crash or a lost state file left behind."""
    return [process for process in psutil.process_iter(["name", "cwd"]) if _works_in(process, name, folder)]


def memory_bytes(child: Child) -> int:
    """Return the resident memory of the process and its descendants, 0 when it is gone."""
    process = _found(child)
    if process is None:
        return 0
    total = 0
    for member in (process, *process.children(recursive=True)):
        with suppress(psutil.Error):
            total += member.memory_info().rss
    return total


def _works_in(process: psutil.Process, name: str, folder: Path) -> bool:
    return bool(process.info["name"] == name and process.info["cwd"] == str(folder))


def _found(child: Child) -> psutil.Process | None:
    try:
        process = psutil.Process(child.pid)
        same = abs(process.create_time() - child.started) <= _START_TOLERANCE_SECONDS
    except psutil.NoSuchProcess:
        return None
    return process if same and not _is_gone(process) else None


def _wait_gone(processes: Sequence[psutil.Process], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not all(_is_gone(process) for process in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK_AGAIN_SECONDS)
    return True


def _is_gone(process: psutil.Process) -> bool:
    """Tell whether the process ended, also when nobody has taken note yet: the machine's init may be slow at that."""
    try:
        if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            return False
        with suppress(ChildProcessError):
            os.waitpid(process.pid, os.WNOHANG)
    except psutil.NoSuchProcess:
        pass
    return True
