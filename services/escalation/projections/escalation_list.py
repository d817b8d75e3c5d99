"""The list of escalations: where each complaint is proposed to go, its group, and its bypasses."""

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
from services.escalation.domain.escalation.state import State, Unheard

NAME = "escalation_list"
PAGE = 100
FIRST = "00000000-0000-0000-0000-000000000000"
SQL = queries_from(files("services.escalation.sql") / "queries.sql")


def escalation_list(aggregate: Aggregate[Any, Any, Any], log: LogStore) -> StateRows:
    """Return the projection."""
    return StateRows(NAME, aggregate, log, row_of=row_of, upsert=SQL["upsert_escalation"])


def row_of(_stream: str, state: State) -> Sequence[Any]:
    """Return the row of an escalation, in the order of `upsert_escalation`."""
    if isinstance(state, Unheard):
        raise TypeError("a stream with events has been heard of")
    live = [group for group, each in state.groups.items() if each.role is not None]
    standing = state.standing_bypasses
    return (
        state.complaint,
        state.person,
        state.progress,
        None if state.route is None else state.route.desk,
        None if state.route is None else state.route.level,
        None if state.label is None else state.label.grade,
        None if state.label is None else state.label.timing,
        state.owner,
        live[-1] if live else None,
        len(standing),
        # What was there when it came, not what the front line did afterwards.
        sum(each.met_record for each in standing),
    )


async def listed(pool: Pool, *, desk: str | None, after: str | None) -> list[asyncpg.Record]:
    """Return a page of the list, in the order of complaint ids."""
    async with transient_named():
        return await pool.fetch(SQL["list_escalations"], desk, after or FIRST, PAGE)


async def bypass_share(pool: Pool) -> asyncpg.Record:
    """Return how many bypasses there were, and how many of them had a record of the front line."""
    async with transient_named():
        (row,) = await pool.fetch(SQL["bypass_share"])
    return row
