"""What one reads of a negotiation: where it stands, the ledger of its moves, and its row in the list."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from eventlog.recorded import Recorded
from services.compensation.domain.negotiation.state import NotHeard
from services.compensation.projections.negotiation_list import row_of
from services.compensation.views import ledger, negotiation_view
from shared_kernel.money import money
from tests.unit.compensation.story import (
    COMPLAINT,
    DOCUMENT,
    NOON,
    PERSON,
    REFUSE,
    SHELVE,
    Story,
    archived,
    bargaining,
    customer_signed,
    given,
    linked,
    offered,
    registered,
    settled,
    waiting,
    yuan,
)

LATE = NOON + timedelta(days=90)


def shown(story: Story, *, to_customer: bool = False) -> dict[str, Any]:
    assert not isinstance(story.state, NotHeard)
    return negotiation_view(story.state, LATE, to_customer=to_customer)


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


def test_stream_without_events_has_no_row() -> None:
    with pytest.raises(TypeError):
        row_of("", given().state)
