"""The outbox: polled each 100 ms in batches of 100, sent, deleted."""

from __future__ import annotations

import asyncio
import time
from typing import Final

import asyncpg
from aiokafka import AIOKafkaProducer

from benchmarks.naive.log import SQL
from contracts.envelope import HeaderWriter
from eventlog.postgres.pool import Pool

POLL_SECONDS: Final = 0.1
BATCH: Final = 100


class Outbox:
    """Publishes what the log has put aside, in order, and forgets it once Kafka has acknowledged."""

    def __init__(self, pool: Pool, producer: AIOKafkaProducer, *, topic: str, service: str) -> None:
        self._pool = pool
        self._producer = producer
        self._topic = topic
        self._headers = HeaderWriter(source=f"/amends/{service}")

    async def run(self) -> None:
        """Publish until cancelled, at a steady beat: what a batch takes is not added to the pause."""
        due = time.monotonic()
        while True:
            await self._publish_next()
            due = max(due + POLL_SECONDS, time.monotonic())
            await asyncio.sleep(due - time.monotonic())

    async def _publish_next(self) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(SQL["next"], BATCH)
            sent = [
                await self._producer.send(
                    self._topic,
                    key=row["stream"].encode(),
                    value=row["value"],
                    headers=self._headers_of(row),
                )
                for row in rows
            ]
            await asyncio.gather(*sent)
            if rows:
                await connection.execute(SQL["sent"], [row["id"] for row in rows])

    def _headers_of(self, row: asyncpg.Record) -> list[tuple[str, bytes]]:
        return self._headers.headers(
            event_id=f"{row['stream']}@{row['version']}",
            type_name=row["type"],
            schema_version=row["schema"],
            subject=row["stream"],
            sequence=row["sequence"],
            time=row["at"],
            recorded_time=row["recorded_at"],
            correlation_id=row["correlation_id"],
            causation_id=row["causation_id"],
        )
