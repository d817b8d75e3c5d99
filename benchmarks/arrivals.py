"""What stands on a topic: how many records, and when each came after the complaint it is about."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts.envelope import read
from operate.stack.topics import LOCAL_PARTITIONS

_POLL_SECONDS: Final = 0.02
_PATIENCE_SECONDS: Final = 120.0


class Arrivals:
    """The end of a topic."""

    def __init__(self, consumer: AIOKafkaConsumer, partitions: list[TopicPartition]) -> None:
        self._consumer = consumer
        self._partitions = partitions

    async def count(self) -> int:
        """Return how many records have come so far."""
        ends = await self._consumer.end_offsets(self._partitions)
        return sum(ends.values())

    async def reach(self, count: int) -> None:
        """Return when so many records are there; asking costs the broker one small request each 20 ms."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while True:
                if await self.count() >= count:
                    return
                await asyncio.sleep(_POLL_SECONDS)

    async def delays(self, count: int) -> list[float]:
        """Read the next `count` records; return the seconds between each complaint's due time and its arrival."""
        found: list[float] = []
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while len(found) < count:
                batches = await self._consumer.getmany(timeout_ms=1000)
                now = time.time()
                found.extend(
                    now - came.timestamp()
                    for records in batches.values()
                    for record in records
                    if (came := read(record.headers, record.value).time) is not None
                )
        return found

    async def skip(self) -> None:
        """Pass by what is there already."""
        await self._consumer.seek_to_end(*self._partitions)
        for partition in self._partitions:
            await self._consumer.position(partition)


@asynccontextmanager
async def watching(kafka: str, topic: str) -> AsyncIterator[Arrivals]:
    """Watch a topic from its end, in no group."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False, auto_offset_reset="latest")
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, number) for number in range(LOCAL_PARTITIONS)]
        consumer.assign(partitions)
        yield Arrivals(consumer, partitions)
    finally:
        await consumer.stop()
