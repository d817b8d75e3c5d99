"""How the demo's negotiations go: who moves next, seen what the public view shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import get_args

import pytest

from operate.demo.bargains import BARGAINS, ENDS, PAYMENTS, end_of
from operate.demo.case import Act, Case, Later, Pay, Sign
from operate.demo.cast import Player
from operate.demo.plays import next_turn
from operate.demo.seen import Seen
from operate.demo.tales import BargainName
from operate.demo.talk import Talk, talk_of
from tests.unit.operate.demo_cases import (
    CLOSED,
    IN_HAND,
    LIVE,
    NOON,
    PERSON,
    REVIEW,
    STOPPED,
    TALKING,
    TERMS,
    WAITING,
    act,
    bargain,
    did,
    door,
    talking,
)

EVENING = NOON + timedelta(hours=6)
FOUND = ("evidence own", "evidence customer", "liability")
OFFERED = (*FOUND, "terms", "offer 1")


def test_every_bargain_of_the_corpus_has_its_moves_and_the_other_way_round() -> None:
    assert BARGAINS.keys() == set(get_args(BargainName))
    assert ENDS.keys() | PAYMENTS.keys() <= BARGAINS.keys()


def test_evidence_is_handed_in_before_a_finding_cites_it() -> None:
    played = bargain()

    first = act(played, talking())
    finding = act(did(played, "evidence own", "evidence customer"), talking())

    assert first.upload is not None
    assert finding.body is not None
    assert finding.body["evidence"][0] == {"sha256": sha256(first.upload).hexdigest(), "origin": "own"}


def test_the_customer_names_terms_before_the_company_offers() -> None:
    played = did(bargain(), *FOUND)

    assert door(played, talking(talk=TERMS)) == "terms"
    assert door(did(played, "terms"), talking(talk=TALKING), EVENING) == "offers"


@pytest.mark.parametrize(("channel", "who"), [("web", Player(PERSON, "customer")), ("phone", None)])
def test_customers_with_a_link_speak_for_themselves_others_by_the_owner(
    channel: str, who: Player | None
) -> None:
    turn = act(did(bargain(channel=channel), *FOUND), talking(talk=TERMS))

    assert turn.player == (who or Player("a-017", "agent", "front"))


def test_an_offer_above_the_limit_is_approved_by_somebody_else_of_the_level_it_needs() -> None:
    turn = act(did(bargain(), *OFFERED), talking(talk=TALKING, pending=WAITING, state="approval"))

    assert (turn.door, turn.player.role) == ("offers/1/approval", "lead")
    assert turn.player.actor != WAITING.proposer


def test_an_offer_is_thought_about_before_it_is_taken() -> None:
    played = did(bargain(), *OFFERED)

    assert next_turn(played, talking(talk=TALKING, live=LIVE), NOON) == Later(NOON + timedelta(hours=5))
    assert door(played, talking(talk=TALKING, live=LIVE), EVENING) == "offers/1/acceptance"


def test_the_agreement_is_signed_once_by_the_letters_link() -> None:
    played = did(bargain(), *OFFERED, "acceptance 1")
    seen = talking(talk=TALKING, state="signing", document="d" * 64)

    turn = next_turn(played, seen, EVENING)

    assert isinstance(turn, Sign)
    played.note(turn.mark, EVENING)
    assert door(played, seen, EVENING) == ""


def test_who_does_not_sign_is_offered_more_and_signs_the_next_paper() -> None:
    played = did(bargain("unsigned"), *OFFERED, "acceptance 1")
    seen = talking(talk=TALKING, state="signing", document="d" * 64)

    declined = next_turn(played, seen, EVENING)

    assert isinstance(declined, Sign)
    assert declined.declines
    played.note(declined.mark, EVENING)
    assert door(played, talking(talk=TALKING), EVENING) == "offers"
    signed = next_turn(did(played, "offer 2", "acceptance 2"), replace(seen), EVENING)
    assert isinstance(signed, Sign)
    assert not signed.declines


def test_what_was_agreed_is_paid_even_after_the_complaint_is_closed() -> None:
    played = did(bargain(), *OFFERED, "acceptance 1", "signed")
    closed = talking(CLOSED, TALKING, state="settled", payment="p-1")

    assert isinstance(next_turn(played, closed, EVENING), Pay)
    assert not closed.is_over
    assert talking(CLOSED, TALKING, state="archived").is_over


def test_a_payment_that_comes_back_is_made_again_under_its_new_id() -> None:
    played = bargain("reversed")
    first = next_turn(played, talking(CLOSED, TALKING, state="settled", payment="p-1"), EVENING)

    assert isinstance(first, Pay)
    assert first.comes_back
    played.note(first.mark, EVENING)
    again = next_turn(played, talking(CLOSED, TALKING, state="settled", payment="p-2"), EVENING)
    assert isinstance(again, Pay)
    assert (again.payment, again.comes_back) == ("p-2", False)


def test_a_refusal_names_class_strategy_basis_and_appeal() -> None:
    turn = act(
        did(bargain("excessive"), "evidence own", "liability", "terms"), talking(talk=TALKING), EVENING
    )

    assert turn.door == "refusal"
    assert turn.body is not None
    assert turn.body.keys() == {"refusal_class", "strategy", "basis", "appeal", "text"}


def test_nobody_answers_by_hand_while_money_is_talked_about() -> None:
    played = bargain("left_talking", plot="left_open")
    for name in ("evidence customer", "evidence third_party", "liability", "terms", "offer 1"):
        did(played, name)
    replied = tuple(clock for clock in STOPPED.clocks if clock.name != "first_reply")

    assert door(played, talking(replace(STOPPED, clocks=replied), TALKING, live=LIVE), EVENING) == ""


def test_a_refused_round_is_taken_up_again_after_a_reopening() -> None:
    played = did(bargain("refused_then_settled"), "evidence own", "liability", "terms", "refusal")
    reopened = talking(STOPPED, REVIEW, round=2)

    assert act(played, reopened, EVENING).mark.startswith("round 2 ")


def test_the_loss_is_stopped_first_unless_a_supervisor_waives_it() -> None:
    running = talking(IN_HAND, REVIEW, state="service_first")

    assert door(bargain(), running) == "harm-stopped"
    assert door(bargain("waived"), running) == "service-waiver"


def test_the_told_one_tries_what_must_be_refused_and_says_by_which_rule() -> None:
    played, expected = bargain("told"), []
    stages: list[tuple[Seen, tuple[str, ...]]] = [
        (talking(IN_HAND, REVIEW, state="service_first"), ()),
        (talking(talk=TERMS), ("evidence own", "evidence third_party", "liability")),
        (talking(talk=TALKING, pending=WAITING, state="approval"), ("terms", "offer 1")),
        (talking(talk=TALKING, live=LIVE), ("approval 1", "demand higher")),
    ]
    for seen, names in stages:
        turn = act(did(played, *names), seen, EVENING)
        expected.append(turn.expects)
        played.note(turn.mark, EVENING)

    assert expected == [
        "service_need_first",
        "customer_terms_first",
        "proposer_is_not_approver",
        "one_sided_concession",
    ]


def test_labels_are_set_right_where_the_rules_overlooked_the_money_that_is_asked_for() -> None:
    overlooked = replace(STOPPED, timing="past", harm="stopped")

    turn = act(bargain(), overlooked)

    assert turn.door == "classification"
    assert turn.body is not None
    assert turn.body["demands"] == [{"kind": "refund", "amount": "90", "currency": "GBP"}]
    assert "timing" not in turn.body


def test_a_view_without_a_round_is_no_negotiation() -> None:
    assert talk_of({"round": None}) is None


def test_a_view_is_read_into_offers_rest_document_and_the_order_that_waits() -> None:
    offer = {"number": 2, "sum": {"amount": "5.00", "currency": "EUR"}, "proposer": "a"}
    view = {
        "round": 1,
        "state": "shelved",
        "live_offer": {**offer, "expires_at": NOON.isoformat()},
        "waiting_offer": {**offer, "level_needed": "lead"},
        "document": {"document": "d"},
        "payments": [{"payment": "p-1", "status": "reversed"}, {"payment": "p-2", "status": "instructed"}],
        "shelved": {"until": NOON.isoformat()},
    }

    talk = talk_of(view)

    assert talk is not None
    assert (talk.live and talk.live.expires_at, talk.rests_until) == (NOON, NOON)
    assert (talk.pending and talk.pending.level_needed, talk.document) == ("lead", "d")
    assert (talk.payment, talk.is_open) == ("p-2", True)


@pytest.mark.parametrize(
    ("name", "end"), [("plain", "settled"), ("excessive", "refused"), ("dropped", "withdrawn")]
)
def test_each_bargain_has_an_end(name: str, end: str) -> None:
    assert end_of(name) == end


def walked(played: Case, talk: Talk) -> list[str]:
    """The marks of all acts that follow one another on the same view."""
    marks: list[str] = []
    while isinstance(turn := next_turn(played, talking(talk=talk), NOON + timedelta(days=9)), Act):
        played.note(turn.mark or turn.door, NOON)
        marks.append(turn.mark or turn.door)
    return marks


@pytest.mark.parametrize("name", BARGAINS)
def test_no_bargain_does_anything_twice(name: str) -> None:
    marks = walked(bargain(name), TALKING)

    assert len(marks) == len(set(marks))
