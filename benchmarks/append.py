"""The append figures: commands a second, by callers that each wait for their answer before they ask again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import cycle
from typing import Final, Literal, TypeAlias

from benchmarks.peers import Execute, PeerName, fresh_complaint, open_keyring, open_peer, register, reply
from benchmarks.site import EMPTY, Site, copy_to_naive, name_of, settle
from eventlog.clock import fresh_id
from eventlog.keys import Keyring
from eventlog.message import Command

Streams: TypeAlias = Literal["new", "existing"]
Turn: TypeAlias = Callable[[], tuple[str, Command]]

PERSONS: Final = 1000
PRELOADED_STREAMS: Final = 4000
PRELOADED_REPLIES: Final = 3
_PRELOADERS: Final = 512


@dataclass(frozen=True, slots=True)
class AppendFigure:
    """How many callers on which streams. Of existing ones no state is held: each command loads and folds its own."""

    streams: Streams
    callers: int


@dataclass(frozen=True, slots=True)
class Span:
    """How long to warm up and how long to measure."""

    warm_up_seconds: float
    measured_seconds: float


@dataclass(frozen=True, slots=True)
class AppendBench:
    """What all append samples share: person keys, and a database full of complaints to copy."""

    site: Site
    span: Span
    keyring: Keyring
    persons: Sequence[str]
    full: str
    streams: Sequence[str]

    async def sample(self, peer: PeerName, figure: AppendFigure) -> float:
        """Measure once, on a fresh database; return commands a second."""
        async with (
            self.site.database(EMPTY if figure.streams == "new" else self.full) as dsn,
            open_peer(peer, dsn, self.keyring, states_cached=0) as execute,
        ):
            turn = self._turn(figure.streams)
            await _closed_loop(execute, turn, figure, self.span.warm_up_seconds)
            await settle(dsn)
            return await _closed_loop(execute, turn, figure, self.span.measured_seconds)

    def _turn(self, streams: Streams) -> Turn:
        persons, existing = cycle(self.persons), cycle(self.streams)

        def new() -> tuple[str, Command]:
            complaint, stream = fresh_complaint()
            return stream, register(complaint, next(persons))

        return new if streams == "new" else lambda: (next(existing), reply())


@asynccontextmanager
async def open_append_bench(site: Site, span: Span) -> AsyncIterator[AppendBench]:
    """Mint keys and fill a database with complaints that have been replied to, alike for both peers."""
    async with open_keyring(site.keys_dsn, site.secrets) as keyring, site.database() as dsn:
        persons = [key.person for key in await keyring.new_persons(PERSONS)]
        complaints = [fresh_complaint() for _ in range(PRELOADED_STREAMS)]
        owners = cycle(persons)
        async with open_peer("ours", dsn, keyring, states_cached=PRELOADED_STREAMS) as execute:
            waiting = iter([(stream, register(complaint, next(owners))) for complaint, stream in complaints])
            await asyncio.gather(*(_fill(execute, waiting) for _ in range(_PRELOADERS)))
        await copy_to_naive(dsn)
        await settle(dsn)
        yield AppendBench(site, span, keyring, persons, name_of(dsn), [stream for _, stream in complaints])


async def _fill(execute: Execute, waiting: Iterator[tuple[str, Command]]) -> None:
    for stream, command in waiting:
        await execute(stream, command, command_id=fresh_id(), is_new=True)
        for _ in range(PRELOADED_REPLIES):
            await execute(stream, reply(), command_id=fresh_id(), is_new=False)


async def _closed_loop(execute: Execute, turn: Turn, figure: AppendFigure, seconds: float) -> float:
    done = 0
    began = time.perf_counter()
    ends = began + seconds

    async def call() -> None:
        nonlocal done
        while time.perf_counter() < ends:
            stream, command = turn()
            await execute(stream, command, command_id=fresh_id(), is_new=figure.streams == "new")
            done += 1

    await asyncio.gather(*(call() for _ in range(figure.callers)))
    return done / (time.perf_counter() - began)
