from __future__ import annotations

from eventlog.reactions import FollowUp
from eventlog.recorded import Recorded
from services.compensation.domain.negotiation.authority import COMPENSATION
from services.compensation.domain.negotiation.commands import ClockRanOut, RaiseSettledMatter
from services.compensation.domain.negotiation.events import Settled
from services.compensation.domain.negotiation.facts import Linked
from services.compensation.domain.negotiation.records import Settlement
from services.compensation.domain.negotiation.state import NotHeard, settlement_of
from services.compensation.reactions import linked_to, on_timer, react, react_to_settlement
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
    note,
    offered,
    settled,
)

SETTLEMENT = settlement_of(settled.state)


def raised_by(follow_up: FollowUp) -> RaiseSettledMatter:
    assert isinstance(follow_up.command, RaiseSettledMatter)
    return follow_up.command


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


def test_a_settlement_is_raised_where_it_is_linked_already() -> None:
    settlement = next(each for each in settled.history if isinstance(each, Settled))
    there = settlement.model_copy(update={"complaint": EARLIER})
    others = [("linked", bargaining.having(LINK).state), ("not", bargaining.state), ("unheard", NotHeard())]

    [follow_up] = react_to_settlement(there, later(minutes=1), others)

    assert follow_up.stream == "linked"
    raised = raised_by(follow_up)
    assert (raised.other, raised.settled_at) == (EARLIER, settlement.at)
    assert len(bargaining.having(LINK).when(raised).events) == 1


def test_what_was_linked_by_mistake_is_raised_no_longer_and_again_when_linked_again() -> None:
    [follow_up] = told(bargaining.having(LINK), SETTLEMENT)
    raised = raised_by(follow_up)
    unlinked = bargaining.having(LINK, raised, UNLINK)

    assert unlinked.state.case.settled_matters == frozenset()  # type: ignore[union-attr]
    unlinked.when(raised).then_refused("not_linked")
    again = unlinked.having(note(7, Linked(other=EARLIER, why="same_order"), later(minutes=7)))
    assert len(again.when(raised).events) == 1


def test_other_events_call_for_nothing() -> None:
    for story in (bargaining.having(LINK, UNLINK), offered, settled):
        assert linked_to(story.history[-1]) is None
        assert told(story, SETTLEMENT) == ()


def test_a_link_names_whose_settlement_is_asked_for() -> None:
    assert linked_to(bargaining.having(LINK).history[-1]) == EARLIER


def test_a_timer_carries_its_name_and_due_time() -> None:
    command = on_timer("negotiation-x", "offer@1.1", OFFER.at, later(days=9))

    assert command == ClockRanOut(at=later(days=9), by=COMPENSATION, clock="offer@1.1", due=OFFER.at)
