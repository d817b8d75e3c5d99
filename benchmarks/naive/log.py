"""Load, decide, write: one transaction for one command or one message."""

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
class Cause:
    """What a command comes from: the message in the inbox, the caller's id, or both."""

    topic: str
    key: str
    sequence: int
    message_id: str | None = None
    command_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    stream: str
    version: int
    sequence: int
    causation_id: str | None


class NaiveLog:
    """The streams of one service."""

    def __init__(self, pool: Pool, aggregate: Aggregate[Any, Any, Any], keyring: Keyring) -> None:
        self._pool = pool
        self._aggregate = aggregate
        self._keyring = keyring

    async def execute(self, stream: str, command: Command, cause: Cause) -> None:
        """Run one command to its end, once for each cause."""
        for _ in range(ATTEMPTS_MAX):
            try:
                await self._attempt(stream, command, cause)
            except asyncpg.UniqueViolationError:
                continue
            return
        raise RuntimeError(f"{stream} changed {ATTEMPTS_MAX} times under one command")

    async def _attempt(self, stream: str, command: Command, cause: Cause) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            if await self._is_due(connection, cause):
                await self._execute(connection, stream, command, cause)

    @staticmethod
    async def _is_due(connection: Connection, cause: Cause) -> bool:
        last = await connection.fetchval(SQL["inbox"], cause.topic, cause.key)
        if (last or 0) + 1 != cause.sequence:
            return False
        known = cause.command_id and await connection.fetchval(SQL["known"], cause.command_id)
        return not known

    async def _execute(self, connection: Connection, stream: str, command: Command, cause: Cause) -> None:
        codec, decider = self._aggregate.codec, self._aggregate.decider
        rows = [Row(*record) for record in await connection.fetch(SQL["load"], stream)]
        state = decider.fold(codec.closed(row) for row in rows)
        version = rows[-1].version if rows else 0
        events: Sequence[Event] = decider.decide(command, state)
        keys = await self._keyring.for_persons(
            {person for event in events for person in codec.persons(event)}
        )
        sequence = max((row.public_sequence or 0 for row in rows), default=0)
        await self._insert(connection, _Place(stream, version, sequence, cause.message_id), events, keys)
        if cause.command_id is not None:
            version += len(events)
            await connection.execute(SQL["add_command"], cause.command_id, stream, version, len(events))
        await connection.execute(SQL["advance"], cause.topic, cause.key, cause.sequence)

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
            of_cause = (event.at, correlation_id, place.causation_id)
            named: tuple[str | None, str | None, int | None] = (None, None, None)
            if message is not None:
                sequence += 1
                named = (message.TYPE, message.SCHEMA, sequence)
                public.append((stream, version, *named, *of_cause, encoded.public(message)))
            stored.append((stream, version, event.TYPE, event.VERSION, *of_cause, *named, encoded.body))
        if stored:
            await connection.executemany(SQL["add_event"], stored)
        if public:
            await connection.executemany(SQL["enqueue"], public)
