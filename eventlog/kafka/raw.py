"""FastStream's batch as raw records: never looks at headers, so no header can make it drop a batch."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiokafka import ConsumerRecord
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage

from eventlog.incoming import RawRecord
from eventlog.kafka.acknowledging import Acknowledgements

BATCH_MILLISECONDS = 10
BATCH_RECORDS_MAX = 1000
POLL_INTERVAL_MILLISECONDS = 300_000


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
            batch_timeout_ms=BATCH_MILLISECONDS,
            max_records=BATCH_RECORDS_MAX,
            max_poll_interval_ms=POLL_INTERVAL_MILLISECONDS,
            session_timeout_ms=10_000,
            heartbeat_interval_ms=3_000,
            rebalance_timeout_ms=POLL_INTERVAL_MILLISECONDS,
            fetch_max_wait_ms=100,
        )

    def on_batch(self, handle: Callable[[list[RawRecord]], Awaitable[None]]) -> None:
        """Hand every batch to `handle`; its return acknowledges, its raise delivers the batch again."""
        self._subscriber(handle)

    @property
    def consumer(self) -> Any:
        """The aiokafka consumer underneath, None before the start and after the stop."""
        return self._subscriber.consumer

    async def stop(self) -> None:
        """Stop consuming; partitions go to the other instances."""
        await self.acknowledge()
        await self._subscriber.stop()

    async def acknowledge(self) -> None:
        """Commit now what has been handled, instead of within the tenth of a second."""
        await self._acknowledgements.settle()

    async def _parse(self, messages: tuple[ConsumerRecord[Any, Any], ...]) -> KafkaAckableMessage:
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
            RawRecord(each.topic, each.partition, each.offset, each.key, each.value, each.headers)
            for each in message.raw_message
        ]
