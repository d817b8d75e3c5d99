"""The hop: a command at one service, through its log, Kafka and the next service's log, to Kafka again."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

import psutil
from aiokafka import AIOKafkaConsumer, TopicPartition

from benchmarks import routing
from benchmarks.load import Load
from benchmarks.peers import PeerName
from benchmarks.service import TOPICS, Opening, Role
from benchmarks.site import Site, settle
from contracts.envelope import read
from operate.settings import REPOSITORY
from operate.stack.home import Home
from operate.stack.state import read_state

_POLL_SECONDS: Final = 0.02
_PATIENCE_SECONDS: Final = 120.0


@dataclass(frozen=True, slots=True)
class HopSample:
    """Complaints a second from the first command to the last public record, and what each cost the machine."""

    complaints_per_second: float
    cpu_microseconds: float | None


@dataclass(frozen=True, slots=True)
class LatencySample:
    """Milliseconds from the moment each complaint was due to its arrival behind the second service."""

    milliseconds: list[float]


class ServiceProcess:
    """A service in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    async def send(self, load: Load) -> None:
        """Have it send complaints; return when all are durable."""
        await self._write(load.model_dump_json())
        await self.answer()

    async def answer(self) -> str:
        """Return its next line. Raises RuntimeError when it ended instead."""
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), _PATIENCE_SECONDS)
        if not line:
            raise RuntimeError("a service of the benchmark ended; what it said stands above")
        return line.decode().strip()

    async def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")
        await self._process.stdin.drain()
'''
