"""What a negotiation means for the complaint: the answer waits for it, follows from it, and is never invented."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from services.intake.domain.complaint import commands
from services.intake.domain.complaint.events import (
    ComplaintAcknowledged,
    ComplaintAnswered,
    ComplaintClosed,
    ComplaintReopened,
    FactNoted,
    Replied,
    ReturnVisitRecorded,
)
from services.intake.domain.complaint.state import InHand, SettledBefore, Talk
from shared_kernel.money import Money
from tests.unit.intake.story import (
    ANSWER,
    CLASSIFY,
    CLOSE,
    DORA,
    ELSEWHERE,
    EVE,
    LINK,
    NOT_SOLVED,
    OTHER,
    PLATFORM,
    REFUSED,
    REGISTER,
    REOPEN,
    REPLY,
    SETTLED,
    SOLVED,
    SYSTEM,
    UNLINK,
    WITHDRAW,
    Story,
    answered,
    case_of,
    classified,
    closed,
    given,
    in_hand,
    later,
    open_round,
    outcome_of,
    owner_of,
    registered,
    talk_of,
    talked,
    visited,
)

ANOTHER = "018f0000-0000-8000-8000-000000000003"

settled: Story = open_round.having(talked("settled", 2), SETTLED)


@pytest.mark.parametrize("outcome", ["answered", "refused"])
def test_no_answer_by_hand_while_a_round_is_open(outcome: str) -> None:
    by_hand = replace(ANSWER, outcome=outcome)  # type: ignore[arg-type]  # one of the two

    open_round.when(by_hand).then_refused("negotiation_open")
    for step in ("terms_recorded", "offer_made", "shelved", "offer_accepted", "document_rendered"):
        open_round.having(talked(step, 2)).when(by_hand).then_refused("negotiation_open")


def test_who_may_not_answer_at_all_is_told_that_first() -> None:
    open_round.when(replace(ANSWER, by=DORA)).then_refused("owner_only")
    open_round.when(replace(ANSWER, outcome="settled")).then_refused("settled_by_negotiation_only")


@pytest.mark.parametrize("step", ["ended", "withdrawn"])
def test_answer_by_hand_is_free_again_once_the_round_is_over(step: str) -> None:
    open_round.having(talked(step, 2)).when(ANSWER).then_types(Replied, ComplaintAnswered)


def test_answer_by_hand_does_not_slip_in_between_settlement_and_its_answer() -> None:
    for step in ("settled", "refused"):
        open_round.having(talked(step, 2)).when(ANSWER).then_refused("negotiation_open")


def test_harm_noted_or_a_settled_matter_opens_no_round() -> None:
    beside = in_hand.having(
        talked("harm_status_noted"), talked("settled_matter_raised", 2, round=None, other=OTHER)
    )

    beside.when(ANSWER).then_types(Replied, ComplaintAnswered)


def test_customer_still_withdraws_and_others_still_decide_while_a_round_is_open() -> None:
    for command in (replace(WITHDRAW, at=later(hours=3)), replace(ELSEWHERE, at=later(hours=3))):
        [event] = open_round.when(command).then_types(ComplaintClosed)

        assert isinstance(event, ComplaintClosed)
        assert event.outcome in {"withdrawn", "decided_elsewhere"}


@pytest.mark.parametrize("answer", [SETTLED, REFUSED])
def test_what_the_negotiation_decided_answers_from_in_hand(answer: commands.Answer) -> None:
    decided = open_round.having(talked(answer.outcome, 2))

    replied, event = decided.when(answer).then_types(Replied, ComplaintAnswered)

    assert isinstance(replied, Replied)
    assert isinstance(event, ComplaintAnswered)
    assert (event.outcome, event.text, replied.text) == (answer.outcome, None, None)
    assert [clock.name for clock in event.clocks] == ["return_visit"]


def test_what_the_negotiation_decided_answers_what_nobody_has_taken_up_yet() -> None:
    decided = classified.having(
        talked("opened", at=later(minutes=5)), talked("settled", 2, at=later(minutes=6))
    )

    decided.when(replace(SETTLED, at=later(minutes=7))).then_types(
        ComplaintAcknowledged, Replied, ComplaintAnswered
    )


def test_answer_by_the_negotiation_leaves_the_owner_as_it_is() -> None:
    of_a_desk = given().having(
        replace(REGISTER, by=PLATFORM, recorder=None),
        CLASSIFY,
        talked("opened"),
        talked("settled", 2),
        SETTLED,
    )

    assert owner_of(settled) == "anna"
    assert owner_of(of_a_desk) is None


def test_a_reply_given_before_stays_the_first_reply() -> None:
    decided = open_round.having(talked("settled", 2), replace(REPLY, at=later(hours=2, minutes=5)))

    decided.when(SETTLED).then_types(ComplaintAnswered)


@pytest.mark.parametrize("story", [answered, visited, closed])
def test_decision_that_comes_after_an_answer_changes_nothing_more(story: Story) -> None:
    late = story.having(talked("opened", at=later(hours=50)), talked("settled", 2, at=later(hours=51)))

    for answer in (SETTLED, REFUSED):
        late.when(replace(answer, at=later(hours=52))).then_nothing()
    late.when(commands.Withdraw(at=later(hours=52), by=SYSTEM)).then_nothing()
    assert not talk_of(late).is_open


def test_a_decision_waits_for_the_classifier() -> None:
    registered.when(SETTLED).then_refused("not_classified")
    given().when(SETTLED).then_refused("not_registered")


def test_intake_gives_no_answer_of_its_own_but_what_was_negotiated() -> None:
    in_hand.when(replace(ANSWER, by=SYSTEM)).then_refused("owner_only")


@pytest.mark.parametrize("answer", [SETTLED, REFUSED])
def test_return_visit_still_follows_and_closes_with_the_outcome(answer: commands.Answer) -> None:
    decided = open_round.having(talked(answer.outcome, 2), answer)

    decided.when(CLOSE).then_refused("not_ready_to_close")
    assert outcome_of(decided.having(SOLVED, CLOSE)) == answer.outcome


def test_what_follows_a_settlement_is_noted_and_opens_nothing() -> None:
    steps = ("payment_instructed", "paid", "archived")
    told = settled.having(
        *(talked(step, 3 + number, at=later(hours=4 + number)) for number, step in enumerate(steps))
    )

    assert (talk_of(told).step, talk_of(told).is_open) == ("archived", False)
    assert outcome_of(told.having(SOLVED, CLOSE)) == "settled"


def test_who_refused_has_answered_and_does_not_visit() -> None:
    refused = open_round.having(talked("refused", 2, actor="dora"), REFUSED)

    refused.when(SOLVED).then_refused("other_person_visits")
    refused.when(replace(SOLVED, by=EVE)).then_types(ReturnVisitRecorded)


@pytest.mark.parametrize("hands", [{"actor": "dora"}, {"actor": "anna", "approver": "dora"}])
def test_who_made_or_approved_the_settled_offer_does_not_visit(hands: dict[str, Any]) -> None:
    offered = open_round.having(talked("offer_made", 2, **hands), talked("settled", 3), SETTLED)

    offered.when(SOLVED).then_refused("other_person_visits")
    offered.when(replace(SOLVED, by=EVE)).then_types(ReturnVisitRecorded)


def test_who_made_an_offer_before_the_reopening_may_visit_after_it() -> None:
    offered = open_round.having(talked("offer_made", 2, actor="dora"), talked("settled", 3), SETTLED)
    by_eve = replace(NOT_SOLVED, by=EVE)
    again = offered.having(by_eve, replace(ANSWER, at=later(hours=32)))

    again.when(replace(SOLVED, at=later(hours=40))).then_types(ReturnVisitRecorded)


def test_withdrawn_negotiation_withdraws_the_complaint() -> None:
    withdrawn = open_round.having(talked("withdrawn", 2))
    [event] = withdrawn.when(commands.Withdraw(at=later(hours=3), by=SYSTEM)).then_types(ComplaintClosed)

    assert isinstance(event, ComplaintClosed)
    assert (event.outcome, event.words) == ("withdrawn", None)


def test_settled_complaint_that_a_visit_finds_unsolved_reopens_for_the_next_round() -> None:
    settled.when(NOT_SOLVED).then_types(ReturnVisitRecorded, ComplaintReopened)
    again = settled.having(NOT_SOLVED)
    second = again.having(talked("opened", 3, at=later(hours=31), round=2))

    assert isinstance(again.state, InHand)
    second.when(replace(ANSWER, at=later(hours=32))).then_refused("negotiation_open")
    assert (talk_of(second).round, talk_of(second).is_open) == (2, True)
    later_answer = replace(SETTLED, at=later(hours=33))
    third = second.having(talked("settled", 4, at=later(hours=32), round=2), later_answer)
    assert isinstance(third.history[-1], ComplaintAnswered)


def test_customer_reopens_a_settled_complaint_until_it_is_closed_and_no_later() -> None:
    settled.when(REOPEN).then_types(ComplaintReopened)
    settled.having(SOLVED, CLOSE).when(REOPEN).then_refused("outcome_is_final")


def test_refused_complaint_may_be_reopened_after_it_is_closed() -> None:
    refused = open_round.having(talked("refused", 2), REFUSED, SOLVED, CLOSE)

    refused.when(REOPEN).then_types(ComplaintReopened)


def test_first_round_counts_no_more_once_the_second_is_open() -> None:
    second = open_round.having(
        talked("ended", 2),
        replace(ANSWER, at=later(hours=3)),
        replace(REOPEN, at=later(hours=4)),
        talked("opened", 3, at=later(hours=5), round=2),
    )

    assert talk_of(second) == Talk(round=2, step="opened", since=later(hours=5), is_open=True)


@pytest.mark.parametrize("step", ["paid", "payment_reversed", "archived", "ended"])
def test_what_is_left_of_an_earlier_round_does_not_touch_the_open_one(step: str) -> None:
    second = settled.having(NOT_SOLVED, talked("opened", 3, at=later(hours=31), round=2))
    told = second.having(talked(step, 4, at=later(hours=32)))

    assert talk_of(told) == talk_of(second)
    told.when(replace(ANSWER, at=later(hours=33))).then_refused("negotiation_open")


def test_settled_matter_is_kept_with_the_document_to_show() -> None:
    raised = talked(
        "settled_matter_raised", 1, round=None, other=OTHER, document="ab" * 32, settled_at=later(days=-9)
    )

    told = in_hand.having(LINK, raised)
    assert case_of(told).settled_before == SettledBefore(OTHER, "ab" * 32, later(days=-9))
    assert case_of(told).talk is None
    assert case_of(told.having(UNLINK)).settled_before is None
    assert case_of(told.having(replace(LINK, other=ANOTHER), replace(UNLINK, other=ANOTHER))) == case_of(told)


def test_settled_matter_whose_link_was_taken_back_meanwhile_is_not_kept() -> None:
    raised = talked(
        "settled_matter_raised", 1, round=None, other=OTHER, document="ab" * 32, settled_at=later(days=-9)
    )

    assert case_of(in_hand.having(LINK, UNLINK, raised)).settled_before is None


def test_settlement_keeps_its_sum_and_document_through_what_follows() -> None:
    amount = Money(Decimal(80), "GBP")
    told = open_round.having(
        talked("settled", 2, sum=amount, document="cd" * 32), SETTLED, talked("paid", 3, at=later(hours=9))
    )

    assert (talk_of(told).sum, talk_of(told).document) == (amount, "cd" * 32)


def test_each_step_is_noted_once_however_often_it_comes() -> None:
    open_round.when(talked("opened")).then_nothing()
    open_round.when(talked("offer_made", 2)).then_types(FactNoted)
