"""Copies of dead letters leave for `<topic>.<group>.dlq` by the same kind of relay."""

from __future__ import annotations

import asyncio
import hashlib

import stamina
import structlog

from eventlog.clock import Clock
from eventlog.errors import Unavailable
from eventlog.kafka.publisher import PublicRecord, Publisher, TooLarge
from eventlog.store import DeadLetter, FollowerStore, InboxStore

NAME = "dead_letter_relay"
PAGE = 100

logger = structlog.get_logger("dead_letter_relay")


class DeadLetterRelay:
    """Publishes dead letters by a cursor of its own, under the same leader.

    Its publisher is its own too: a dead-letter topic that does not answer must not hold up the relay.
    """

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
                on=Unavailable, attempts=None, timeout=None, wait_initial=0.1, wait_max=5.0, wait_jitter=0.1
            ):
                with attempt:
                    sent = await self.publish_next(epoch)
            if not sent:
                await asyncio.sleep(poll_seconds)

    async def publish_next(self, epoch: int) -> int:
        """Publish a page of dead letters, then move the cursor; return how many there were."""
        letters = await self._inbox.dead_after(await self._followers.checkpoint(NAME), PAGE)
        if letters:
            await self._publish([self._record(letter) for letter in letters])
            await self._followers.save_checkpoint(NAME, letters[-1].id, epoch)
        return len(letters)

    async def _publish(self, records: list[PublicRecord]) -> None:
        while records:
            try:
                await self._publisher.publish(records)
            except TooLarge as trouble:
                place = records.index(trouble.record)
                digest = _digest(trouble.record)
                if digest == trouble.record:
                    logger.exception("dead_letter_copy_too_large", topic=digest.topic)
                    del records[place]
                else:
                    records[place] = digest
            else:
                return

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


def _digest(record: PublicRecord) -> PublicRecord:
    """Return what fits of a copy that does not: the row keeps the whole record."""
    ours = [(name, value) for name, value in record.headers if name.startswith("x-")]
    if not record.value:
        return record
    size, digest = str(len(record.value)).encode(), hashlib.sha256(record.value).hexdigest().encode()
    return PublicRecord(
        topic=record.topic,
        key=record.key,
        value=b"",
        headers=[*ours, ("x-sealed-bytes", size), ("x-sealed-sha256", digest)],
        timestamp_ms=record.timestamp_ms,
    )
