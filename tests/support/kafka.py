"""The real broker for the engine's tests: topics, all records of one, a line to it, and a consumer on it."""

from __future__ import annotations

import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from faststream.kafka import KafkaBroker

from contracts.topics import Topic
from eventlog.incoming import RawRecord
from eventlog.kafka.publisher import PublicRecord
from eventlog.kafka.raw import RawConsumer
from operate.stack.topics import ensure_topics
from tests.support.proxy import HOST, Proxy, Watcher

MAX_BYTES = 1_048_576
LOOK_MILLISECONDS = 20


async def made(
    bootstrap: str, prefix: str, *names: str, partitions: int = 3, max_bytes: int = MAX_BYTES
) -> str:
    """Make topics of these names under a prefix; return the first one's whole name."""
    topics = [
        Topic(name=name, key="k", producer="test", partitions=partitions, max_bytes=max_bytes)
        for name in names
    ]
    await ensure_topics(bootstrap, topics, prefix=prefix, partitions_max=partitions)
    return prefix + names[0]


async def records_of(bootstrap: str, topic: str) -> list[Any]:
    """Return every record a topic holds, partition by partition in order."""
    # A fetch that waits for records keeps the other partitions' waiting too.
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="none",  # records deleted under our eyes are an error, not an empty topic
        fetch_max_wait_ms=LOOK_MILLISECONDS,
    )
    await consumer.start()
    try:
        found: list[Any] = []
        partitions = [TopicPartition(topic, number) for number in sorted(await _partitions(consumer, topic))]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        for partition in partitions:
            consumer.seek(partition, 0)
            while await consumer.position(partition) < ends[partition]:
                batch = await consumer.getmany(partition, timeout_ms=5000)
                found.extend(batch.get(partition, []))
        return found
    finally:
        await consumer.stop()


async def _partitions(consumer: AIOKafkaConsumer, topic: str) -> set[int]:
    found: set[int] = await consumer._client._wait_on_metadata(topic)
    return found


async def committed(bootstrap: str, group: str, topic: str) -> int:
    """Return how many records of a topic a group has acknowledged."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        numbers = await _partitions(consumer, topic)
        offsets = [await consumer.committed(TopicPartition(topic, number)) for number in numbers]
        return sum(offset or 0 for offset in offsets)
    finally:
        await consumer.stop()


def public(
    topic: str,
    key: str,
    value: bytes = b"{}",
    headers: Sequence[tuple[str, bytes]] = (),
) -> PublicRecord:
    return PublicRecord(topic, key.encode(), value, headers, timestamp_ms=_now_ms())


def as_public(raw: RawRecord, topic: str) -> PublicRecord:
    """A record of our own making, to be sent to a real topic."""
    return PublicRecord(
        topic,
        raw.key or b"",
        raw.value or b"",
        [(name, value or b"") for name, value in raw.headers],
        timestamp_ms=_now_ms(),
    )


def _now_ms() -> int:
    """Kafka's own time is real: the broker deletes what is older than its retention, whoever wrote it when."""
    return int(time.time() * 1000)


def line_to(bootstrap: str) -> Proxy:
    """A line to the broker that stays one: the address the broker names is replaced by the line's own."""
    host, port = bootstrap.rsplit(":", 1)

    class Readdressing(Watcher):
        def answered(self, chunk: bytes) -> bytes:
            return chunk.replace(
                host.encode() + struct.pack(">i", int(port)), HOST.encode() + struct.pack(">i", proxy.port)
            )

    assert len(host) == len(HOST), f"the broker must be known as {HOST}, not {host}"
    proxy = Proxy((host, int(port)), Readdressing)
    return proxy


@asynccontextmanager
async def consuming(
    bootstrap: str,
    group: str,
    handle: Callable[[list[RawRecord]], Awaitable[None]],
    *topics: str,
) -> AsyncIterator[RawConsumer]:
    """Consume as a service does until the block is left."""
    broker = KafkaBroker(
        bootstrap,
        client_id=group,
        consumer_only=True,
        allow_auto_create_topics=False,
        apply_types=False,
        logger=None,
        graceful_timeout=1.0,
    )
    consumer = RawConsumer(broker, topics, group)
    consumer.on_batch(handle)
    await broker.start()
    try:
        yield consumer
    finally:
        await broker.stop()
