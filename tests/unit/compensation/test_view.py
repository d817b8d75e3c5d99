"""What one reads of a negotiation: where it stands, the ledger of its moves, and its row in the list."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from eventlog.recorded import Recorded
from services.compensation.domain.negotiation.state import NotHeard
from services.compensation.projections import given_sums
from services.compensation.projections.negotiation_list import row_of
from services.compensation.views import ledger, negotiation_view
from shared_kernel.money import Money, money
from tests.unit.compensation.story import (
    CLASSIFY,
    COMPLAINT,
    DECLINE_SIGNING,
    DOCUMENT,
    FIND,
    GROUP,
    GROUPED,
    NOON,
    OFFER,
    OPEN_ROUND,
    PERSON,
    REFER,
    REFUSE,
    SHELVE,
    TAKE_BACK,
    TERMS,
    Story,
    agreed,
    archived,
    bargaining,
    clock_ends,
    customer_signed,
    given,
    later,
    linked,
    name_account,
    offered,
    pay,
    payment_of,
    registered,
    reverse,
    reviewing,
    settled,
    waiting,
    yuan,
)

LATE = NOON + timedelta(days=90)


def shown(story: Story, *, to_customer: bool = False) -> dict[str, Any]:
    assert not isinstance(story.state, NotHeard)
    return negotiation_view(story.state, LATE, to_customer=to_customer)


def standing(story: Story) -> list[tuple[int, str, Money, datetime]]:
    assert not isinstance(story.state, NotHeard)
    return [(each.round, each.proposer, each.sum, each.at) for each in given_sums.standing(story.state)]


def moves(story: Story, *, with_texts: bool = True, to_customer: bool = False) -> list[dict[str, Any]]:
    history = [
        Recorded(number, f"negotiation-{COMPLAINT}", number, event.at, COMPLAINT, None, None, event)
        for number, event in enumerate(story.history, start=1)
    ]
    return ledger(history, with_texts=with_texts, to_customer=to_customer)


def test_view_before_any_round_tells_what_was_heard() -> None:
    view = shown(registered)

    assert (view["state"], view["round"], view["complaint"]) == ("heard", None, COMPLAINT)


def test_view_tells_the_live_offer_and_its_clock() -> None:
    view = shown(offered)

    assert (view["state"], view["terms"]) == ("bargaining", {"status": "recorded", "sum": yuan("2000.00")})
    assert view["live_offer"]["sum"] == yuan("400.00")
    assert "limits" not in view["live_offer"]
    (clock,) = view["clocks"]
    assert (clock["name"], clock["due"], clock["is_overdue"]) == (
        "offer@1.1",
        view["live_offer"]["expires_at"],
        True,
    )


def test_offer_that_waits_for_approval_is_no_business_of_the_customer() -> None:
    assert shown(waiting)["waiting_offer"]["sum"] == yuan("1800.00")
    assert shown(waiting, to_customer=True)["waiting_offer"] is None
    assert (shown(waiting)["state"], shown(waiting, to_customer=True)["state"]) == ("approval", "bargaining")
    assert "approval_requested" in [move["move"] for move in moves(waiting)]
    assert "approval_requested" not in [move["move"] for move in moves(waiting, to_customer=True)]


def test_view_tells_the_rest_and_the_refusal() -> None:
    assert shown(offered.having(SHELVE))["shelved"]["until"] == SHELVE.until
    assert shown(bargaining.having(REFUSE))["refusal"]["refusal_class"] == "excessive"


def test_view_tells_hashes_custody_and_payments() -> None:
    assert shown(linked)["document"].document == DOCUMENT
    assert "token_hash" not in str(shown(linked))
    assert shown(customer_signed)["customer_signature"].means == "typed"
    assert {each.holder for each in shown(settled)["custody"]} == {"company", "customer", "vault"}
    assert [each.status for each in shown(archived)["payments"]] == ["paid"]
    assert shown(archived)["manifest"]


def test_customer_is_told_neither_label_nor_group_nor_what_its_like_were_promised() -> None:
    grouped = reviewing.having(GROUPED)
    told, own = shown(grouped), shown(grouped, to_customer=True)
    (opened,) = [move for move in moves(registered.having(GROUPED, CLASSIFY)) if move["move"] == "opened"]
    (seen,) = moves(registered.having(GROUPED, CLASSIFY), to_customer=True)

    assert (told["group"], told["remedy"].kind, told["label"].language) == (GROUP, "refund", "zh")
    assert told.keys() - own.keys() == {"label", "links", "group", "remedy", "needs_review"}
    assert opened["what"].keys() - seen["what"].keys() == {"group", "remedy"}
    assert GROUP not in f"{own} {seen}"


def test_payment_that_came_back_waits_visibly_for_an_account() -> None:
    returned = archived.having(reverse(archived))
    (clock,) = shown(returned)["clocks"]

    assert (clock["name"], clock["due"], clock["is_overdue"]) == ("payee@1", later(days=6), True)
    assert [each.status for each in shown(returned)["payments"]] == ["reversed"]
    assert shown(returned)["owner"].actor == "carl"
    (clock,) = shown(returned.having(name_account(archived)))["clocks"]
    assert clock["name"] == "payment@1"


def test_contradiction_is_shown_to_staff_as_what_needs_a_review() -> None:
    contradicted = archived.having(reverse(archived), replace(pay(settled), at=later(days=5)))
    (needed,) = shown(contradicted)["needs_review"]

    assert (needed["payment"], needed["since"]) == (payment_of(settled), later(days=5))
    assert [each.status for each in shown(contradicted)["payments"]] == ["contradicted"]
    assert shown(archived)["needs_review"] == []
    assert "needs_review" not in shown(contradicted, to_customer=True)
    assert not any(
        each["name"].startswith("review@") for each in shown(contradicted, to_customer=True)["clocks"]
    )


def test_every_clock_is_explained_in_both_languages_with_its_source() -> None:
    away, resting = bargaining.having(REFER), offered.having(SHELVE)
    returned = archived.having(reverse(archived))
    contradicted = returned.having(replace(pay(settled), at=later(days=5)))
    kinds = set()
    for story in (resting, away, waiting, linked, settled, returned, contradicted):
        for clock in shown(story)["clocks"]:
            kinds.add(clock["name"].partition("@")[0])
            due = f"{clock['due']:%Y-%m-%d %H:%M} UTC"
            assert due in clock["explanation_en"]
            assert due in clock["explanation_zh"]
            assert "source: " in clock["explanation_en"]
            assert "依据：" in clock["explanation_zh"]

    assert kinds == {"offer", "shelved", "referral", "approval", "signing", "payment", "payee", "review"}


def test_a_missed_clock_stays_overdue_and_tells_staff_to_whom_it_climbed() -> None:
    late = waiting.having(clock_ends(waiting, "approval@1.1"))
    (running,), (clock,) = shown(waiting)["clocks"], shown(late)["clocks"]

    assert (running["level"], clock["level"], clock["is_overdue"]) == (None, "manager", True)
    assert moves(late)[-1]["move"] == "deadline_missed"
    assert shown(late, to_customer=True)["clocks"] == []
    assert "deadline_missed" not in [move["move"] for move in moves(late, to_customer=True)]
    assert all("level" not in each for each in shown(linked, to_customer=True)["clocks"])


def test_account_named_is_told_to_staff_only() -> None:
    again = archived.having(reverse(archived), name_account(archived))

    assert moves(again)[-1]["why"]["account"] == name_account(archived).account
    for reader in (moves(again, with_texts=False), moves(again, with_texts=False, to_customer=True)):
        assert name_account(archived).account not in str(reader)


def test_ledger_tells_who_when_what_why_and_the_limits_applied() -> None:
    (made,) = [move for move in moves(offered) if move["move"] == "offer_made"]

    assert made["by"].actor == "carl"
    assert made["what"]["sum"]["amount"] == "400.00"
    assert made["why"] == {"terms": "400 yuan and a written apology", "reason": "as the repair cost"}
    assert made["limits"].level == "senior"
    assert PERSON not in str(made["what"])


def test_reasons_are_for_staff_and_limits_not_for_the_customer() -> None:
    reader, customer = moves(settled, with_texts=False), moves(settled, with_texts=False, to_customer=True)

    assert all("why" not in move for move in reader + customer)
    assert any("limits" in move for move in reader)
    assert not any("limits" in move for move in customer)
    assert all("token_hash" not in move["what"] for move in moves(settled))
    assert "noted" not in [move["move"] for move in moves(settled)]


def test_row_counts_what_stands_as_given_and_what_was_settled() -> None:
    nothing, live, taken = row_of("", bargaining.state), row_of("", offered.state), row_of("", archived.state)

    assert (nothing[2], nothing[10:14]) == ("bargaining", (None, None, None, None))
    assert (live[2], live[10:13]) == ("bargaining", ("carl", yuan("400.00").amount, "CNY"))
    assert (taken[2], taken[10]) == ("archived", "carl")
    assert taken[14:16] == (money("400.00", "CNY").amount, "CNY")


def test_day_counts_what_each_round_gave_and_stands() -> None:
    again = archived.having(OPEN_ROUND, replace(FIND, at=later(days=6)), replace(TERMS, at=later(days=6)))
    second = again.having(replace(OFFER, at=later(days=6), sum=yuan("50.00")))
    first = (1, "carl", yuan("400.00"), OFFER.at)

    assert standing(bargaining) == standing(offered.having(TAKE_BACK)) == []
    assert standing(linked.having(DECLINE_SIGNING)) == standing(waiting) == []
    for story in (offered, agreed, linked, settled, archived, again):
        assert standing(story) == [first]
    assert standing(second) == [first, (2, "carl", yuan("50.00"), later(days=6))]


def test_stream_without_events_has_no_row() -> None:
    for made in (row_of, given_sums.row_of):
        with pytest.raises(TypeError):
            made("", given().state)
