"""FastStream's batch as raw records: never looks at headers, so no header can make it drop a batch."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from itertools import chain
from typing import Any, TypeAlias

import structlog
from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage

from eventlog.incoming import RawRecord
from eventlog.kafka.acknowledging import Acknowledgements

BATCH_RECORDS_MAX = 1000
POLL_INTERVAL_MILLISECONDS = 300_000
# How long a poll waits for anything at all; it returns with the first record.
POLL_MILLISECONDS = 1000
# A fetch of what stands at the broker takes about one round trip.
FRESH_MILLISECONDS = 4
AT_ONCE_SECONDS = 0.001

Record: TypeAlias = ConsumerRecord[Any, Any]

logger = structlog.get_logger("consuming")


class RawConsumer:
    """The one subscriber of a service over all its topics: batches, acknowledged after handling.

    The framework's own batch parser decodes every header and, when one is null or not UTF-8, drops the
    whole batch and commits past it; this one hands the bytes on.
    """

    def __init__(self, broker: KafkaBroker, topics: Sequence[str], group: str) -> None:
        self.topics = tuple(topics)
        self.group = group
        self._acknowledgements = Acknowledgements(
            lambda: self._subscriber.consumer, lambda: self._subscriber.running
        )
        self._subscriber = broker.subscriber(
            *topics,
            listener=self._acknowledgements,
            group_id=group,
            batch=True,
            parser=self._parse,
            decoder=self._decode,
            ack_policy=AckPolicy.NACK_ON_ERROR,
            auto_offset_reset="earliest",
            max_poll_interval_ms=POLL_INTERVAL_MILLISECONDS,
            session_timeout_ms=10_000,
            heartbeat_interval_ms=3_000,
            rebalance_timeout_ms=POLL_INTERVAL_MILLISECONDS,
            fetch_max_wait_ms=100,
        )
        # The framework's own sleeps once more after a poll that found nothing, and takes what was fetched
        # before the former batch for all there is.
        self._subscriber.get_msg = self._next_batch  # type: ignore[method-assign]  # there is no setting for it

    def on_batch(self, handle: Callable[[list[RawRecord]], Awaitable[None]]) -> None:
        """Hand every batch to `handle`; its return acknowledges, its raise delivers the batch again."""
        self._subscriber(handle)

    @property
    def consumer(self) -> Any:
        """The aiokafka consumer underneath, None before the start and after the stop."""
        return self._subscriber.consumer

    @property
    def unacknowledged_seconds(self) -> float:
        """How long the oldest handled batch has been waiting for its commit."""
        return self._acknowledgements.waiting_seconds

    async def stop(self) -> None:
        """Stop consuming; partitions go to the other instances."""
        await self.acknowledge()
        await self._subscriber.stop()

    async def acknowledge(self) -> None:
        """Commit now what has been handled, instead of within the tenth of a second."""
        await self._acknowledgements.settle()

    async def _next_batch(self, consumer: Any) -> tuple[Record, ...]:
        """Return the next records, in order per partition; none when there are none for a while.

        The library fetches once while a batch is handled, right at its start. So what is there at once is
        what came first, and all that came since stands at the broker: taking it along saves it a turn.
        """
        time = asyncio.get_running_loop().time
        began = time()
        records = await _polled(consumer, POLL_MILLISECONDS, BATCH_RECORDS_MAX)
        if records and time() - began < AT_ONCE_SECONDS and len(records) < BATCH_RECORDS_MAX:
            try:
                records += await _polled(consumer, FRESH_MILLISECONDS, BATCH_RECORDS_MAX - len(records))
            except KafkaError as trouble:
                # What is in hand would be passed by; the next poll meets the same trouble if it lasts.
                logger.warning("fetch_put_off", cause=type(trouble).__name__)
        return records

    async def _parse(self, messages: tuple[Record, ...]) -> KafkaAckableMessage:
        return KafkaAckableMessage(
            body=b"",
            headers={},
            raw_message=messages,
            message_id=f"{messages[0].topic}/{messages[0].partition}/{messages[0].offset}",
            consumer=self._acknowledgements.of(messages),
        )

    @staticmethod
    async def _decode(message: Any) -> list[RawRecord]:
        return [
            RawRecord(
                each.topic, each.partition, each.offset, each.key, each.value, each.headers, each.timestamp
            )
            for each in message.raw_message
        ]


async def _polled(consumer: Any, timeout_milliseconds: int, records_max: int) -> tuple[Record, ...]:
    batches = await consumer.getmany(timeout_ms=timeout_milliseconds, max_records=records_max)
    return tuple(chain.from_iterable(batches.values()))
