"""The log store in PostgreSQL: one function call, one transaction, one round trip per flush."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from importlib.resources import files
from uuid import UUID

import asyncpg

from eventlog.errors import Unavailable
from eventlog.flush import Chain, KnownCommand, Verdict, Written
from eventlog.postgres.pool import TRANSIENT, Line, Pool
from eventlog.postgres.queries import queries_from
from eventlog.recorded import Row
from eventlog.store import DueTimer, Link

SQL = queries_from(files("eventlog.postgres") / "queries.sql")
_VERDICTS = tuple(Verdict)
_NO_INBOX = (None,) * 5


@asynccontextmanager
async def transient_named() -> AsyncIterator[None]:
    """Turn what may pass by itself into Unavailable; everything else is a programmer's error and stays."""
    try:
        yield
    except TRANSIENT as trouble:
        # asyncpg counts a value it cannot encode among its interface errors; waiting will not mend it.
        if isinstance(trouble, ValueError):
            raise
        raise Unavailable(f"the database does not answer ({type(trouble).__name__})") from trouble


class PostgresLog:
    """Append, load and read the events of one service."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._line = Line(pool)

    async def append(self, chains: Sequence[Chain]) -> Written:
        """Write the chains in one transaction. Raises Unavailable; the outcome is then unknown."""
        if len(chains) == 1 and _is_small(chains[0]):
            return await self._append_one(chains[0])
        async with transient_named():
            (row,) = await self._line.fetch(SQL["append"], *_columns(chains))
        return Written(
            [_VERDICTS[verdict] for verdict in row["verdicts"]], row["base_position"], row["recorded"]
        )

    async def _append_one(self, chain: Chain) -> Written:
        async with transient_named():
            (row,) = await self._line.fetch(SQL["append_one"], *_values(chain))
        return Written([_VERDICTS[row["verdict"]]], row["base_position"], row["recorded"])

    async def known(self, ids: Iterable[UUID]) -> Mapping[UUID, KnownCommand]:
        """Return the results of the command ids that have one."""
        rows = await self._fetch("known", list(ids))
        return {
            row["id"]: KnownCommand(row["id"], row["stream"], row["version"], row["events"]) for row in rows
        }

    async def load(self, wanted: Mapping[str, int]) -> Mapping[str, list[Row]]:
        """Return, for each stream, its rows above a version, in order. Public bytes are left out."""
        found: dict[str, list[Row]] = {stream: [] for stream in wanted}
        for record in await self._fetch("load", list(wanted), list(wanted.values())):
            row = Row(*record)
            found[row.stream].append(row)
        return found

    async def read(self, after: int, limit: int) -> list[Row]:
        """Return at most `limit` rows above a position, in order."""
        return [Row(*record) for record in await self._fetch("read", after, limit)]

    async def read_stream(self, stream: str, after: int, limit: int) -> list[Row]:
        """Return at most `limit` rows of one stream above a version, in order, public bytes among them."""
        return [Row(*record) for record in await self._fetch("read_stream", stream, after, limit)]

    async def head(self) -> int:
        """Return the last position (0 when empty)."""
        async with transient_named():
            return int((await self._line.fetch(SQL["head"]))[0][0])

    async def links(self, after: int, limit: int) -> list[Link]:
        """Return at most `limit` chain links whose last position is above `after`, in order."""
        return [Link(*record) for record in await self._fetch("links", after, limit)]

    async def due_timers(self, limit: int) -> list[DueTimer]:
        """Return timers due by the database's domain time, earliest first."""
        return [DueTimer(*record) for record in await self._fetch("due_timers", limit)]

    async def next_due(self) -> datetime | None:
        """Return when the next timer is due."""
        due: datetime | None = (await self._fetch("next_due"))[0][0]
        return due

    async def time(self) -> tuple[datetime, timedelta]:
        """Return the database's real time and the installation's offset."""
        (row,) = await self._fetch("time")
        return row["now"], row["offset_value"]

    async def forget_commands(self, before: datetime) -> int:
        """Delete command ids recorded before a time; return how many."""
        async with transient_named():
            done: str = await self._pool.execute(SQL["forget_commands"], before)
        return int(done.rsplit(" ", 1)[1])

    async def _fetch(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        async with transient_named():
            return await self._line.fetch(SQL[query], *arguments)


def _is_small(chain: Chain) -> bool:
    """Tell whether a chain fits `eventlog.append_one`."""
    made = [command.events for command in chain.commands]
    return len(chain.events) == 1 and made in ([], [1]) and len(chain.inbox) <= 1


def _values(chain: Chain) -> tuple[object, ...]:
    """Turn a small chain into the values `eventlog.append_one` takes."""
    command = (chain.commands[0].id, chain.commands[0].version) if chain.commands else (None, None)
    return (
        chain.stream,
        chain.expected,
        *(chain.fired or (None, None)),
        *command,
        *(chain.inbox[0] if chain.inbox else _NO_INBOX),
        *chain.events[0],
        [timer.name for timer in chain.timers if timer.due is None],
        [timer.name for timer in chain.timers if timer.due is not None],
        [timer.due for timer in chain.timers if timer.due is not None],
    )


def _columns(chains: Sequence[Chain]) -> list[list[object]]:
    """Turn chains into the parallel arrays `eventlog.append` takes; chain numbers start at 1."""
    fired = [chain.fired or (None, None) for chain in chains]
    columns: list[list[object]] = [
        [chain.stream for chain in chains],
        [chain.expected for chain in chains],
        [name for name, _ in fired],
        [due for _, due in fired],
    ]
    commands = [(n, c.id, c.version, c.events) for n, chain in enumerate(chains, 1) for c in chain.commands]
    inbox = [
        (n, i.topic, i.key, i.expected, i.last, i.hash)
        for n, chain in enumerate(chains, 1)
        for i in chain.inbox
    ]
    events = [
        (
            n, e.version, e.type, e.schema_version, e.at, e.correlation_id, e.causation_id,
            e.public_type, e.public_schema, e.public_sequence, e.body, e.public,
        )
        for n, chain in enumerate(chains, 1)
        for e in chain.events
    ]  # fmt: skip
    timers = [(n, t.name, t.due) for n, chain in enumerate(chains, 1) for t in chain.timers]
    for rows, width in ((commands, 4), (inbox, 6), (events, 12), (timers, 3)):
        columns.extend(
            [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]
        )
    return columns
