"""The relay: committed public bytes leave the log for Kafka, at least once, in order per stream, none lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import stamina
import structlog

from eventlog.clock import Clock
from eventlog.errors import Unavailable
from eventlog.kafka.publisher import PublicRecord, Publisher, TooLarge
from eventlog.observe import NO_OBSERVER, Observer
from eventlog.recorded import Row
from eventlog.store import DeadLetter, FollowerStore, InboxStore

NAME = "relay"
PAGE = 1000
DEAD_LETTERS = "dead_letter_relay"

Headers = Callable[[Row], Sequence[tuple[str, bytes]]]
TopicOf = Callable[[str], str]

logger = structlog.get_logger("relay")


class Relay:
    """A follower that publishes. Its cursor moves after the acknowledgement, so a crash sends again.

    A record that can never be sent puts its stream into quarantine with an alarm: one stream waits for an
    operator, the rest goes on.
    """

    name = NAME

    def __init__(
        self,
        publisher: Publisher,
        followers: FollowerStore,
        *,
        topic_of: TopicOf,
        headers: Headers,
        clock: Clock,
        observer: Observer = NO_OBSERVER,
    ) -> None:
        self._publisher = publisher
        self._followers = followers
        self._topic_of = topic_of
        self._headers = headers
        self._clock = clock
        self._observer = observer
        self._quarantined: set[str] | None = None

    async def take(self, rows: Sequence[Row], epoch: int) -> None:
        """Publish the rows' public bytes, then move the cursor."""
        if self._quarantined is None:
            self._quarantined = await self._followers.quarantined()
        await self._publish_all(rows)
        await self._followers.save_checkpoint(NAME, rows[-1].position, epoch)
        self._observer.gauge("relay_position", rows[-1].position)

    async def republish(self, rows: Sequence[Row]) -> int:
        """Send rows again with the same bytes, for a topic to be rebuilt; the cursor stays. Return how many."""
        records = [self._record(row) for row in rows if row.public is not None]
        await self._publisher.publish(records)
        return len(records)

    async def _publish_all(self, rows: Sequence[Row]) -> None:
        quarantined = self._quarantined or set()
        while True:
            open_rows = [row for row in rows if row.public is not None and row.stream not in quarantined]
            if not open_rows:
                return
            records = [self._record(row) for row in open_rows]
            try:
                await self._publisher.publish(records)
            except TooLarge as trouble:
                culprit = open_rows[records.index(trouble.record)]
                await self._followers.quarantine(culprit.stream, culprit.position, "record_too_large")
                quarantined.add(culprit.stream)
                self._observer.gauge("quarantined_streams", len(quarantined))
                logger.exception("stream_quarantined", stream=culprit.stream, position=culprit.position)
            else:
                return

    def _record(self, row: Row) -> PublicRecord:
        return PublicRecord(
            topic=self._topic_of(row.stream),
            key=row.stream.encode(),
            value=row.public or b"",
            headers=self._headers(row),
            timestamp_ms=int(self._clock.real_now().timestamp() * 1000),
        )


class DeadLetterRelay:
    """Copies dead letters to `<topic>.<group>.dlq`, by their own cursor and under the same leader."""

    def __init__(
        self, publisher: Publisher, inbox: InboxStore, followers: FollowerStore, *, group: str, clock: Clock
    ) -> None:
        self._publisher = publisher
        self._inbox = inbox
        self._followers = followers
        self._group = group
        self._clock = clock

    async def run(self, epoch: int, poll_seconds: float = 0.5) -> None:
        """Publish new dead letters until cancelled or fenced. Transient trouble is waited out."""
        while True:
            async for attempt in stamina.retry_context(
                on=Unavailable, attempts=None, timeout=None, wait_initial=0.1, wait_max=5.0
            ):
                with attempt:
                    sent = await self._publish_next(epoch)
            if not sent:
                await asyncio.sleep(poll_seconds)

    async def _publish_next(self, epoch: int) -> int:
        letters = await self._inbox.dead_after(await self._followers.checkpoint(DEAD_LETTERS), 100)
        if letters:
            await self._publisher.publish([self._record(letter) for letter in letters])
            await self._followers.save_checkpoint(DEAD_LETTERS, letters[-1].id, epoch)
        return len(letters)

    def _record(self, letter: DeadLetter) -> PublicRecord:
        original = [(name, value) for name, value in letter.headers if value is not None]
        return PublicRecord(
            topic=f"{letter.topic}.{self._group}.dlq",
            key=letter.key or b"",
            value=letter.sealed_value or b"",
            headers=[
                *original,
                ("x-original-topic", letter.topic.encode()),
                ("x-original-partition", str(letter.partition).encode()),
                ("x-original-offset", str(letter.offset).encode()),
                ("x-cause", letter.cause.encode()),
                ("x-rule", letter.rule.encode()),
            ],
            timestamp_ms=int(self._clock.real_now().timestamp() * 1000),
        )
