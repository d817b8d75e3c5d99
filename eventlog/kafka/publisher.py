"""The one way records leave: whole batches per partition, idempotent, acknowledged by all in-sync replicas."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from ssl import SSLContext
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from eventlog.errors import Unavailable

BATCH_BYTES_MAX = 900_000
RECORD_BYTES_MAX = 1_048_576 - 2_048
SEND_SECONDS_MAX = 30.0


@dataclass(frozen=True, slots=True)
class PublicRecord:
    """A record ready to leave. `timestamp_ms` is Kafka's own time and stays real."""

    topic: str
    key: bytes
    value: bytes
    headers: Sequence[tuple[str, bytes]]
    timestamp_ms: int

    @property
    def size(self) -> int:
        """The bytes it takes on the wire, roughly from above."""
        return (
            len(self.key)
            + len(self.value)
            + sum(len(name) + len(value) + 10 for name, value in self.headers)
            + 80
        )


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

    def __init__(self, bootstrap: str, *, client_id: str, ssl: SSLContext | None = None) -> None:
        self._bootstrap = bootstrap
        self._client_id = client_id
        self._ssl = ssl
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()

    async def publish(self, records: Sequence[PublicRecord]) -> None:
        """Send records, in order per key, and return when all are acknowledged.

        Raises TooLarge for a record no broker takes, Unavailable for anything transient: then send the
        whole lot again (consumers drop what they have by its sequence).
        """
        for record in records:
            if record.size > RECORD_BYTES_MAX:
                raise TooLarge(record)
        try:
            async with asyncio.timeout(SEND_SECONDS_MAX):
                await self._send(await self._ready(), records)
        except MessageSizeTooLargeError:
            await self.close()
            await self._find_too_large(records)
        except (KafkaError, OSError, TimeoutError) as trouble:
            await self.close()
            raise Unavailable(f"Kafka does not take records ({type(trouble).__name__})") from trouble
        except asyncio.CancelledError:
            await self.close()
            raise

    async def close(self) -> None:
        """Give the producer up; the next publish makes a new one."""
        producer, self._producer = self._producer, None
        if producer is not None:
            try:
                async with asyncio.timeout(2):
                    await producer.stop()
            except (KafkaError, OSError, TimeoutError):
                return

    async def _ready(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    bootstrap_servers=self._bootstrap,
                    client_id=self._client_id,
                    enable_idempotence=True,
                    acks="all",
                    linger_ms=0,
                    max_batch_size=BATCH_BYTES_MAX,
                    max_request_size=2 * 1_048_576,
                    request_timeout_ms=15_000,
                    security_protocol="SSL" if self._ssl else "PLAINTEXT",
                    ssl_context=self._ssl,
                )
                try:
                    await producer.start()
                except BaseException:
                    await producer.stop()
                    raise
                self._producer = producer
            return self._producer

    async def _send(self, producer: AIOKafkaProducer, records: Sequence[PublicRecord]) -> None:
        by_partition: dict[tuple[str, int], list[PublicRecord]] = {}
        for record in records:
            partitions = len(await producer.partitions_for(record.topic))
            place = (record.topic, partition_of(record.key, partitions))
            by_partition.setdefault(place, []).append(record)
        sent: list[asyncio.Future[Any]] = []
        for (topic, partition), queue in by_partition.items():
            sent.extend(await self._send_batches(producer, topic, partition, queue))
        await asyncio.gather(*sent)

    async def _send_batches(
        self, producer: AIOKafkaProducer, topic: str, partition: int, queue: Sequence[PublicRecord]
    ) -> list[asyncio.Future[Any]]:
        sent, batch = [], producer.create_batch()
        for record in queue:
            if batch.size() + record.size > BATCH_BYTES_MAX and batch.record_count():
                batch.close()
                sent.append(await producer.send_batch(batch, topic, partition=partition))
                batch = producer.create_batch()
            batch.append(
                key=record.key,
                value=record.value,
                timestamp=record.timestamp_ms,
                headers=list(record.headers),
            )
        batch.close()
        sent.append(await producer.send_batch(batch, topic, partition=partition))
        return sent

    async def _find_too_large(self, records: Sequence[PublicRecord]) -> None:
        """Send one by one after a refused batch, to name the culprit; the others are dropped as duplicates later."""
        for record in records:
            try:
                await self._send(await self._ready(), [record])
            except MessageSizeTooLargeError:
                await self.close()
                raise TooLarge(record) from None
            except (KafkaError, OSError) as trouble:
                await self.close()
                raise Unavailable(f"Kafka does not take records ({type(trouble).__name__})") from trouble
