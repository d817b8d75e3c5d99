"""Services in processes of their own, and what the processes of a run cost the machine."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Final

import psutil

from benchmarks.load import Load, Sent
from benchmarks.service import Opening
from operate.settings import REPOSITORY
from operate.stack.home import Home
from operate.stack.local import Engines
from operate.stack.state import read_state

_PATIENCE_SECONDS: Final = 120.0


class ServiceProcess:
    """A service that runs elsewhere and sends complaints when told."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    async def send(self, load: Load) -> Sent:
        """Have it send commands; return when all are durable."""
        return Sent.model_validate_json(await self.ask(load.model_dump_json()))

    async def ask(self, line: str) -> str:
        """Say a line and return the answer. Raises RuntimeError when the process ended instead."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the service was started without its lines")
        self._process.stdin.write(line.encode() + b"\n")
        await self._process.stdin.drain()
        answer = await asyncio.wait_for(self._process.stdout.readline(), _PATIENCE_SECONDS)
        if not answer:
            raise RuntimeError("a service of the benchmark ended; what it said stands above")
        return answer.decode().strip()

    async def stop(self) -> None:
        """Close its input: it ends in order, or else by force."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 20)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def started(opening: Opening) -> AsyncIterator[ServiceProcess]:
    """Start a service, wait until it consumes, stop it at the end."""
    process = ServiceProcess(
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "benchmarks.service",
            cwd=REPOSITORY,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
    )
    try:
        await process.ask(opening.model_dump_json())
        yield process
    finally:
        await process.stop()


def engine_pids(engines: Engines) -> list[int]:
    """Return the engines' processes; empty when they are given from outside, where nobody here sees their cost."""
    members = read_state(Home(engines.home).state_file).members.values()
    return [member.child.pid for member in members if member.child is not None]


def cpu_seconds(pids: Iterable[int]) -> float:
    """Return the processor time these processes and their children have used so far."""
    seconds = 0.0
    for pid in pids:
        parent = psutil.Process(pid)
        for each in (parent, *parent.children(recursive=True)):
            try:
                used = each.cpu_times()
            except psutil.NoSuchProcess:
                continue
            seconds += used.user + used.system
    return seconds
