from __future__ import annotations

from eventlog.reactions import FollowUp
from eventlog.recorded import Recorded
from services.compensation.domain.negotiation.authority import COMPENSATION
from services.compensation.domain.negotiation.commands import ClockRanOut, RaiseSettledMatter
from services.compensation.domain.negotiation.records import Settlement
from services.compensation.domain.negotiation.state import settlement_of
from services.compensation.reactions import linked_to, on_timer, react
from tests.unit.compensation.story import (
    COMPLAINT,
    DOCUMENT,
    EARLIER,
    LINK,
    OFFER,
    UNLINK,
    Story,
    bargaining,
    later,
    offered,
    settled,
)

SETTLEMENT = settlement_of(settled.state)


def told(story: Story, settlement: Settlement | None) -> tuple[FollowUp, ...]:
    """What the last event of a history calls for."""
    recorded = Recorded(
        position=1,
        stream=f"negotiation-{COMPLAINT}",
        version=len(story.history),
        recorded_at=later(),
        correlation_id=COMPLAINT,
        causation_id=None,
        public_sequence=None,
        event=story.history[-1],
    )
    return react(recorded, later(minutes=1), settlement)


def test_a_link_to_a_settled_complaint_raises_the_settled_matter() -> None:
    linked = bargaining.having(LINK)
    [follow_up] = told(linked, SETTLEMENT)

    command = follow_up.command
    assert isinstance(command, RaiseSettledMatter)
    assert follow_up.stream == f"negotiation-{COMPLAINT}"
    assert (command.other, command.document, command.by) == (EARLIER, DOCUMENT, COMPENSATION)
    assert len(linked.when(command).events) == 1


def test_a_link_to_a_complaint_that_was_not_settled_calls_for_nothing() -> None:
    assert told(bargaining.having(LINK), None) == ()


def test_other_events_call_for_nothing() -> None:
    for story in (bargaining.having(LINK, UNLINK), offered, settled):
        assert linked_to(story.history[-1]) is None
        assert told(story, SETTLEMENT) == ()


def test_a_link_names_whose_settlement_is_asked_for() -> None:
    assert linked_to(bargaining.having(LINK).history[-1]) == EARLIER


def test_a_timer_carries_its_name_and_due_time() -> None:
    command = on_timer("negotiation-x", "offer@1.1", OFFER.at, later(days=9))

    assert command == ClockRanOut(at=later(days=9), by=COMPENSATION, clock="offer@1.1", due=OFFER.at)
