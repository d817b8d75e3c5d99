"""What follows from compensation's own events and timers. Pure: what other streams hold comes as data.

- a noted link to a complaint that was settled → `react`: the settled matter is raised here, shown with the
  signed document (`domain.md` 4, after settlement);
- a settlement, when a complaint of the same person is linked here already → `react_to_settlement`: it is raised there;
- a timer → `on_timer`: an offer, a rest or a referral ends; an approval, a signing, a payment or an account that is
  waited for was missed (`clocks.py`).

Rendering, signing, letters and payment orders need input and output; they are the runner's (`settling.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from eventlog.reactions import FollowUp
from eventlog.recorded import Recorded
from services.compensation.domain.negotiation.authority import COMPENSATION
from services.compensation.domain.negotiation.commands import ClockRanOut, RaiseSettledMatter
from services.compensation.domain.negotiation.events import AnyNegotiationEvent, FactNoted, Settled
from services.compensation.domain.negotiation.facts import Linked
from services.compensation.domain.negotiation.records import Settlement
from services.compensation.domain.negotiation.state import NotHeard, State


def linked_to(event: AnyNegotiationEvent) -> str | None:
    """Return the complaint an event has just linked to this one: whose settlement `react` asks for."""
    match event:
        case FactNoted(fact=Linked(other=other)):
            return other
        case _:
            return None


def react(
    recorded: Recorded[AnyNegotiationEvent], at: datetime, settlement: Settlement | None
) -> tuple[FollowUp, ...]:
    """Return what a noted link calls for; `settlement` is the other complaint's (`settlement_of`), if it has one."""
    other = linked_to(recorded.event)
    if other is None or settlement is None:
        return ()
    raised = RaiseSettledMatter(
        at=at,
        by=COMPENSATION,
        other=other,
        document=settlement.document,
        settled_at=settlement.settled_at,
    )
    return (FollowUp(f"raise {other}", recorded.stream, raised),)


def react_to_settlement(
    settled: Settled, at: datetime, others: Iterable[tuple[str, State]]
) -> tuple[FollowUp, ...]:
    """Return what a settlement calls for in the person's other complaints (stream and state): the linked are told."""
    raised = RaiseSettledMatter(
        at=at,
        by=COMPENSATION,
        other=settled.complaint,
        document=settled.document,
        settled_at=settled.at,
    )
    return tuple(
        FollowUp(f"raise in {stream}", stream, raised)
        for stream, state in others
        if not isinstance(state, NotHeard) and settled.complaint in state.case.links
    )


def on_timer(_stream: str, name: str, due: datetime, at: datetime) -> ClockRanOut:
    """Return the command of a timer that fired."""
    return ClockRanOut(at=at, by=COMPENSATION, clock=name, due=due)
