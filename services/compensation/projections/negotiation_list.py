"""The list of negotiations: where each stands, which offer stands, and what the like of a loss received."""

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
from services.compensation.domain.negotiation.records import Case, Offer
from services.compensation.domain.negotiation.state import (
    Agreeing,
    Binding,
    InRound,
    Known,
    NotHeard,
    State,
    live_offer,
    settlement_of,
    stage_of,
)
from services.compensation.domain.negotiation.values import Alike
from shared_kernel.money import Money, money

NAME = "negotiation_list"
PAGE = 100
FIRST = "00000000-0000-0000-0000-000000000000"
SQL = queries_from(files("services.compensation.sql") / "queries.sql")


def negotiation_list(aggregate: Aggregate[Any, Any, Any], log: LogStore) -> StateRows:
    """Return the projection."""
    return StateRows(NAME, aggregate, log, row_of=row_of, upsert=SQL["upsert_negotiation"])


def row_of(_stream: str, state: State) -> Sequence[Any]:
    """Return the row of a negotiation, in the order of `upsert_negotiation`."""
    if isinstance(state, NotHeard):
        raise TypeError("a stream with events has been heard of")
    case, given = state.case, _given(state)
    demand = state.round.demand if isinstance(state, InRound) else None
    settlement = settlement_of(state)
    return (
        case.complaint,
        case.person,
        stage_of(state),
        state.round.number if isinstance(state, InRound) else 0,
        None if case.owner is None else case.owner.actor,
        None if case.owner is None else case.owner.desk,
        case.group,
        [] if case.register is None else list(case.register.cause_words),
        *_parts(demand),
        None if given is None else given.proposer,
        *_parts(None if given is None else given.sum),
        None if given is None else given.made_at,
        *_parts(None if settlement is None else settlement.sum),
        None if settlement is None else settlement.settled_at,
    )


async def listed(pool: Pool, *, state: str | None, after: str | None) -> list[asyncpg.Record]:
    """Return a page of the list, in the order of complaint ids."""
    async with transient_named():
        return await pool.fetch(SQL["list_negotiations"], state, after or FIRST, PAGE)


async def alike(pool: Pool, case: Case, currency: str) -> Alike | None:
    """Return what the like of this loss received: those of its group, else those of its cause; None if nobody did."""
    words = [] if case.register is None else list(case.register.cause_words)
    async with transient_named():
        rows = await pool.fetch(SQL["alike"], case.group, words, currency, case.complaint)
    found = {row["basis"]: row for row in rows if row["settled"]}
    row = found.get("group") or found.get("cause")
    return None if row is None else Alike(row["basis"], row["settled"], money(row["typical"], currency))


def _given(state: Known) -> Offer | None:
    """Return the offer that stands: the live one, or the one that was taken."""
    return state.agreement.offer if isinstance(state, Agreeing | Binding) else live_offer(state)


def _parts(found: Money | None) -> tuple[Any, str | None]:
    return (None, None) if found is None else (found.amount, found.currency)
