"""One running service: its log, its consumer, its followers under one leader, started and stopped in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import stamina
import structlog

from eventlog.aggregate import Catalogue
from eventlog.clock import Clock
from eventlog.dead_letter_relay import DeadLetterRelay
from eventlog.dead_letters import DeadLetters
from eventlog.errors import Fenced, Unavailable, UnreadableEvent
from eventlog.follower import Follower, follow
from eventlog.inbound import Door, Inbound
from eventlog.incoming import Heard
from eventlog.kafka.ahead import ahead_of_log
from eventlog.kafka.publisher import DEAD_LETTER_BYTES_MAX, Publisher
from eventlog.keys import Keyring
from eventlog.keys.postgres import PostgresKeyStore
from eventlog.leader import LEASE_SECONDS, Leader
from eventlog.log import EventLog
from eventlog.observe import Observer
from eventlog.postgres.followers import postgres_storage
from eventlog.postgres.pool import Pool, open_pool
from eventlog.projections import Projection, ProjectionFollower
from eventlog.rearming import Rearming
from eventlog.relay import PAGE as RELAY_PAGE
from eventlog.relay import Relay
from eventlog.store import Storage
from eventlog.timers import OnTimer, Timers
from hosting.consuming import Consuming
from hosting.health import Life
from hosting.settings import ServiceSettings
from hosting.wire import EVENT_ID_HEADER, headers_of, read_record

CLOCK_SYNC_SECONDS = 0.5
# Where the clock may jump (demo, tests), who moves it waits for us to take note.
OFFSET_SYNC_SECONDS = 0.1
# Command ids and dead letters (`architecture.md` 3.4 and 3.9).
KEPT = timedelta(days=30)
HOUSEKEEPING_SECONDS = 10.0
# What is done again and again by every instance; gets the real time, by which things are too old.
Chore: TypeAlias = Callable[[datetime], Awaitable[None]]

logger = structlog.get_logger("running")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What makes a service this service: everything else is the same in all of them.

    `topics` maps each public category to its topic. `reactions`, `doors` (Kafka) and `door_parts` (what the
    HTTP routes find in `app.state`) are built once the log is open; `chores` are a service's own
    housekeeping.
    """

    name: str
    catalogue: Catalogue
    topics: Mapping[str, str]
    hears: Sequence[str]
    heard: Sequence[Heard]
    on_timer: OnTimer
    reactions: Callable[[Running], Sequence[Follower]]
    projections: Callable[[Running], Sequence[Projection]] = field(default=lambda _running: ())
    doors: Callable[[Running], Mapping[str, Door]] = field(default=lambda _running: {})
    door_parts: Callable[[Running], Mapping[str, Any]] = field(default=lambda _running: {})
    chores: Callable[[Running], Sequence[Chore]] = field(default=lambda _running: ())
    persons_ahead: int = 0


class ClockForbidden(Exception):  # noqa: N818 - names the condition
    """The database's clock has an offset and this installation may have none: it must not run at all."""


