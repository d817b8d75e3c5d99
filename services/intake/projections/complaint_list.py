"""The list of complaints: where each stands, whose it is, and which clock runs out next."""

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
from services.intake.domain.complaint.state import Answered, Closed, NotRegistered, Received, State, Visited
from services.intake.views import stage_of

NAME = "complaint_list"
PAGE = 100
FIRST = "00000000-0000-0000-0000-000000000000"
SQL = queries_from(files("services.intake.sql") / "queries.sql")


def complaint_list(aggregate: Aggregate[Any, Any, Any], log: LogStore) -> StateRows:
    """Return the projection."""
    return StateRows(NAME, aggregate, log, row_of=row_of, upsert=SQL["upsert_complaint"])


def row_of(_stream: str, state: State) -> Sequence[Any]:
    """Return the row of a registered complaint, in the order of `upsert_complaint`."""
    if isinstance(state, NotRegistered):
        raise TypeError("a stream with events is a registered complaint")
    case = state.case
    assessment = None if isinstance(state, Received) else state.assessment
    running = sorted((run.clock.due, run.clock.name) for run in case.clocks if run.is_owed)
    due, clock = running[0] if running else (None, None)
    return (
        case.complaint,
        case.person,
        stage_of(state),
        state.outcome if isinstance(state, Answered | Visited | Closed) else None,
        case.owner.actor,
        case.owner.desk,
        case.owner.level,
        None if case.offer is None else case.offer.desk,
        None if assessment is None else assessment.grading.grade,
        None if assessment is None else assessment.timing,
        case.received_at,
        clock,
        due,
    )


async def listed(
    pool: Pool, *, stage: str | None, desk: str | None, open_only: bool, after: str | None
) -> list[asyncpg.Record]:
    """Return a page of the list, in the order of complaint ids."""
    async with transient_named():
        return await pool.fetch(SQL["list_complaints"], stage, desk, open_only, after or FIRST, PAGE)


async def counted(pool: Pool) -> list[asyncpg.Record]:
    """Return how many complaints there are by stage, outcome, timing and grade."""
    async with transient_named():
        return await pool.fetch(SQL["count_complaints"])
