from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from services.compensation.domain.negotiation import events as said
from services.compensation.domain.negotiation import facts
from services.compensation.domain.negotiation.commands import NoteFact
from services.compensation.domain.negotiation.state import (
    Agreed,
    Bargaining,
    Ended,
    Heard,
    LiabilityReview,
    ServiceFirst,
    Signing,
    Withdrawn,
)
from services.compensation.domain.negotiation.values import Demanded, Owner, Remedy
from tests.unit.compensation.story import (
    ACCEPT,
    ANSWER,
    ANSWER_REFUSED,
    BYPASS,
    CLASSIFY,
    CLASSIFY_NO_MONEY,
    CLASSIFY_RUNNING,
    CLOSE,
    CLOSE_ELSEWHERE,
    CLOSE_WITHDRAWN,
    CORRECT_TO_MONEY,
    CORRECT_TO_RUNNING,
    CUSTOMER,
    DECLINE_SIGNING,
    DESK_OWNS,
    EARLIER,
    EVE_OWNS,
    GROUP,
    GROUPED,
    LEFT_GROUP,
    LINK,
    MONEY_ASKED,
    OPEN_ROUND,
    POLICY,
    REFUSE,
    REGISTER,
    REOPEN,
    STOP_HARM,
    UNLINK,
    WITHDRAW,
    Story,
    agreed,
    archived,
    awaiting,
    bargaining,
    case_of,
    customer_signed,
    given,
    later,
    linked,
    note,
    offered,
    registered,
    reviewing,
    round_of,
    running,
    settled,
)


def test_a_demand_for_money_opens_a_round_in_the_same_decision() -> None:
    _, opened = registered.when(CLASSIFY).then_types(said.FactNoted, said.Opened)

    assert isinstance(opened, said.Opened)
    assert (opened.why, opened.round, opened.harm_running, opened.demands) == (
        "demand",
        1,
        False,
        MONEY_ASKED,
    )
    assert opened.policy == POLICY.version


def test_a_round_begins_with_the_service_while_the_loss_runs_else_with_liability() -> None:
    assert isinstance(running.state, ServiceFirst)
    assert isinstance(reviewing.state, LiabilityReview)


def test_without_a_demand_for_money_nothing_opens() -> None:
    registered.when(CLASSIFY_NO_MONEY).then_types(said.FactNoted)
    assert isinstance(registered.having(CLASSIFY_NO_MONEY).state, Heard)


def test_a_demand_found_by_a_correction_opens_the_round() -> None:
    registered.having(CLASSIFY_NO_MONEY).when(CORRECT_TO_MONEY).then_types(said.FactNoted, said.Opened)


def test_an_answered_complaint_is_not_opened_by_a_correction() -> None:
    answered = registered.having(CLASSIFY_NO_MONEY, ANSWER)

    answered.when(replace(CORRECT_TO_MONEY, cause="complaint-x@10")).then_types(said.FactNoted)


def test_what_the_group_receives_prefills_the_round() -> None:
    [*_, opened] = given().having(GROUPED, REGISTER).when(CLASSIFY).events

    assert isinstance(opened, said.Opened)
    assert opened.group == GROUP
    assert opened.remedy is not None
    assert opened.remedy.kind == "refund"


def test_who_left_the_group_has_no_remedy_of_it() -> None:
    left = given().having(GROUPED, LEFT_GROUP, REGISTER)

    assert case_of(given().having(GROUPED)).remedy == Remedy("refund", Decimal(500), "CNY")
    assert (case_of(left).group, case_of(left).remedy) == (None, None)


def test_the_same_event_is_noted_once() -> None:
    reviewing.when(CLASSIFY).then_nothing()
    reviewing.having(STOP_HARM).when(note(3, facts.HarmStopped())).then_nothing()


