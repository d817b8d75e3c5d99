from __future__ import annotations

from dataclasses import replace

from services.compensation.domain.negotiation import events as said
from services.compensation.domain.negotiation.state import InApproval
from shared_kernel.money import money
from tests.unit.compensation.story import (
    BIG_OFFER,
    DECLINE_TERMS,
    FIND,
    OFFER,
    OPEN_ROUND,
    OTTO,
    POLICY,
    TERMS,
    archived,
    awaiting,
    bargaining,
    later,
    waiting,
    yuan,
)


def test_above_the_limit_of_the_case_an_offer_waits_for_approval() -> None:
    [asked] = bargaining.when(BIG_OFFER).then_types(said.ApprovalRequested)

    assert isinstance(asked, said.ApprovalRequested)
    assert (asked.offer, asked.sum, asked.proposer, asked.level_needed) == (1, BIG_OFFER.sum, "carl", "lead")
    assert isinstance(waiting.state, InApproval)


def test_at_the_limit_no_approval_is_needed() -> None:
    limit = POLICY.limits.by_currency["CNY"]["senior"].per_case

    bargaining.when(replace(BIG_OFFER, sum=limit)).then_types(said.OfferMade)
    bargaining.when(replace(BIG_OFFER, sum=limit + yuan("0.01"))).then_types(said.ApprovalRequested)


def test_above_the_limit_of_the_day_the_next_rung_decides() -> None:
    day = POLICY.limits.by_currency["CNY"]["senior"].per_day
    full = replace(OFFER, given_today=day - OFFER.sum)

    bargaining.when(full).then_types(said.OfferMade)
    [asked] = bargaining.when(replace(full, given_today=day)).then_types(said.ApprovalRequested)
    assert isinstance(asked, said.ApprovalRequested)
    assert asked.level_needed == "lead"


def test_a_day_is_one_day_in_all_currencies_together() -> None:
    half_a_day = money("1000.00", "USD")
    other_half = replace(OFFER, given_today=yuan("4600.00"), given_elsewhere=(half_a_day,))

    assert POLICY.limits.by_currency["USD"]["senior"].per_day == half_a_day + half_a_day
    bargaining.when(other_half).then_types(said.OfferMade)
    over = replace(other_half, given_today=yuan("4600.01"))
    [asked] = bargaining.when(over).then_types(said.ApprovalRequested)
    assert isinstance(asked, said.ApprovalRequested)
    assert (asked.level_needed, asked.limits.given_elsewhere) == ("lead", (half_a_day,))


def test_whoever_gave_the_whole_day_in_another_currency_gives_nothing_more() -> None:
    whole = POLICY.limits.by_currency["EUR"]["senior"].per_day

    bargaining.when(replace(OFFER, sum=yuan("0.01"), given_elsewhere=(whole,))).then_types(
        said.ApprovalRequested
    )
    bargaining.when(replace(OFFER, sum=yuan("0.00"), given_elsewhere=(whole,))).then_types(said.OfferMade)


def test_parts_of_a_day_add_up_exactly() -> None:
    given = (money("30000", "JPY"), money("200.00", "USD"), yuan("8000.00"))

    assert POLICY.limits.day_used("senior", given) == 1


def test_what_was_given_in_a_currency_without_limits_leaves_nothing_of_the_day() -> None:
    kroner = money("0.01", "NOK")

    bargaining.when(replace(OFFER, given_elsewhere=(kroner,))).then_types(said.ApprovalRequested)


def test_at_the_top_somebody_else_of_the_same_level_decides() -> None:
    day = POLICY.limits.by_currency["CNY"]["executive"].per_day
    [asked] = bargaining.when(replace(OFFER, by=OTTO, given_today=day)).events

    assert isinstance(asked, said.ApprovalRequested)
    assert (asked.limits.level, asked.level_needed) == ("executive", "executive")


def test_above_every_limit_nobody_is_asked() -> None:
    huge = replace(OFFER, sum=yuan("1000000.01"))

    bargaining.when(huge).then_refused("above_every_limit")
    largest = replace(huge, sum=yuan("999999999999999.99"), given_today=yuan("999999999999999.99"))
    bargaining.when(largest).then_refused("above_every_limit")


def test_above_every_limit_together_with_what_was_settled_before_nobody_is_asked() -> None:
    again = archived.having(OPEN_ROUND, replace(FIND, at=later(days=6)), replace(TERMS, at=later(days=6)))

    again.when(replace(OFFER, at=later(days=6), sum=yuan("1000000.00"))).then_refused("above_every_limit")


def test_what_an_earlier_round_settled_counts_for_the_case() -> None:
    again = archived.having(OPEN_ROUND, replace(FIND, at=later(days=6)), replace(TERMS, at=later(days=6)))
    limit = POLICY.limits.by_currency["CNY"]["senior"].per_case
    rest = replace(OFFER, at=later(days=6), sum=limit - OFFER.sum)

    again.when(rest).then_types(said.OfferMade)
    again.when(replace(rest, sum=limit)).then_types(said.ApprovalRequested)


def test_a_currency_without_limits_is_not_offered() -> None:
    kroner = replace(OFFER, sum=money("10.00", "NOK"), given_today=money("0.00", "NOK"))

    awaiting.having(DECLINE_TERMS).when(kroner).then_refused("currency_without_limits")


def test_without_a_level_nothing_is_given_away() -> None:
    machine = replace(OFFER, by=OFFER.by.model_copy(update={"roles": ("platform",)}))

    bargaining.when(machine).then_refused("level_missing")
