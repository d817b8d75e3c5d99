"""The demo's plots: who moves next, seen what the public view shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from operate.demo.case import Later
from operate.demo.cast import Player, taker_of
from operate.demo.plays import PLOTS, next_turn
from operate.demo.seen import Offered, Seat
from tests.unit.operate.demo_cases import (
    ANSWERED,
    CARE,
    CLASSIFIED,
    CLOSED,
    IN_HAND,
    NOON,
    PERSON,
    STOPPED,
    act,
    case,
    clock,
    door,
)

AFTERNOON, EVENING = NOON + timedelta(hours=3), NOON + timedelta(hours=6)


@pytest.mark.parametrize("plot", PLOTS)
def test_nobody_moves_before_it_is_read_nor_after_it_is_closed(plot: str) -> None:
    assert next_turn(case(plot), replace(CLASSIFIED, timing=None, stage="received"), NOON) is None
    assert next_turn(case(plot), CLOSED, NOON) is None


def test_an_answered_one_is_confirmed_stopped_answered_and_visited() -> None:
    played = case("answered")

    assert door(played, CLASSIFIED) == "acknowledgement"
    assert door(played, IN_HAND) == "harm-stopped"
    assert door(played, STOPPED, AFTERNOON) == "answer"
    assert door(played, ANSWERED, EVENING) == "return-visits"


def test_the_owner_acts_and_where_a_desk_owns_one_of_that_desk() -> None:
    of_desk = replace(CLASSIFIED, owner=Seat(None, "letters", "agent"))

    assert act(case(), CLASSIFIED).player == Player("a-017", "agent", "front")
    assert act(case(), of_desk).player.desk == "letters"


def test_an_answer_takes_some_hours_and_a_visit_comes_later() -> None:
    assert next_turn(case(), STOPPED, NOON) == Later(AFTERNOON)
    assert next_turn(case(), ANSWERED, NOON) == Later(EVENING)


def test_the_visitor_is_nobody_who_handles_it() -> None:
    assert act(case(), ANSWERED, EVENING).player.desk == "follow_up"


def test_an_inspection_for_a_group_takes_more_than_a_day() -> None:
    turn = next_turn(case(), replace(STOPPED, group=PERSON), NOON)

    assert turn == Later(NOON + timedelta(hours=30))


def test_labels_are_set_right_where_the_rules_are_unsure_or_wrong() -> None:
    wrong = replace(CLASSIFIED, timing="past", harm="over")

    assert door(case(), replace(CLASSIFIED, needs_review=True)) == "classification"
    assert act(case(), wrong).body == {
        "timing": "ongoing",
        "severity": "service",
        "language": "en",
        "reason": case().said("review"),
    }


def test_a_danger_that_was_overlooked_is_set_right() -> None:
    assert door(case(severity="safety"), CLASSIFIED) == "classification"


def test_a_stopped_loss_is_no_mistake_of_the_rules() -> None:
    assert door(case(), STOPPED, AFTERNOON) == "answer"


def test_a_language_nobody_reads_stays_unnamed() -> None:
    body = act(case(language="fr"), replace(CLASSIFIED, needs_review=True)).body

    assert body is not None
    assert "language" not in body


def test_a_hand_over_is_accepted_once_by_one_of_the_offered_desk_and_level() -> None:
    played, offered = case("answered_after_handover"), replace(CLASSIFIED, offered=CARE)

    turn = act(played, offered)
    played.done.add(turn.mark)

    assert (turn.door, turn.player.desk, turn.player.role) == ("handover/acceptance", "care", "senior")
    assert door(played, offered) == "acknowledgement"


def test_a_group_led_as_one_takes_its_members_over_once_more() -> None:
    played = case("answered_after_handover")
    played.done.add("accepted 0")

    assert door(played, replace(IN_HAND, offered=Offered("groups", "manager"))) == "handover/acceptance"
    assert door(played, replace(IN_HAND, offered=CARE)) == "harm-stopped"


def test_the_first_hand_over_is_declined_and_the_giver_keeps_it() -> None:
    played, offered = case("declined_handover"), replace(CLASSIFIED, offered=CARE)

    turn = act(played, offered)
    played.done.add(turn.door)

    assert (turn.door, turn.player.desk) == ("handover/refusal", "care")
    assert door(played, offered) == "acknowledgement"


def test_where_routing_offers_nothing_the_owner_asks_before_care_declines() -> None:
    assert door(case("declined_handover"), CLASSIFIED) == "handover/offer"


def test_whom_the_route_excludes_takes_nothing_over() -> None:
    first = taker_of(CARE, CLASSIFIED, "NC-1").actor
    second = taker_of(Offered("care", "senior", not_to=(first,)), CLASSIFIED, "NC-1").actor
    named = taker_of(Offered("care", "senior", handler="dora"), CLASSIFIED, "NC-1").actor

    assert first != second
    assert named == "dora"


def test_a_missed_deadline_is_waited_for_and_then_taken_up_above() -> None:
    played, missed = (
        case("missed_deadline"),
        (clock("acknowledge", "missed", hours=0.5), clock("final_answer")),
    )

    assert next_turn(played, CLASSIFIED, NOON) == Later(NOON + timedelta(minutes=31))
    assert door(played, replace(CLASSIFIED, clocks=missed, offered=CARE)) == "handover/acceptance"
    assert door(played, replace(CLASSIFIED, clocks=missed)) == "handover/offer"


@pytest.mark.parametrize(("channel", "expected"), [("web", "reopening"), ("phone", "return-visits")])
def test_what_is_not_solved_is_told_by_link_or_found_at_the_visit(channel: str, expected: str) -> None:
    played = case("not_solved_then_reopened", channel=channel)

    turn = act(played, ANSWERED, EVENING)

    assert turn.door == expected
    assert turn.body is not None
    assert turn.body.get("solved", False) is False


def test_a_customer_speaks_as_the_person_of_the_complaint() -> None:
    assert act(case("withdrawn"), STOPPED, AFTERNOON).player == Player(PERSON, "customer")


def test_after_a_reopening_somebody_else_takes_it_and_it_is_solved() -> None:
    played = case("not_solved_then_reopened", channel="web")
    reopened = replace(STOPPED, reopenings=1, offered=CARE)
    solved = replace(ANSWERED, reopenings=1)

    assert door(played, reopened) == "handover/acceptance"
    body = act(played, solved, EVENING).body
    assert body is not None
    assert body["solved"] is True


def test_nobody_is_reached_at_three_visits() -> None:
    assert act(case("unreached"), ANSWERED, EVENING).body == {"reached": False}


def test_a_referral_is_asked_for_once_after_a_reply() -> None:
    played = case("referred")

    assert door(played, STOPPED) == "replies"
    replied = replace(STOPPED, clocks=(clock("acknowledge", "met"), clock("first_reply", "met")))
    assert (act(played, replied).door, act(played, replied).service) == ("referral", "escalation")
    assert door(played, replace(replied, referred_to="mediator")) == ""


def test_what_is_left_open_is_replied_to_and_not_answered() -> None:
    played = case("left_open")
    replied = replace(STOPPED, clocks=(clock("acknowledge", "met"), clock("first_reply", "met")))

    assert door(played, STOPPED, EVENING) == "replies"
    assert door(played, replied, EVENING) == ""


def test_only_the_handler_who_was_asked_hands_in_the_account_of_a_bypass() -> None:
    played = case("answered")
    played.account_of = "a-099"

    turn = act(played, STOPPED, AFTERNOON)

    assert (turn.door, turn.service, turn.player.actor) == ("account", "escalation", "a-099")


def test_an_earlier_bypass_is_told_by_the_front_line_first() -> None:
    played = case("answered_after_handover")
    played.earlier_bypass = NOON - timedelta(days=3)

    assert door(played, replace(CLASSIFIED, offered=CARE)) == "bypasses"


def test_of_demands_for_compensation_some_are_refused() -> None:
    outcomes = set()
    for number in range(40):
        played = case("answered", demand="compensation")
        played = replace(
            played, tale=replace(played.tale, register={**played.tale.register, "reference": str(number)})
        )
        body = act(played, STOPPED, AFTERNOON).body
        assert body is not None
        outcomes.add(body["outcome"])

    assert outcomes == {"answered", "refused"}