class Running:
    """The engine of one service process. `open` starts everything and stops it in the reverse order."""

    def __init__(
        self,
        parts: Parts,
        settings: ServiceSettings,
        *,
        observer: Observer,
        life: Life,
        lease_seconds: float = LEASE_SECONDS,
    ) -> None:
        self.parts = parts
        self.settings = settings
        self.kafka = settings.kafka_access()
        self.observer = observer
        self.life = life
        self.clock = Clock()
        self.unreadable: str | None = None
        self.ahead: str | None = None
        self._lease_seconds = lease_seconds
        self.pool: Pool
        self.storage: Storage
        self.keyring: Keyring
        self.log: EventLog
        self.letters: DeadLetters
        self.inbound: Inbound
        self.relay: Relay
        self.consuming: Consuming
        self.leader: Leader
        self.publisher: Publisher
        self.dead_letter_publisher: Publisher

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Running]:
        """Open pools, begin to consume and to lead; on the way out stop consuming first, then following."""
        async with AsyncExitStack() as stack:
            await self._open_log(stack)
            await self._sync_clock()
            if self.life.death is not None:
                # Not one timer may fire, not one event be written, by a clock that may not be.
                raise ClockForbidden(self.life.death.reason)
            self._build()
            stack.push_async_callback(self.publisher.close)
            stack.push_async_callback(self.dead_letter_publisher.close)
            for work in (self._keep_clock(), self._lead(), self._keep_house()):
                stack.push_async_callback(_cancelled, self._spawn(work))
            stack.push_async_callback(self.consuming.stop)
            joining = self._spawn(self.consuming.join(self.inbound, self.life))
            stack.push_async_callback(_cancelled, joining)
            yield self

    def topic(self, name: str) -> str:
        """Return a topic's name in this installation."""
        return f"{self.settings.topic_prefix}{name}"

    async def _open_log(self, stack: AsyncExitStack) -> None:
        name = f"amends-{self.parts.name}"
        self.pool = await open_pool(self.settings.database.get_secret_value(), application=name, size=12)
        stack.push_async_callback(self.pool.close)
        keys_pool = await open_pool(self.settings.keys_database.get_secret_value(), application=name, size=4)
        stack.push_async_callback(keys_pool.close)
        self.storage = postgres_storage(self.pool)
        store = PostgresKeyStore(keys_pool, self.settings.key("person-master.key"))
        self.keyring = Keyring(store, stock=self.parts.persons_ahead)
        self.log = EventLog(
            self.storage.log, self.parts.catalogue, self.keyring, clock=self.clock, observer=self.observer
        )

    def _build(self) -> None:
        dead_letter_key = self.settings.key(f"{self.parts.name}-dead-letter.key")
        self.letters = DeadLetters(self.storage.inbox, dead_letter_key, observer=self.observer)
        self.publisher = Publisher(self.kafka, client_id=f"amends-{self.parts.name}")
        self.dead_letter_publisher = Publisher(
            self.kafka,
            client_id=f"amends-{self.parts.name}-dead-letters",
            record_bytes_max=DEAD_LETTER_BYTES_MAX,
        )
        self.relay = Relay(
            self.publisher,
            self.storage.followers,
            topic_of=self._topic_of,
            headers=headers_of(self.parts.name),
            clock=self.clock,
            observer=self.observer,
        )
        self.inbound = Inbound(
            self.log,
            self.storage.inbox,
            self.letters,
            read=read_record,
            heard=self.parts.heard,
            doors={self.topic(name): door for name, door in self.parts.doors(self).items()},
            observer=self.observer,
        )
        self.consuming = Consuming(
            self.kafka,
            client=f"amends-{self.parts.name}",
            topics=[self.topic(name) for name in self.parts.hears],
            group=self.topic(self.parts.name),
        )
        self.leader = Leader(
            self.storage.followers,
            self._follow_all,
            lease_seconds=self._lease_seconds,
            observer=self.observer,
        )

    async def _follow_all(self, epoch: int) -> None:
        projections = [ProjectionFollower(each, self.log, self.pool) for each in self.parts.projections(self)]
        dead_letters = DeadLetterRelay(
            self.dead_letter_publisher,
            self.storage.inbox,
            self.storage.followers,
            group=self.parts.name,
            clock=self.clock,
        )
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._relay(epoch))
                for follower in (*projections, *self.parts.reactions(self)):
                    group.create_task(self._follow(follower, epoch))
                group.create_task(dead_letters.run(epoch))
                group.create_task(self._rearm(epoch))
                group.create_task(Timers(self.log, self.parts.on_timer, observer=self.observer).run())
        except* Fenced:
            raise Fenced(f"epoch {epoch} no longer leads") from None

    async def _relay(self, epoch: int) -> None:
        topics = [self.topic(name) for name in self.parts.topics.values()]
        async for attempt in stamina.retry_context(on=Unavailable, attempts=None, timeout=None, wait_max=5.0):
            with attempt:
                self.ahead = await ahead_of_log(
                    self.kafka, topics, self.storage.log, id_header=EVENT_ID_HEADER
                )
        if self.ahead is None:
            await self._follow(self.relay, epoch, RELAY_PAGE)
        else:
            # Consumers have heard what this log does not know: an operator restores the newer log, or gives
            # the topics a fresh start and republishes.
            logger.critical("topic_ahead_of_log", event_id=self.ahead)

    async def _rearm(self, epoch: int) -> None:
        rearming = Rearming(self.log, self.storage.followers)
        async for attempt in stamina.retry_context(on=Unavailable, attempts=None, timeout=None, wait_max=5.0):
            with attempt:
                await rearming.run(epoch)

    async def _follow(self, follower: Follower, epoch: int, page: int | None = None) -> None:
        sized = {} if page is None else {"page": page}
        await follow(
            follower,
            followers=self.storage.followers,
            tail=self.log.tail,
            epoch=epoch,
            observer=self.observer,
            **sized,
        )

    async def _lead(self) -> None:
        while True:
            try:
                await self.leader.run()
            except* UnreadableEvent as trouble:
                # A newer release wrote this: be not ready and let an instance that can read it lead.
                self.unreadable = str(trouble.exceptions[0])
                logger.exception("unreadable_event")
            await asyncio.sleep(self._lease_seconds * 2)

    async def _keep_clock(self) -> None:
        pause = OFFSET_SYNC_SECONDS if self.settings.allow_clock_offset else CLOCK_SYNC_SECONDS
        while True:
            await asyncio.sleep(pause)
            try:
                await self._sync_clock()
            except Unavailable:
                logger.warning("clock_not_synced")

    async def _sync_clock(self) -> None:
        now, offset = await self.storage.log.time()
        if offset and not self.settings.allow_clock_offset:
            self.life.declare_dead("clock", "the database has a clock offset, and this installation may not")
        self.clock.sync(now, offset)

    async def _keep_house(self) -> None:
        chores = self.parts.chores(self)
        while True:
            try:
                self.observer.gauge("parked_records", await self.storage.inbox.parked_count())
                # How long things are kept is real time, whatever the installation's offset.
                await self.storage.log.forget_commands(self.clock.real_now() - KEPT)
                await self.storage.inbox.forget_dead(self.clock.real_now() - KEPT)
                for chore in chores:
                    await chore(self.clock.real_now())
            except (Unavailable, UnreadableEvent):
                # What a newer release wrote is for an instance of that release to look at.
                logger.warning("housekeeping_put_off")
            await asyncio.sleep(HOUSEKEEPING_SECONDS)

    def _topic_of(self, stream: str) -> str:
        return self.topic(self.parts.topics[stream.split("-", 1)[0]])

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        task.add_done_callback(self._judge_end)
        return task

    def _judge_end(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (failure := task.exception()) is not None:
            logger.critical("task_failed", exc_info=failure)
            self.life.declare_dead("followers", type(failure).__name__)


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])
