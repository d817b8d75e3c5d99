"""The relay: committed public bytes leave the log for Kafka, at least once, in order per stream, none lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import structlog

from eventlog.clock import Clock
from eventlog.kafka.publisher import PublicRecord, Publisher, TooLarge
from eventlog.observe import NO_OBSERVER, Observer
from eventlog.recorded import Row
from eventlog.store import FollowerStore

NAME = "relay"
PAGE = 1000

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
        self._quarantined: set[str] = set()
        self._epoch: int | None = None

    async def take(self, rows: Sequence[Row], epoch: int) -> None:
        """Publish the rows' public bytes, then move the cursor."""
        if self._epoch != epoch or self._quarantined:
            # Another leader may have put streams in; an operator may have let one out this very moment, and
            # what were passed by after its release would be missing for good.
            self._quarantined, self._epoch = await self._followers.quarantined(), epoch
            self._observer.gauge("quarantined_streams", len(self._quarantined))
        await self._publish_all(rows)
        await self._followers.save_checkpoint(NAME, rows[-1].position, epoch)
        self._observer.gauge("relay_position", rows[-1].position)

    async def republish(self, rows: Sequence[Row]) -> tuple[int, set[str]]:
        """Send rows again with the same bytes, for a topic to be rebuilt; the cursor stays.

        Return how many were sent, and the streams that are passed by since a record of theirs can never be sent.
        """
        self._quarantined |= await self._followers.quarantined()
        sent = await self._publish_all(rows)
        return sent, {row.stream for row in rows} & self._quarantined

    async def _publish_all(self, rows: Sequence[Row]) -> int:
        quarantined = self._quarantined
        while True:
            open_rows = [row for row in rows if row.public is not None and row.stream not in quarantined]
            if not open_rows:
                return 0
            records = self._records(open_rows)
            try:
                await self._publisher.publish(records)
            except TooLarge as trouble:
                culprit = open_rows[records.index(trouble.record)]
                await self._followers.quarantine(culprit.stream, culprit.position, "record_too_large")
                quarantined.add(culprit.stream)
                self._observer.gauge("quarantined_streams", len(quarantined))
                logger.exception("stream_quarantined", stream=culprit.stream, position=culprit.position)
            else:
                return len(records)

    def _records(self, rows: Sequence[Row]) -> list[PublicRecord]:
        now_ms = int(self._clock.real_now().timestamp() * 1000)
        return [
            PublicRecord(
                self._topic_of(row.stream), row.stream.encode(), row.public or b"", self._headers(row), now_ms
            )
            for row in rows
        ]
