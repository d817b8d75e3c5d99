"""What is said when an own clock runs out, once, whether its timer says so or what ends the clock comes late."""

from __future__ import annotations

from collections.abc import Sequence

from services.compensation.domain.negotiation import authority
from services.compensation.domain.negotiation import events as said
from services.compensation.domain.negotiation.authority import COMPENSATION
from services.compensation.domain.negotiation.clocks import OFFER, Clock, clocks, timers
from services.compensation.domain.negotiation.commands import ClockRanOut, NegotiationCommand
from services.compensation.domain.negotiation.evolve import evolve
from services.compensation.domain.negotiation.stages import about_round
from services.compensation.domain.negotiation.state import Heard, NotHeard, Rounded, State, live_offer


def run_out(
    state: State, command: ClockRanOut
) -> list[said.OfferExpired | said.Resumed | said.DeadlineMissed]:
    """Say that an own clock ran out, once: one that ended, or is due later by now, says nothing."""
    authority.require_system(command.by)
    if isinstance(state, NotHeard | Heard) or timers(state).get(command.clock) != command.due:
        return []
    clock = next(each for each in clocks(state) if each.name == command.clock)
    if clock.climbs_to is not None:
        return [_missed(state, clock, clock.climbs_to, command)]
    head = about_round(state, command)
    live = live_offer(state)
    if clock.kind == OFFER and live is not None:
        return [said.OfferExpired(**head, offer=live.number)]
    return [said.Resumed(**head, why="time_up")]


def with_misses(
    state: State, decided: Sequence[said.AnyNegotiationEvent], command: NegotiationCommand
) -> Sequence[said.AnyNegotiationEvent]:
    """Return `decided`, preceded by the miss of every overdue clock that it ends before its timer has fired.

    A clock that ran out says so exactly once (`clocks.md`); the leader may have been down.
    """
    if not decided or isinstance(command, ClockRanOut) or isinstance(state, NotHeard | Heard):
        return decided
    running = timers(state)
    overdue = [each for each in clocks(state) if each.name in running and each.due <= command.at]
    if not overdue:
        return decided
    after: State = state
    for event in decided:
        after = evolve(after, event)
    left = timers(after)
    missed = [
        _missed(state, each, each.climbs_to, command)
        for each in overdue
        if each.climbs_to is not None and left.get(each.name) != each.due
    ]
    return [*missed, *decided]


def _missed(state: Rounded, clock: Clock, level: str, command: NegotiationCommand) -> said.DeadlineMissed:
    return said.DeadlineMissed(
        at=command.at,
        by=COMPENSATION,
        complaint=state.case.complaint,
        person=state.case.person,
        round=clock.round,
        clock=clock.kind,
        start=clock.start,
        due=clock.due,
        owner=state.case.owner,
        level=level,
    )
