"""The consuming side of one service: one subscriber over all its topics, joined while HTTP is served already."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog
from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker

from eventlog.dead_letters import TooManyDeadLetters
from eventlog.inbound import Inbound
from eventlog.incoming import RawRecord
from eventlog.kafka.access import KafkaAccess, unreachable
from eventlog.kafka.raw import RawConsumer
from hosting.health import Life

STOP_SECONDS = 10.0
JOIN_AGAIN_SECONDS = 1.0

logger = structlog.get_logger("consuming")


class Consuming:
    """Joins the consumer group, hands batches to the inbox, and knows when it last finished one.

    Joining takes seconds when a predecessor was killed (the group waits for it until its session runs out)
    and for ever when Kafka is away; the front door must not wait for either.
    """

    def __init__(self, kafka: KafkaAccess, *, client: str, topics: Sequence[str], group: str) -> None:
        self._kafka = kafka
        self._broker = KafkaBroker(
            **kafka.framework_options,
            client_id=client,
            consumer_only=True,
            allow_auto_create_topics=False,
            # The framework would validate, and on failure log, whole inputs.
            apply_types=False,
            logger=None,
            graceful_timeout=STOP_SECONDS,
        )
        self.consumer = RawConsumer(self._broker, topics, group)
        self.joined = False
        # When the last batch was finished, else when joining began; by the event loop's time.
        self.handled_at = asyncio.get_running_loop().time()

    @property
    def idle_seconds(self) -> float:
        """How long ago the last batch was finished, or joining began."""
        return asyncio.get_running_loop().time() - self.handled_at

    async def join(self, inbound: Inbound, life: Life) -> None:
        """Begin to consume; returns once partitions are assigned, however long Kafka makes us wait."""

        async def on_batch(records: list[RawRecord]) -> None:
            try:
                await inbound.receive(records)
            except TooManyDeadLetters as stop:
                life.declare_dead("consumer", str(stop))
                raise
            self.handled_at = asyncio.get_running_loop().time()

        self.consumer.on_batch(on_batch)
        while not self.joined:
            try:
                await self._broker.start()
                self.joined = True
            except (KafkaError, OSError) as trouble:
                await self._broker.stop()
                reason = await unreachable(self._kafka, trouble, "Kafka does not let the consumer join")
                reason.__cause__ = trouble
                logger.warning("consumer_not_started", exc_info=reason)
                await asyncio.sleep(JOIN_AGAIN_SECONDS)
        self.handled_at = asyncio.get_running_loop().time()

    async def stop(self) -> None:
        """Finish the batch in hand and leave the group."""
        await self.consumer.acknowledge()
        await self._broker.stop()
