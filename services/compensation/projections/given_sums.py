"""What was given away, round by round: the offers that stand, live or taken, and whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from importlib.resources import files
from typing import Any

from eventlog.aggregate import Aggregate
from eventlog.postgres.log import transient_named
from eventlog.postgres.pool import Pool
from eventlog.postgres.queries import queries_from
from eventlog.state_rows import StateRows
from eventlog.store import LogStore
from services.compensation.domain.negotiation.records import Given
from services.compensation.domain.negotiation.state import (
    Agreeing,
    InRound,
    Known,
    NotHeard,
    State,
    live_offer,
)
from services.compensation.domain.negotiation.values import GivenToday
from shared_kernel.money import money

NAME = "given_sums"
SQL = queries_from(files("services.compensation.sql") / "queries.sql")


def given_sums(aggregate: Aggregate[Any, Any, Any], log: LogStore) -> StateRows:
    """Return the projection: a row for each round in which something was given."""
    return StateRows(NAME, aggregate, log, row_of=row_of, upsert=SQL["put_given"])


def row_of(_stream: str, state: State) -> Sequence[Any]:
    """Return all rows of a negotiation, in the order of `put_given`: the complaint, then column by column."""
    if isinstance(state, NotHeard):
        raise TypeError("a stream with events has been heard of")
    given = standing(state)
    return (
        state.case.complaint,
        [each.round for each in given],
        [each.proposer for each in given],
        [each.sum.amount for each in given],
        [each.sum.currency for each in given],
        [each.at for each in given],
    )


def standing(state: Known) -> tuple[Given, ...]:
    """Return what was given and stands: taken and settled in whatever round, and the offer of this one."""
    settled = state.case.given
    offer = state.agreement.offer if isinstance(state, Agreeing) else live_offer(state)
    if offer is None or not isinstance(state, InRound):
        return settled
    now = Given(round=state.round.number, proposer=offer.proposer, sum=offer.sum, at=offer.made_at)
    return (*settled, now)


async def given_today(pool: Pool, state: Known, *, actor: str, at: datetime, currency: str) -> GivenToday:
    """Return what an actor has offered since midnight UTC that stands, but for the round that is on here.

    An offer takes the place of the one before in its round, so that one is not given beside it.
    """
    midnight = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    number = state.round.number if isinstance(state, InRound) else 0
    async with transient_named():
        rows = await pool.fetch(SQL["given_today"], actor, midnight, state.case.complaint, number)
    given = {row["currency"]: money(row["given"], row["currency"]) for row in rows}
    return GivenToday(given.pop(currency, money(Decimal(0), currency)), tuple(given.values()))
