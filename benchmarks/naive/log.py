"""Load, decide, write: one transaction for one command, one for one message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any
from uuid import UUID

import asyncpg

from eventlog.aggregate import Aggregate
from eventlog.keys import Keyring
from eventlog.message import Command, Event
from eventlog.postgres.pool import Connection, Pool
from eventlog.postgres.queries import queries_from
from eventlog.recorded import Row

SQL = queries_from(files("benchmarks.naive") / "queries.sql")
SCHEMA = files("benchmarks.naive") / "schema.sql"
ATTEMPTS_MAX = 50


@dataclass(frozen=True, slots=True)
class Received:
    """Where a message stands: its topic, its key, its place in the key's order, its id."""

    topic: str
    key: str
    sequence: int
    id: str


class NaiveLog:
    """The streams of one service."""

    def __init__(self, pool: Pool, aggregate: Aggregate[Any, Any, Any], keyring: Keyring) -> None:
        self._pool = pool
        self._aggregate = aggregate
        self._keyring = keyring

    async def execute(self, stream: str, command: Command, *, command_id: UUID) -> int:
        """Run one command; return the stream's version afterwards. A known id returns its first answer."""
        for _ in range(ATTEMPTS_MAX):
            try:
                async with self._pool.acquire() as connection, connection.transaction():
                    version, events = await self._write(connection, stream, command, None)
                    await connection.execute(SQL["add_command"], command_id, stream, version, events)
                    return version
            except asyncpg.UniqueViolationError:
                known = await self._pool.fetchval(SQL["known"], command_id)
                if known is not None:
                    return int(known)
        raise RuntimeError(f"{stream} changed {ATTEMPTS_MAX} times under one command")

    async def note(self, received: Received, stream: str, command: Command) -> None:
        """Run the command of one message, once for each message."""
        for _ in range(ATTEMPTS_MAX):
            try:
                await self._note(received, stream, command)
            except asyncpg.UniqueViolationError:
                continue
            return
        raise RuntimeError(f"{stream} changed {ATTEMPTS_MAX} times under one message")

    async def _note(self, received: Received, stream: str, command: Command) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            moved = await connection.fetchval(SQL["advance"], received.topic, received.key, received.sequence)
            if moved is not None:
                await self._write(connection, stream, command, received.id)

    async def _write(
        self, connection: Connection, stream: str, command: Command, causation_id: str | None
    ) -> tuple[int, int]:
        codec, decider = self._aggregate.codec, self._aggregate.decider
        rows = [Row(*record) for record in await connection.fetch(SQL["load"], stream)]
        state = decider.fold(codec.closed(row) for row in rows)
        version = rows[-1].version if rows else 0
        events: Sequence[Event] = decider.decide(command, state)
        keys = await self._keyring.for_persons(
            {person for event in events for person in codec.persons(event)}
        )
        sequence = max((row.public_sequence or 0 for row in rows), default=0)
        await self._insert(connection, _Place(stream, version, sequence, causation_id), events, keys)
        return version + len(events), len(events)

    async def _insert(
        self, connection: Connection, place: _Place, events: Sequence[Event], keys: Mapping[str, Any]
    ) -> None:
        stream, version, sequence = place.stream, place.version, place.sequence
        stored, public = [], []
        correlation_id = stream.split("-", 1)[1]
        for event in events:
            version += 1
            encoded = self._aggregate.codec.encode(event, f"{stream}@{version}", keys)
            message = self._aggregate.outgoing(stream, event)
            place_of = (event.at, correlation_id, place.causation_id)
            named: tuple[str | None, str | None, int | None] = (None, None, None)
            if message is not None:
                sequence += 1
                named = (message.TYPE, message.SCHEMA, sequence)
                public.append((stream, version, *named, *place_of, encoded.public(message)))
            stored.append((stream, version, event.TYPE, event.VERSION, *place_of, *named, encoded.body))
        if stored:
            await connection.executemany(SQL["add_event"], stored)
        if public:
            await connection.executemany(SQL["enqueue"], public)


@dataclass(frozen=True, slots=True)
class _Place:
    stream: str
    version: int
    sequence: int
    causation_id: str | None
