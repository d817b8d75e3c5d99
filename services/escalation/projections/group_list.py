"""The list of groups: stage, causes, and how many members and persons."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import asyncpg

from eventlog.aggregate import Aggregate
from eventlog.postgres.log import transient_named
from eventlog.postgres.pool import Pool
from eventlog.postgres.queries import queries_from
from eventlog.state_rows import StateRows
from eventlog.store import LogStore
from services.escalation.domain.group.state import NotFormed, State

NAME = "group_list"
PAGE = 100
FIRST = "00000000-0000-0000-0000-000000000000"
SQL = queries_from(files("services.escalation.sql") / "queries.sql")


def group_list(aggregate: Aggregate[Any, Any, Any], log: LogStore) -> StateRows:
    """Return the projection."""
    return StateRows(NAME, aggregate, log, row_of=row_of, upsert=SQL["upsert_group"])


def row_of(_stream: str, state: State) -> Sequence[Any]:
    """Return the row of a group, in the order of `upsert_group`."""
    if isinstance(state, NotFormed):
        raise TypeError("a stream with events is a formed group")
    return (
        state.group,
        state.initiator,
        state.stage,
        list(state.causes),
        state.members.size,
        state.persons.size,
    )


async def listed(pool: Pool, *, after: str | None) -> list[asyncpg.Record]:
    """Return a page of the list, in the order of group ids."""
    async with transient_named():
        return await pool.fetch(SQL["list_groups"], after or FIRST, PAGE)
