"""Complaints sent to a running service: as many as it takes, or so many a second whatever it takes."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import cycle, islice
from typing import Final

from pydantic import BaseModel

from benchmarks.complaint import Register
from benchmarks.peers import Execute, fresh_complaint, register
from eventlog.clock import fresh_id

_SEED: Final = 20260302


class Load(BaseModel):
    """So many complaints by `callers` that each wait for their answer; with a `rate` they come by themselves."""

    count: int
    callers: int = 1
    rate: float | None = None


async def send(load: Load, execute: Execute, persons: Sequence[str]) -> int:
    """Send the complaints and return their number once each is durable."""
    if load.rate is None:
        await _by_callers(load, execute, persons)
    else:
        await _by_rate(load.count, load.rate, execute, persons)
    return load.count


def due_times(count: int, rate: float) -> Iterator[float]:
    """Yield seconds from the start at which complaints come: by chance, and by the same chance in every round."""
    chance = random.Random(_SEED)
    due = 0.0
    for _ in range(count):
        due += chance.expovariate(rate)
        yield due


async def _by_callers(load: Load, execute: Execute, persons: Sequence[str]) -> None:
    waiting = _complaints(load.count, persons)

    async def call() -> None:
        for stream, command in waiting:
            await execute(stream, command, command_id=fresh_id(), is_new=True)

    await asyncio.gather(*(call() for _ in range(load.callers)))


def _complaints(count: int, persons: Sequence[str]) -> Iterator[tuple[str, Register]]:
    for person in islice(cycle(persons), count):
        complaint, stream = fresh_complaint()
        yield stream, register(complaint, person)


async def _by_rate(count: int, rate: float, execute: Execute, persons: Sequence[str]) -> None:
    # What is measured begins when the complaint is due, so a sender that falls behind cannot hide it.
    began, wall = time.perf_counter(), time.time()
    async with asyncio.TaskGroup() as group:
        for due, person in zip(due_times(count, rate), cycle(persons), strict=False):
            wait = began + due - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            complaint, stream = fresh_complaint()
            command = register(complaint, person, datetime.fromtimestamp(wall + due, UTC))
            group.create_task(execute(stream, command, command_id=fresh_id(), is_new=True))
