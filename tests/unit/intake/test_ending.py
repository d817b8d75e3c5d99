from __future__ import annotations

from dataclasses import replace

import pytest

from eventlog.message import By
from services.intake.domain.complaint import commands
from services.intake.domain.complaint.commands import ComplaintCommand
from services.intake.domain.complaint.events import (
    ComplaintAcknowledged,
    ComplaintAnswered,
    ComplaintClosed,
    ComplaintReopened,
    Replied,
    ReturnVisitRecorded,
)
from services.intake.domain.complaint.state import InHand, Visited
from tests.unit.intake.story import (
    ACCEPT,
    ANNA,
    ANSWER,
    CARL,
    CLOSE,
    CUSTOMER,
    ELSEWHERE,
    MARA,
    NOT_SOLVED,
    OFFER,
    PLATFORM,
    REOPEN,
    REPLY,
    REVIEWER,
    SOLVED,
    SYSTEM,
    UNREACHED,
    WITHDRAW,
    Story,
    answered,
    classified,
    closed,
    given,
    in_hand,
    last,
    later,
    offered,
    outcome_of,
    owner_of,
    registered,
    reopened,
    visited,
)

STAGES = [registered, classified, in_hand, answered, visited, reopened]
unreached_thrice = answered.having(
    UNREACHED, replace(UNREACHED, at=later(hours=40)), replace(UNREACHED, at=later(hours=50))
)


def the_end(story: Story, command: ComplaintCommand) -> ComplaintClosed:
    """Return how it was closed; clocks that had run out by then speak first."""
    event = last(story.having(command))
    assert isinstance(event, ComplaintClosed)
    return event


def test_owner_answers_after_a_reply() -> None:
    [event] = in_hand.having(REPLY).when(ANSWER).then_types(ComplaintAnswered)

    assert isinstance(event, ComplaintAnswered)
    assert (event.outcome, event.text) == ("answered", "The valve was replaced.")


def test_answer_without_a_reply_is_the_first_reply_as_well() -> None:
    in_hand.when(ANSWER).then_types(Replied, ComplaintAnswered)
    classified.when(replace(ANSWER, at=later(minutes=5))).then_types(
        ComplaintAcknowledged, Replied, ComplaintAnswered
    )


def test_same_answer_twice_changes_nothing() -> None:
    answered.when(ANSWER).then_nothing()


def test_another_answer_needs_a_reopening() -> None:
    answered.when(replace(ANSWER, at=later(hours=7), text="Sorry.")).then_refused("already_answered")
    visited.when(ANSWER).then_refused("already_answered")
    reopened.when(replace(ANSWER, at=later(hours=40))).then_types(Replied, ComplaintAnswered)


def test_owner_may_refuse_what_is_asked_but_not_settle_it_by_hand() -> None:
    in_hand.having(REPLY).when(replace(ANSWER, outcome="refused")).then_types(ComplaintAnswered)
    in_hand.when(replace(ANSWER, outcome="settled")).then_refused("settled_by_negotiation_only")


def test_answer_waits_for_the_classifier_and_ends_with_the_complaint() -> None:
    registered.when(ANSWER).then_refused("not_classified")
    closed.when(ANSWER).then_refused("complaint_closed")


def test_solved_visit_is_recorded_with_its_findings() -> None:
    [event] = answered.when(SOLVED).then_types(ReturnVisitRecorded)

    assert isinstance(event, ReturnVisitRecorded)
    assert (event.reached, event.solved, event.perceived, event.expected) == (True, True, 4, 5)
    assert event.attempt == 1
    assert isinstance(visited.state, Visited)


def test_visit_that_finds_it_unsolved_reopens_in_the_same_decision() -> None:
    _, event = answered.when(NOT_SOLVED).then_types(ReturnVisitRecorded, ComplaintReopened)

    assert isinstance(event, ComplaintReopened)
    assert event.why == "not_solved"
    assert isinstance(reopened.state, InHand)