def test_each_stream_is_counted_by_itself() -> None:
    assert {
        stream.partition("-")[0]: version
        for stream, version in case_of(reviewing.having(BYPASS)).heard.items()
    } == {"complaint": 2, "escalation": 3}
    assert case_of(reviewing.having(BYPASS)).bypassed


@pytest.mark.parametrize(
    "cause", ["", "complaint-x", "complaint-x@", "@3", "complaint-x@-1", "complaint-x@0"]
)
def test_a_cause_that_is_no_event_id_is_refused(cause: str) -> None:
    given().when(replace(REGISTER, cause=cause)).then_refused("cause_unreadable")


def test_a_fact_about_another_complaint_or_person_is_refused() -> None:
    registered.when(replace(CLASSIFY, complaint=EARLIER)).then_refused("other_complaint")
    registered.when(replace(CLASSIFY, person=EARLIER)).then_refused("other_complaint")


def test_only_the_system_notes() -> None:
    given().when(replace(REGISTER, by=CUSTOMER)).then_refused("system_only")


def test_a_stopped_loss_leads_on_to_liability() -> None:
    _, status = running.when(STOP_HARM).then_types(said.FactNoted, said.HarmStatusNoted)

    assert isinstance(status, said.HarmStatusNoted)
    assert status.running is False
    assert isinstance(running.having(STOP_HARM).state, LiabilityReview)


def test_a_loss_that_runs_after_all_leads_back_to_the_service() -> None:
    reviewing.when(CORRECT_TO_RUNNING).then_types(said.FactNoted, said.HarmStatusNoted)

    assert isinstance(reviewing.having(CORRECT_TO_RUNNING).state, ServiceFirst)


def test_later_talks_remember_a_loss_that_runs_again_and_stay_where_they_are() -> None:
    talks = bargaining.having(CORRECT_TO_RUNNING)

    assert isinstance(talks.state, Bargaining)
    assert round_of(talks).service_is_due


def test_what_is_agreed_stays_agreed_and_remembers_a_loss_that_runs_again() -> None:
    agreed.when(CORRECT_TO_RUNNING).then_types(said.FactNoted, said.HarmStatusNoted)

    assert isinstance(agreed.having(CORRECT_TO_RUNNING).state, Agreed)
    assert round_of(linked.having(CORRECT_TO_RUNNING, DECLINE_SIGNING)).service_is_due
    settled.when(CORRECT_TO_RUNNING).then_types(said.FactNoted)


@pytest.mark.parametrize("story", [running, reviewing, awaiting, bargaining, offered])
def test_an_answer_ends_what_is_not_yet_agreed(story: Story) -> None:
    _, ended = story.when(ANSWER).then_types(said.FactNoted, said.Ended)

    assert isinstance(ended, said.Ended)
    assert ended.why == "answered"
    assert isinstance(story.having(ANSWER).state, Ended)


@pytest.mark.parametrize("story", [agreed, linked, customer_signed, settled, archived])
def test_an_answer_leaves_what_is_agreed(story: Story) -> None:
    story.when(ANSWER).then_types(said.FactNoted)


def test_our_own_refusal_coming_back_as_an_answer_does_not_end_the_next_round() -> None:
    next_round = bargaining.having(REFUSE, replace(OPEN_ROUND, at=later(days=1)))

    next_round.when(ANSWER_REFUSED).then_types(said.FactNoted)
    next_round.having(ANSWER_REFUSED).when(
        note(8, facts.Answered(outcome="refused"), later(days=4))
    ).then_types(said.FactNoted, said.Ended)


def test_a_complaint_withdrawn_withdraws_what_is_not_yet_signed() -> None:
    for story in (running, bargaining, agreed, linked):
        closed = replace(CLOSE_WITHDRAWN, at=later(hours=12))
        story.when(closed).then_types(said.FactNoted, said.Withdrawn)
        assert isinstance(story.having(closed).state, Withdrawn)


