"""What an offer promises beside its sum: it costs the company too, so each remedy has its own level."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.compensation.domain.negotiation import events as said
from tests.unit.compensation.story import BIG_OFFER, EVE, EVE_OWNS, OFFER, bargaining, yuan


def test_money_back_is_the_sum_and_no_remedy_beside_it() -> None:
    bargaining.when(replace(OFFER, remedies=("refund",))).then_refused("remedy_unknown")


@pytest.mark.parametrize("amount", ["0.00", "400.00"])
def test_what_is_worth_money_beside_the_sum_needs_its_own_level(amount: str) -> None:
    [waits] = bargaining.when(replace(OFFER, sum=yuan(amount), remedies=("apology", "voucher"))).events

    assert isinstance(waits, said.ApprovalRequested)
    assert (waits.level_needed, waits.limits.level) == ("lead", "senior")


def test_the_higher_level_of_sum_and_remedies_approves() -> None:
    [waits] = bargaining.when(replace(BIG_OFFER, sum=yuan("8000.00"), remedies=("voucher",))).events

    assert isinstance(waits, said.ApprovalRequested)
    assert waits.level_needed == "manager"


def test_who_may_promise_a_remedy_promises_it() -> None:
    led = bargaining.having(EVE_OWNS)

    led.when(replace(OFFER, by=EVE, remedies=("voucher",))).then_types(said.OfferMade)
