"""The inbox store in PostgreSQL: last sequences, parked records, dead letters."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import asyncpg

from eventlog.postgres.log import SQL, transient_named
from eventlog.postgres.pool import Pool
from eventlog.store import DeadLetter, InboxState, ParkedRecord


class PostgresInbox:
    """What came in, what came too early, and what could not be handled."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def states(self, keys: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], InboxState]:
        """Return where the inbox of each (topic, key) stands."""
        wanted = list(keys)
        rows = await self._fetch("inbox_states", [topic for topic, _ in wanted], [key for _, key in wanted])
        return {
            (row["topic"], row["key"]): InboxState(row["last_sequence"], row["last_hash"], row["next_parked"])
            for row in rows
        }

    async def park(self, records: Sequence[ParkedRecord]) -> None:
        """Keep records that came too early; the same one twice is kept once."""
        rows = [
            (
                r.topic, r.key, r.sequence, r.partition, r.offset, headers_to_bytes(r.headers), r.value,
                r.timestamp_ms,
            )
            for r in records
        ]  # fmt: skip
        if rows:
            await self._fetch("park", *(list(column) for column in zip(*rows, strict=True)))

    async def parked_from(self, topic: str, key: str, sequence: int) -> list[ParkedRecord]:
        """Return the unbroken run of parked records that starts at `sequence`."""
        return [
            ParkedRecord(
                row["topic"],
                row["key"],
                row["sequence"],
                row["partition"],
                row["record_offset"],
                headers_from_bytes(row["headers"]),
                row["value"],
                row["timestamp_ms"],
            )
            for row in await self._fetch("parked_from", topic, key, sequence)
        ]

    async def unpark(self, topic: str, key: str, up_to: int) -> None:
        """Drop parked records that the inbox has passed."""
        await self._fetch("unpark", topic, key, up_to)

    async def parked_count(self) -> int:
        """Return how many records wait."""
        return int((await self._fetch("parked_count"))[0][0])

    async def keep_dead(self, letters: Sequence[DeadLetter]) -> list[bool]:
        """Keep dead letters, the same record once; say of each whether it is kept for the first time."""
        rows = [
            (
                d.topic, d.partition, d.offset, d.key, headers_to_bytes(d.headers), d.sealed_value, d.cause, d.rule,
                d.attempts, d.timestamp_ms,
            )
            for d in letters
        ]  # fmt: skip
        if not rows:
            return []
        kept = await self._fetch("keep_dead", *(list(column) for column in zip(*rows, strict=True)))
        places = Counter(
            (row["topic"], row["partition"], row["record_offset"], row["timestamp_ms"]) for row in kept
        )
        fresh = []
        for letter in letters:
            place = (letter.topic, letter.partition, letter.offset, letter.timestamp_ms)
            fresh.append(places[place] > 0)
            places[place] -= 1
        return fresh

    async def dead_after(self, after: int, limit: int) -> list[DeadLetter]:
        """Return dead letters by id, for the relay and the operator."""
        return [
            DeadLetter(
                topic=row["topic"],
                partition=row["partition"],
                offset=row["record_offset"],
                key=row["key"],
                headers=headers_from_bytes(row["headers"]),
                sealed_value=row["sealed_value"],
                cause=row["cause"],
                rule=row["rule"],
                attempts=row["attempts"],
                timestamp_ms=row["timestamp_ms"],
                id=row["id"],
                failed_at=row["failed_at"],
                settled_as=row["settled_as"],
            )
            for row in await self._fetch("dead_after", after, limit)
        ]

    async def settle_dead(self, letter: int, outcome: str) -> bool:
        """Note that a dead letter was requeued or dropped; False when that had been done before."""
        return bool(await self._fetch("settle_dead", letter, outcome))

    async def forget_dead(self, before: datetime) -> None:
        """Delete dead letters that failed before a (real) time."""
        await self._fetch("forget_dead", before)

    async def move_inbox(self, topic: str, key: str, last: int) -> None:
        """Set the last sequence of a key: an operator dropped what stood before."""
        await self._fetch("move_inbox", topic, key, last)

    async def _fetch(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        async with transient_named():
            return await self._pool.fetch(SQL[query], *arguments)


def headers_to_bytes(headers: Sequence[tuple[str, bytes | None]]) -> bytes:
    """Return headers as JSON text; values may be any bytes, or null."""
    return json.dumps(
        [[name, None if value is None else base64.b64encode(value).decode()] for name, value in headers]
    ).encode()


def headers_from_bytes(stored: bytes) -> list[tuple[str, bytes | None]]:
    """Return headers as they were received."""
    return [(name, None if value is None else base64.b64decode(value)) for name, value in json.loads(stored)]