@pytest.mark.parametrize("visit", [SOLVED, NOT_SOLVED, UNREACHED])
def test_same_visit_twice_changes_nothing(visit: commands.RecordReturnVisit) -> None:
    answered.having(visit).when(visit).then_nothing()


def test_visit_follows_an_answer() -> None:
    given().when(SOLVED).then_refused("not_registered")
    in_hand.when(SOLVED).then_refused("not_answered")
    reopened.when(replace(SOLVED, at=later(hours=32))).then_refused("not_answered")
    visited.when(replace(SOLVED, at=later(hours=32))).then_refused("not_answered")
    closed.when(replace(SOLVED, at=later(hours=32))).then_refused("complaint_closed")


def test_who_owned_or_answered_does_not_visit() -> None:
    handed_over = offered.having(ACCEPT, replace(ANSWER, by=CARL))

    for by in (ANNA, CARL):
        handed_over.when(replace(SOLVED, by=by)).then_refused("other_person_visits")
    handed_over.when(SOLVED).then_types(ReturnVisitRecorded)


def test_who_owned_before_the_reopening_may_visit_after_it() -> None:
    hand_over = (replace(OFFER, at=later(hours=32)), replace(ACCEPT, at=later(hours=33)))
    story = reopened.having(*hand_over, replace(ANSWER, at=later(hours=34), by=CARL))
    visit = replace(SOLVED, at=later(hours=50))

    # Anna still owned when it was reopened.
    story.when(replace(visit, by=ANNA)).then_refused("other_person_visits")
    again = story.having(
        replace(NOT_SOLVED, at=later(hours=50)), replace(ANSWER, at=later(hours=51), by=CARL)
    )
    again.when(replace(visit, at=later(hours=60), by=ANNA)).then_types(ReturnVisitRecorded)


def test_only_staff_visit() -> None:
    for by in (CUSTOMER, PLATFORM, REVIEWER, SYSTEM):
        answered.when(replace(SOLVED, by=by)).then_refused("staff_only")


@pytest.mark.parametrize("score", [0, 6, -1])
def test_satisfaction_is_scored_from_one_to_five(score: int) -> None:
    answered.when(replace(SOLVED, perceived=score)).then_refused("satisfaction_out_of_range")
    answered.when(replace(SOLVED, expected=score)).then_refused("satisfaction_out_of_range")


def test_visit_that_reached_gives_all_findings() -> None:
    for incomplete in (
        replace(SOLVED, solved=None),
        replace(SOLVED, perceived=None),
        replace(SOLVED, expected=None),
    ):
        answered.when(incomplete).then_refused("visit_findings_missing")


def test_visit_in_vain_has_no_findings() -> None:
    for invented in (
        replace(UNREACHED, solved=False),
        replace(UNREACHED, perceived=3),
        replace(UNREACHED, expected=3),
    ):
        answered.when(invented).then_refused("visit_findings_unreached")


def test_three_visits_in_vain_close_with_the_answers_outcome() -> None:
    for story in (answered, answered.having(UNREACHED)):
        story.when(CLOSE).then_refused("not_ready_to_close")

    assert outcome_of(unreached_thrice.having(CLOSE)) == "answered"


def test_attempts_are_counted_from_the_answer_on() -> None:
    attempts = [event.attempt for event in unreached_thrice.history if isinstance(event, ReturnVisitRecorded)]
    again = unreached_thrice.having(
        replace(REOPEN, at=later(hours=60)),
        replace(ANSWER, at=later(hours=61)),
        replace(UNREACHED, at=later(hours=70)),
    )

    assert attempts == [1, 2, 3]
    again.when(replace(CLOSE, at=later(hours=71))).then_refused("not_ready_to_close")


def test_fourth_visit_may_still_reach_the_customer() -> None:
    unreached_thrice.when(replace(SOLVED, at=later(hours=60))).then_types(ReturnVisitRecorded)


