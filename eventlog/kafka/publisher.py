"""The one way records leave: whole batches per partition, idempotent, acknowledged by all in-sync replicas."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from aiokafka.producer.message_accumulator import BatchBuilder

from eventlog.kafka.access import KafkaAccess, access_to, unreachable

BATCH_BYTES_MAX = 900_000
RECORD_BYTES_MAX = 1_048_576 - 2_048
DEAD_LETTER_BYTES_MAX = 2 * 1_048_576 - 2_048
SEND_SECONDS_MAX = 30.0
CLOSE_SECONDS_MAX = 2.0
END_SECONDS = 0.2
REQUEST_MILLISECONDS_MAX = 15_000
NOT_TAKEN = "Kafka does not take records"


class PublicRecord(NamedTuple):
    """A record ready to leave. `timestamp_ms` is Kafka's own time and stays real."""

    topic: str
    key: bytes
    value: bytes
    headers: Sequence[tuple[str, bytes]]
    timestamp_ms: int

    @property
    def size(self) -> int:
        """The bytes it takes on the wire, roughly from above."""
        size = 80 + len(self.key) + len(self.value)
        for name, value in self.headers:  # every record is asked: a generator takes twice as long
            size += 10 + len(name) + len(value)
        return size


class TooLarge(Exception):  # noqa: N818 - names the condition
    """The broker will never take this record."""

    def __init__(self, record: PublicRecord) -> None:
        super().__init__(f"{record.topic}: a record of {record.size} bytes is above the broker's limit")
        self.record = record


def partition_of(key: bytes, partitions: int) -> int:
    """Return a key's partition by CRC-32, librdkafka's default partitioner (aiokafka's murmur2 is slow)."""
    return zlib.crc32(key) % partitions


class Publisher:
    """A producer that is thrown away after any produce error: the idempotent one can wedge for good."""

    def __init__(
        self,
        kafka: KafkaAccess | str,
        *,
        client_id: str,
        record_bytes_max: int = RECORD_BYTES_MAX,
    ) -> None:
        self._kafka = access_to(kafka)
        self._record_bytes_max = record_bytes_max
        self._client_id = client_id
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()

    async def publish(self, records: Sequence[PublicRecord]) -> None:
        """Send records, in order per key, and return when all are acknowledged.

        Raises TooLarge for a record no broker takes, Unavailable for anything transient: then send the
        whole lot again (consumers drop what they have by its sequence).
        """
        for record in records:
            if record.size > self._record_bytes_max:
                raise TooLarge(record)
        try:
            async with asyncio.timeout(SEND_SECONDS_MAX):
                await self._send(await self._ready(), records)
        except MessageSizeTooLargeError:
            await self._give_up()
            await self._find_too_large(records)
        except (KafkaError, OSError, TimeoutError) as trouble:
            await self._give_up()
            raise await unreachable(self._kafka, trouble, NOT_TAKEN) from trouble
        except asyncio.CancelledError:
            await self._give_up()
            raise

    async def close(self) -> None:
        """Send what is under way and stop; a later publish makes a new producer."""
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            async with asyncio.timeout(CLOSE_SECONDS_MAX):
                await producer.stop()
        except (KafkaError, OSError, TimeoutError):
            await _end(producer)

    async def _give_up(self) -> None:
        """End the producer without its broker; the next publish makes a new one."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await _end(producer)

    async def _ready(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    **self._kafka.options,
                    client_id=self._client_id,
                    enable_idempotence=True,
                    acks="all",
                    linger_ms=0,
                    max_batch_size=BATCH_BYTES_MAX,
                    max_request_size=DEAD_LETTER_BYTES_MAX,
                    request_timeout_ms=REQUEST_MILLISECONDS_MAX,
                )
                producer._message_accumulator._pending_batches = _Pending()  # noqa: SLF001 - see there
                try:
                    await producer.start()
                except BaseException:
                    await producer.stop()
                    raise
                self._producer = producer
            return self._producer

    async def _send(self, producer: AIOKafkaProducer, records: Sequence[PublicRecord]) -> None:
        by_partition: dict[tuple[str, int], list[PublicRecord]] = {}
        partitions = {
            topic: len(await producer.partitions_for(topic)) for topic in {record.topic for record in records}
        }
        for record in records:
            place = (record.topic, partition_of(record.key, partitions[record.topic]))
            by_partition.setdefault(place, []).append(record)
        sent: list[asyncio.Future[Any]] = []
        try:
            for (topic, partition), queue in by_partition.items():
                for batch in _batches(producer, queue):
                    sent.append(await producer.send_batch(batch, topic, partition=partition))  # noqa: PERF401 - what was sent before a failure must be known
            await asyncio.gather(*sent)
        except BaseException:
            # The lot is sent again as a whole: nobody waits for the rest of this one.
            for future in sent:
                future.cancel()
            raise

    async def _find_too_large(self, records: Sequence[PublicRecord]) -> None:
        """Send one by one after a refused batch, to name the culprit; the others are dropped as duplicates later."""
        for record in records:
            try:
                async with asyncio.timeout(SEND_SECONDS_MAX):
                    await self._send(await self._ready(), [record])
            except MessageSizeTooLargeError:
                await self._give_up()
                raise TooLarge(record) from None
            except (KafkaError, OSError, TimeoutError) as trouble:
                await self._give_up()
                raise await unreachable(self._kafka, trouble, NOT_TAKEN) from trouble


class _Pending(set[Any]):
    """Batches under way. The library forgets one that it sent twice twice, and logs its own KeyError."""

    remove = set.discard


async def _end(producer: AIOKafkaProducer) -> None:
    """End what a producer runs, which it has no public way for: its stop waits until its broker took everything.

    Left alone it would go on trying, and send old records after newer ones.
    """
    producer._closed = True  # noqa: SLF001 - see above
    running = producer._sender.sender_task  # noqa: SLF001 - see above
    running.cancel()
    await producer.client.close()
    await asyncio.wait([running], timeout=END_SECONDS)
    running.cancel()


def _batches(producer: AIOKafkaProducer, queue: Sequence[PublicRecord]) -> Iterator[BatchBuilder]:
    """Pack records in order. A batch takes its first record whatever its size, others while there is room."""
    batch = producer.create_batch()
    for record in queue:
        if batch.record_count() and not _appended(batch, record):
            batch.close()
            yield batch
            batch = producer.create_batch()
        if not batch.record_count() and not _appended(batch, record):
            raise TooLarge(record)
    batch.close()
    yield batch


def _appended(batch: BatchBuilder, record: PublicRecord) -> bool:
    return (
        batch.append(
            key=record.key, value=record.value, timestamp=record.timestamp_ms, headers=list(record.headers)
        )
        is not None
    )
