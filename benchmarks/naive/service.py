"""One running service of the peer: its log, its outbox, its consumer, message by message."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaProducer
from faststream import AckPolicy
from faststream.kafka import KafkaBroker

from benchmarks.naive.log import Cause, NaiveLog
from benchmarks.naive.outbox import Outbox
from eventlog.aggregate import Aggregate
from eventlog.incoming import Heard, Incoming, RawRecord
from eventlog.keys import Keyring, open_block
from eventlog.postgres.pool import Pool
from hosting.wire import read_record


@dataclass(frozen=True, slots=True, kw_only=True)
class NaiveParts:
    """What makes a service this service. `hears` is the topic it listens to, None for a service without one."""

    name: str
    aggregate: Aggregate[Any, Any, Any]
    topic: str
    hears: str | None = None
    heard: Heard | None = None


class NaiveService:
    """Writes, publishes and consumes for one service."""

    def __init__(self, parts: NaiveParts, pool: Pool, keyring: Keyring, kafka: str) -> None:
        self._parts = parts
        self._pool = pool
        self._keyring = keyring
        self._kafka = kafka
        self._subscriber: Any = None
        self.log = NaiveLog(pool, parts.aggregate, keyring)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[NaiveService]:
        """Start the outbox and the consumer; stop them in the reverse order."""
        async with AsyncExitStack() as stack:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._kafka,
                client_id=f"naive-{self._parts.name}",
                enable_idempotence=True,
                acks="all",
            )
            await producer.start()
            stack.push_async_callback(producer.stop)
            outbox = Outbox(self._pool, producer, topic=self._parts.topic, service=self._parts.name)
            polling = asyncio.create_task(outbox.run())
            stack.push_async_callback(_cancelled, polling)
            if self._parts.hears is not None:
                broker = self._broker(self._parts.hears)
                await broker.start()
                stack.push_async_callback(broker.stop)
            yield self

    @property
    def is_consuming(self) -> bool:
        """True once partitions are assigned, and for a service that hears nothing."""
        if self._subscriber is None:
            return True
        return self._subscriber.consumer is not None and bool(self._subscriber.consumer.assignment())

    def _broker(self, topic: str) -> KafkaBroker:
        broker = KafkaBroker(
            self._kafka,
            client_id=f"naive-{self._parts.name}",
            consumer_only=True,
            allow_auto_create_topics=False,
            apply_types=False,
            logger=None,
        )
        self._subscriber = broker.subscriber(
            topic,
            group_id=f"{topic}-naive",
            decoder=_decoded,
            ack_policy=AckPolicy.NACK_ON_ERROR,
            auto_offset_reset="earliest",
        )
        self._subscriber(self._on_message)
        return broker

    async def _on_message(self, incoming: Incoming) -> None:
        heard = self._parts.heard
        if heard is None or incoming.type != heard.type:
            return
        message = heard.validate(incoming.data)
        opened: dict[str, Any] = {}
        keys = await self._keyring.for_ids({block.key for block in message.sealed})
        for block in message.sealed:
            if (key := keys.get(block.key)) is not None:
                opened |= open_block(block.model_dump(), cipher=key.cipher, event_id=incoming.id)
        spoken = heard.command(incoming, message, opened)
        if spoken is not None:
            await self.log.execute(
                *spoken, Cause(incoming.topic, incoming.key, incoming.sequence, incoming.id)
            )


async def _decoded(message: Any) -> Incoming:
    raw = message.raw_message
    return read_record(RawRecord(raw.topic, raw.partition, raw.offset, raw.key, raw.value, raw.headers))


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])