def test_solved_visit_closes_with_the_answers_outcome() -> None:
    refused = in_hand.having(REPLY, replace(ANSWER, outcome="refused"), SOLVED, CLOSE)

    assert (outcome_of(closed), outcome_of(refused)) == ("answered", "refused")


def test_closing_twice_changes_nothing() -> None:
    closed.when(CLOSE).then_nothing()


def test_nobody_closes_by_hand() -> None:
    visited.when(replace(CLOSE, by=MARA)).then_refused("system_only")
    given().when(CLOSE).then_refused("not_registered")


@pytest.mark.parametrize("story", [answered, visited, closed])
def test_customer_reopens_what_is_answered_or_closed(story: Story) -> None:
    [event] = story.when(REOPEN).then_types(ComplaintReopened)

    assert isinstance(event, ComplaintReopened)
    assert (event.why, event.words) == ("customer", "It drips again.")
    again = story.having(REOPEN)
    assert isinstance(again.state, InHand)
    assert owner_of(again) == "anna"


@pytest.mark.parametrize("story", [registered, classified, in_hand, reopened])
def test_reopening_what_is_open_changes_nothing(story: Story) -> None:
    story.when(REOPEN).then_nothing()


def test_withdrawn_complaint_may_be_reopened() -> None:
    in_hand.having(WITHDRAW).when(REOPEN).then_types(ComplaintReopened)
    registered.having(WITHDRAW).when(REOPEN).then_refused("not_classified")


def test_decision_by_others_is_final() -> None:
    in_hand.having(ELSEWHERE).when(replace(REOPEN, at=later(hours=50))).then_refused("outcome_is_final")


def test_staff_and_platform_pass_on_that_the_customer_came_back() -> None:
    for by in (ANNA, PLATFORM):
        answered.when(replace(REOPEN, by=by)).then_types(ComplaintReopened)
    for by in (SYSTEM, REVIEWER):
        answered.when(replace(REOPEN, by=by)).then_refused("customer_or_staff_only")
    given().when(REOPEN).then_refused("not_registered")


@pytest.mark.parametrize("story", STAGES)
def test_customer_withdraws_from_any_state(story: Story) -> None:
    event = the_end(story, WITHDRAW)

    assert (event.outcome, event.words) == ("withdrawn", "Never mind.")
    story.having(WITHDRAW).when(WITHDRAW).then_nothing()


@pytest.mark.parametrize("story", STAGES)
def test_others_decide_in_any_state(story: Story) -> None:
    event = the_end(story, ELSEWHERE)

    assert (event.outcome, event.decided_by) == ("decided_elsewhere", "court")
    story.having(ELSEWHERE).when(ELSEWHERE).then_nothing()


def test_closed_complaint_keeps_its_outcome() -> None:
    closed.when(WITHDRAW).then_refused("complaint_closed")
    closed.when(ELSEWHERE).then_refused("complaint_closed")


@pytest.mark.parametrize("by", [CUSTOMER, ANNA, PLATFORM, SYSTEM])
def test_customer_side_and_noted_withdrawals_withdraw(by: By) -> None:
    assert the_end(in_hand, replace(WITHDRAW, by=by)).outcome == "withdrawn"


def test_a_customer_speaks_for_the_own_complaint_only() -> None:
    stranger = By(actor="018f0000-0000-8000-8000-0000000000ff", roles=("customer",))

    in_hand.when(replace(WITHDRAW, by=stranger)).then_refused("own_complaint_only")
    answered.when(replace(REOPEN, by=stranger)).then_refused("own_complaint_only")


def test_other_roles_neither_withdraw_nor_note_decisions() -> None:
    in_hand.when(replace(WITHDRAW, by=REVIEWER)).then_refused("customer_or_staff_only")
    in_hand.when(replace(ELSEWHERE, by=CUSTOMER)).then_refused("staff_only")
    given().when(WITHDRAW).then_refused("not_registered")
    given().when(ELSEWHERE).then_refused("not_registered")
