"""Acknowledgements gathered: the offsets of handled batches, committed at most ten times a second.

A commit for each batch costs the broker and the next batch's wait more than many records do. What a crash
leaves uncommitted comes again, and the inbox drops it by its sequence.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from aiokafka import ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

EVERY_SECONDS = 0.1
# The library asks for the coordinator as long as there is none; a stop and a rebalance can't wait for that.
COMMIT_SECONDS = 2.0

logger = structlog.get_logger("acknowledging")


class Acknowledgements(ConsumerRebalanceListener):  # type: ignore[misc]  # the library is untyped
    """Remembers how far each partition was handled, and commits it soon, but never while the group joins anew.

    Only offsets of batches that were handled to their end are ever committed: the consumer's own position
    may be further. A commit between joining and the assignment is refused, and the library answers that by
    joining once more: committing again and again then keeps the whole group joining for ever.
    """

    def __init__(
        self,
        consumer: Callable[[], Any],
        is_running: Callable[[], bool],
        *,
        every_seconds: float = EVERY_SECONDS,
        commit_seconds: float = COMMIT_SECONDS,
    ) -> None:
        self._consumer = consumer
        self._is_running = is_running
        self._every_seconds = every_seconds
        self._commit_seconds = commit_seconds
        self._handled: dict[TopicPartition, int] = {}
        self._one_at_a_time = asyncio.Lock()
        self._waiting_since: float | None = None
        self._committing: asyncio.Task[None] | None = None
        self._is_joining = False

    @property
    def waiting_seconds(self) -> float:
        """How long the oldest batch that was handled has been waiting for its commit; 0 when none does."""
        return 0.0 if self._waiting_since is None else _now() - self._waiting_since

    async def on_partitions_revoked(self, revoked: object) -> None:
        """Commit what is handled while it may be, then wait for the assignment."""
        del revoked
        await self.settle()
        self._is_joining = True

    async def on_partitions_assigned(self, assigned: object) -> None:
        """Commit again; what went to others meanwhile is theirs to acknowledge."""
        del assigned
        self._is_joining = False

    def of(self, records: Sequence[ConsumerRecord[Any, Any]]) -> BatchAcknowledgement:
        """Return what the framework acknowledges or rewinds this batch with."""
        return BatchAcknowledgement(self, records)

    async def note(self, records: Sequence[ConsumerRecord[Any, Any]]) -> None:
        """Count a batch as handled. It is committed within the tenth of a second, at once while stopping."""
        for record in records:
            self._keep(TopicPartition(record.topic, record.partition), record.offset + 1)
        if self._waiting_since is None:
            self._waiting_since = _now()
        if not self._is_running():
            await self.settle()
        elif self._committing is None:
            self._committing = asyncio.create_task(self._commit_soon())

    async def settle(self) -> None:
        """Commit now what is handled, of the partitions that are still ours. A failure is put off."""
        async with self._one_at_a_time:
            if self._is_joining:
                return
            consumer, handled, self._handled = self._consumer(), self._handled, {}
            assigned = set() if consumer is None else consumer.assignment()
            offsets = {place: offset for place, offset in handled.items() if place in assigned}
            if offsets and not await self._commit(consumer, offsets):
                for place, offset in offsets.items():
                    self._keep(place, offset)
            else:
                self._waiting_since = _now() if self._handled else None

    async def _commit(self, consumer: Any, offsets: dict[TopicPartition, int]) -> bool:
        try:
            async with asyncio.timeout(self._commit_seconds):
                await consumer.commit(offsets)
        except (KafkaError, TimeoutError) as trouble:
            logger.warning("commit_put_off", cause=type(trouble).__name__)
            return False
        return True

    def rewind(self, partition: TopicPartition, offset: int) -> None:
        """Have a partition delivered again from an offset on."""
        if (consumer := self._consumer()) is not None:
            consumer.seek(partition, offset)

    def _keep(self, place: TopicPartition, offset: int) -> None:
        self._handled[place] = max(offset, self._handled.get(place, 0))

    async def _commit_soon(self) -> None:
        try:
            while self._handled:
                await asyncio.sleep(self._every_seconds)
                await self.settle()
        finally:
            self._committing = None


class BatchAcknowledgement:
    """One batch's consumer as the framework sees it: it commits this batch and nothing else."""

    def __init__(
        self, acknowledgements: Acknowledgements, records: Sequence[ConsumerRecord[Any, Any]]
    ) -> None:
        self._acknowledgements = acknowledgements
        self._records = records

    async def commit(self) -> None:
        """Count the batch as handled."""
        await self._acknowledgements.note(self._records)

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """Rewind a partition of a batch that failed."""
        self._acknowledgements.rewind(partition, offset)


def _now() -> float:
    return asyncio.get_running_loop().time()
