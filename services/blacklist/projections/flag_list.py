"""The list of flagged persons: how their flags stand, and when the next is to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files
from typing import Any

import asyncpg

from eventlog.aggregate import Aggregate
from eventlog.postgres.log import transient_named
from eventlog.postgres.pool import Pool
from eventlog.postgres.queries import queries_from
from eventlog.state_rows import StateRows
from eventlog.store import LogStore
from services.blacklist.domain.flag.state import LIVE, State, Unheard

NAME = "flag_list"
PAGE = 100
FIRST = "00000000-0000-0000-0000-000000000000"
SQL = queries_from(files("services.blacklist.sql") / "queries.sql")


def flag_list(aggregate: Aggregate[Any, Any, Any], log: LogStore) -> StateRows:
    """Return the projection."""
    return StateRows(NAME, aggregate, log, row_of=row_of, upsert=SQL["upsert_flags"])


def row_of(_stream: str, state: State) -> Sequence[Any]:
    """Return the row of a person, in the order of `upsert_flags`."""
    if isinstance(state, Unheard):
        raise TypeError("a stream with events has been heard of")
    live = [flag for flag in state.flags if flag.state in LIVE]
    return (
        state.person,
        state.standing,
        sorted({flag.state for flag in state.flags}),
        sorted({flag.kind for flag in live}),
        len(state.cases),
        sum(1 for _ in state.open_cases),
        max((flag.score for flag in live if flag.score is not None), default=None),
        min((flag.review_due for flag in live), default=None),
        min((flag.expires_at for flag in live), default=None),
    )


async def listed(
    pool: Pool, *, state: str | None, due_by: datetime | None, after: str | None
) -> list[asyncpg.Record]:
    """Return a page of persons who have, or had, a flag in this state; in the order of person ids.

    With `due_by` only those with a flag that stands and was to be reviewed by then.
    """
    async with transient_named():
        return await pool.fetch(SQL["list_flags"], state, after or FIRST, PAGE, due_by)
