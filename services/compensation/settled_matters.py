"""Raises in a complaint what a linked one of the same person was settled by, whichever came first: link or settlement."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from importlib.resources import files
from typing import Any, Final
from uuid import UUID

from eventlog.errors import Unavailable
from eventlog.postgres.log import transient_named
from eventlog.postgres.queries import queries_from
from eventlog.projections import reached
from eventlog.reactions import FollowUp, Reaction
from eventlog.recorded import Recorded
from hosting.running import Running
from services.compensation.domain.negotiation.events import FactNoted, Settled
from services.compensation.domain.negotiation.state import State, person_of, settlement_of
from services.compensation.handlers import stream_of
from services.compensation.projections.negotiation_list import NAME as NEGOTIATION_LIST
from services.compensation.reactions import linked_to, react, react_to_settlement

SQL: Final = queries_from(files("services.compensation.sql") / "queries.sql")


def settled_matters(running: Running) -> Reaction:
    """Build the reaction."""

    async def state_of(stream: str) -> State:
        state: State = (await running.log.state(stream)).state
        return state

    async def linked_here(recorded: Recorded[Any], other: str, at: datetime) -> Iterable[FollowUp]:
        here, there = await state_of(recorded.stream), await state_of(stream_of(other))
        # Staff may link a neighbour's complaint: what a neighbour settled is not this person's matter.
        is_theirs = person_of(here) is not None and person_of(here) == person_of(there)
        return react(recorded, at, settlement_of(there) if is_theirs else None)

    async def settled_here(recorded: Recorded[Any], settled: Settled, at: datetime) -> Iterable[FollowUp]:
        # Who noted the link before this event must be in the read model; who notes it later finds the settlement.
        if not await reached(running.storage.followers, NEGOTIATION_LIST, recorded.position):
            raise Unavailable("the list of negotiations has not caught up yet")
        async with transient_named():
            rows = await running.pool.fetch(
                SQL["negotiations_of_person"], UUID(settled.person), UUID(settled.complaint)
            )
        streams = [stream_of(str(row["complaint"])) for row in rows]
        return react_to_settlement(settled, at, [(stream, await state_of(stream)) for stream in streams])

    async def follow_up(recorded: Recorded[Any], at: datetime) -> Iterable[FollowUp]:
        if isinstance(recorded.event, Settled):
            return await settled_here(recorded, recorded.event, at)
        other = linked_to(recorded.event)
        return () if other is None else await linked_here(recorded, other, at)

    return Reaction(
        "settled_matters",
        running.log,
        running.storage.followers,
        follow_up,
        listens_to=(FactNoted.TYPE, Settled.TYPE),
        observer=running.observer,
    )
