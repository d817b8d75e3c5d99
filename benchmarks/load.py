"""Commands sent to a running service: as many as it takes, or so many a second whatever it takes."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from typing import Final, Literal, TypeAlias

from pydantic import BaseModel

from benchmarks.peers import Execute, fresh_complaint, register, reply
from eventlog.message import Command

Streams: TypeAlias = Literal["new", "existing"]
_SEED: Final = 20260302


class Load(BaseModel):
    """What to send, by `callers` that each wait for their answer: so many commands, or for so many seconds.

    With a `rate`, new complaints come by themselves, so many a second.
    """

    streams: Streams = "new"
    callers: int = 1
    count: int | None = None
    seconds: float | None = None
    rate: float | None = None


class Sent(BaseModel):
    """How many commands were durable after how many seconds."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Stock:
    """What commands are made of: persons with keys, and complaints that exist already."""

    persons: Sequence[str]
    streams: Sequence[str]


async def send(load: Load, execute: Execute, stock: Stock) -> Sent:
    """Send what is asked for; return when all of it is durable."""
    began = time.perf_counter()
    if load.rate is not None:
        count = await _by_rate(load.count or 0, load.rate, execute, stock)
    else:
        count = await _by_callers(load, execute, stock)
    return Sent(count=count, seconds=time.perf_counter() - began)


def due_times(count: int, rate: float) -> Iterator[float]:
    """Yield seconds from the start at which complaints come: by chance, and by the same chance in every round."""
    chance = random.Random(_SEED)
    due = 0.0
    for _ in range(count):
        due += chance.expovariate(rate)
        yield due


async def _by_callers(load: Load, execute: Execute, stock: Stock) -> int:
    turn, is_new = _turn(load.streams, stock), load.streams == "new"
    ends = time.perf_counter() + (load.seconds or float("inf"))
    left = load.count if load.count is not None else sys.maxsize
    done = 0

    async def call() -> None:
        nonlocal left, done
        while left > 0 and time.perf_counter() < ends:
            left -= 1
            stream, command = turn()
            await execute(stream, command, is_new=is_new)
            done += 1

    await asyncio.gather(*(call() for _ in range(load.callers)))
    return done


def _turn(streams: Streams, stock: Stock) -> Callable[[], tuple[str, Command]]:
    persons, existing = cycle(stock.persons), cycle(stock.streams)

    def new() -> tuple[str, Command]:
        complaint, stream = fresh_complaint()
        return stream, register(complaint, next(persons))

    return new if streams == "new" else lambda: (next(existing), reply())


async def _by_rate(count: int, rate: float, execute: Execute, stock: Stock) -> int:
    # What is measured begins when the complaint is due, so a sender that falls behind cannot hide it.
    began, wall = time.perf_counter(), time.time()
    async with asyncio.TaskGroup() as group:
        for due, person in zip(due_times(count, rate), cycle(stock.persons), strict=False):
            wait = began + due - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            complaint, stream = fresh_complaint()
            command = register(complaint, person, datetime.fromtimestamp(wall + due, UTC))
            group.create_task(execute(stream, command, is_new=True))
    return count
