"""The append figures: commands a second that one service takes, while it publishes what they lead to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import cycle
from typing import Final

from benchmarks import complaint
from benchmarks.arrivals import watching
from benchmarks.complaint import COMPLAINT, Register
from benchmarks.load import Load, Streams
from benchmarks.peers import PeerName, execute_ours, fresh_complaint, open_keyring, register, reply
from benchmarks.processes import started
from benchmarks.service import TOPICS, Opening
from benchmarks.site import EMPTY, Site, copy_to_naive, name_of, settle
from eventlog.aggregate import Catalogue
from eventlog.clock import Clock
from eventlog.keys import Keyring
from eventlog.log import EventLog
from eventlog.postgres.followers import postgres_storage
from eventlog.postgres.pool import open_pool

PERSONS: Final = 1000
PRELOADED_STREAMS: Final = 4000
PRELOADED_REPLIES: Final = 3
_PRELOADERS: Final = 512


@dataclass(frozen=True, slots=True)
class AppendFigure:
    """How many callers on which streams; without `holds_states` the engine too loads a stream for each command."""

    streams: Streams
    callers: int
    holds_states: bool = True


@dataclass(frozen=True, slots=True)
class AppendSample:
    """Commands a second: answered to their callers, and published, which is when all duties are done."""

    answered: float
    published: float


@dataclass(frozen=True, slots=True)
class Span:
    """How long to warm up and how long to measure."""

    warm_up_seconds: float
    measured_seconds: float


@dataclass(frozen=True, slots=True)
class AppendBench:
    """Where append samples are taken; `full` is a database of complaints that were replied to."""

    site: Site
    span: Span
    full: str

    async def sample(self, peer: PeerName, figure: AppendFigure) -> AppendSample:
        """Measure once, on a fresh database and fresh topics."""
        async with AsyncExitStack() as stack:
            template = EMPTY if figure.streams == "new" else self.full
            dsn = await stack.enter_async_context(self.site.database(template))
            prefix = await stack.enter_async_context(self.site.topics(TOPICS))
            opening = Opening(
                role="complaint",
                peer=peer,
                kafka=self.site.engines.kafka,
                database=dsn,
                keys_database=self.site.keys_dsn,
                secrets=self.site.secrets,
                topic_prefix=prefix,
                holds_states=figure.holds_states,
            )
            service = await stack.enter_async_context(started(opening))
            arrivals = await stack.enter_async_context(
                watching(self.site.engines.kafka, prefix + complaint.TOPIC)
            )
            load = Load(streams=figure.streams, callers=figure.callers, seconds=self.span.warm_up_seconds)
            await service.send(load)
            await settle(dsn)
            before, began = await arrivals.count(), time.perf_counter()
            sent = await service.send(load.model_copy(update={"seconds": self.span.measured_seconds}))
            published = (await arrivals.count() - before) / (time.perf_counter() - began)
            return AppendSample(sent.count / sent.seconds, published)


@asynccontextmanager
async def open_append_bench(site: Site, span: Span) -> AsyncIterator[AppendBench]:
    """Fill a database with complaints that have been replied to, the very same events for both peers."""
    async with site.database() as dsn:
        async with open_keyring(site.keys_dsn, site.secrets) as keyring:
            await _fill(dsn, keyring)
        await copy_to_naive(dsn)
        await settle(dsn)
        yield AppendBench(site, span, name_of(dsn))


async def _fill(dsn: str, keyring: Keyring) -> None:
    owners = cycle([key.person for key in await keyring.new_persons(PERSONS)])
    complaints = (fresh_complaint() for _ in range(PRELOADED_STREAMS))
    waiting = iter([(stream, register(complaint, next(owners))) for complaint, stream in complaints])
    pool = await open_pool(dsn, application="bench-fill")
    try:
        log = EventLog(postgres_storage(pool).log, Catalogue(COMPLAINT), keyring, clock=Clock())
        await asyncio.gather(*(_take_in(log, waiting) for _ in range(_PRELOADERS)))
    finally:
        await pool.close()


async def _take_in(log: EventLog, waiting: Iterator[tuple[str, Register]]) -> None:
    execute = execute_ours(log)
    for stream, command in waiting:
        await execute(stream, command, is_new=True)
        for _ in range(PRELOADED_REPLIES):
            await execute(stream, reply(), is_new=False)