def test_a_complaint_decided_elsewhere_ends_what_is_not_yet_signed() -> None:
    for story in (running, bargaining, agreed, linked):
        closed = replace(CLOSE_ELSEWHERE, at=later(hours=12))
        [_, ended] = story.when(closed).then_types(said.FactNoted, said.Ended)
        assert isinstance(ended, said.Ended)
        assert ended.why == "closed"


def test_what_the_customer_has_signed_stands() -> None:
    for close in (CLOSE_WITHDRAWN, CLOSE_ELSEWHERE):
        customer_signed.when(close).then_types(said.FactNoted)
    assert isinstance(customer_signed.having(CLOSE_ELSEWHERE).state, Signing)


@pytest.mark.parametrize("close", [CLOSE, CLOSE_WITHDRAWN, CLOSE_ELSEWHERE])
def test_a_closed_complaint_without_a_round_ends_nothing(close: NoteFact) -> None:
    registered.when(close).then_types(said.FactNoted)


@pytest.mark.parametrize(
    "story",
    [bargaining.having(ANSWER), bargaining.having(REFUSE), bargaining.having(WITHDRAW)],
    ids=["ended", "refused", "withdrawn"],
)
def test_a_reopened_complaint_whose_demand_stands_opens_the_next_round(story: Story) -> None:
    _, opened = story.when(REOPEN).then_types(said.FactNoted, said.Opened)

    assert isinstance(opened, said.Opened)
    assert (opened.round, opened.why) == (2, "reopened")


def test_a_reopened_complaint_without_a_demand_for_money_opens_nothing() -> None:
    registered.having(CLASSIFY_NO_MONEY, ANSWER).when(REOPEN).then_types(said.FactNoted)


def test_what_was_settled_is_not_opened_again_by_itself() -> None:
    for story in (settled, archived):
        story.when(REOPEN).then_types(said.FactNoted)


def test_the_open_round_goes_on_when_the_complaint_is_reopened() -> None:
    offered.when(REOPEN).then_types(said.FactNoted)
    offered.having(ACCEPT).when(REOPEN).then_types(said.FactNoted)


def test_the_next_round_knows_no_offer_of_the_last() -> None:
    again = offered.having(ANSWER, REOPEN)

    assert (round_of(again).offers, round_of(again).last, round_of(again).liability) == (0, None, None)
    assert case_of(again).currency == "CNY"


def test_the_owner_is_who_intake_says() -> None:
    assert case_of(reviewing).owner == Owner("carl", "care", "senior")
    assert case_of(reviewing.having(EVE_OWNS)).owner == Owner("eve", "care", "lead")
    assert case_of(reviewing.having(DESK_OWNS)).owner == Owner(None, "care", "senior")


def test_links_are_kept_until_they_are_undone() -> None:
    assert {EARLIER} == case_of(reviewing.having(LINK)).links
    assert case_of(reviewing.having(LINK, UNLINK)).links == frozenset()


def test_facts_in_any_order_between_topics_lead_to_the_same_state() -> None:
    one = given().having(GROUPED, BYPASS, REGISTER, CLASSIFY_RUNNING)
    other = given().having(REGISTER, CLASSIFY_RUNNING, GROUPED, BYPASS)

    assert case_of(one) == case_of(other)


def test_codes_of_a_later_release_are_noted_and_can_be_read_back() -> None:
    new_kind = (Demanded("exchange"), Demanded("refund"))
    told = [
        note(2, facts.Classified(harm_running=False, language="fr", demands=new_kind)),
        note(3, facts.OwnerChanged(owner=Owner("otto", "board", "director"))),
        note(4, facts.Linked(other=EARLIER, why="some_new_reason")),
        note(5, facts.Bypassed(step="recorded", target="ministry")),
        note(6, facts.Answered(outcome="forgiven")),
        note(7, facts.Reopened(why="some_new_reason")),
        note(8, facts.Closed(outcome="forgiven")),
    ]

    history = given().having(REGISTER, *told).history

    assert [type(event).model_validate_json(event.model_dump_json()) for event in history] == list(history)
