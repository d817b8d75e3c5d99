from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from eventlog.testing import Given
from services.compensation.domain.negotiation import events as said
from services.compensation.domain.negotiation import facts
from services.compensation.domain.negotiation.decide import negotiation_decider
from services.compensation.domain.negotiation.offering import is_far_outside
from services.compensation.domain.negotiation.state import Bargaining
from services.compensation.domain.negotiation.values import Alike, Limits, Owner, Remedy
from tests.unit.compensation.story import (
    ACCEPT,
    BIG_OFFER,
    CARL,
    DECIDER,
    DENY,
    GROUPED,
    LOWER,
    MARA,
    MORE,
    OFFER,
    POLICY,
    RAISE,
    REFER,
    SHELVE,
    TAKE_BACK,
    bargaining,
    clock_ends,
    later,
    note,
    offered,
    round_of,
    waiting,
    yuan,
)

ONE_SIDED = replace(MORE, concessions=())


def test_an_offer_within_the_limits_is_live_at_once_and_for_some_time() -> None:
    [made] = bargaining.when(OFFER).then_types(said.OfferMade)

    assert isinstance(made, said.OfferMade)
    assert (made.offer, made.sum, made.proposer, made.approver) == (1, OFFER.sum, "carl", None)
    assert made.expires_at == OFFER.at + timedelta(hours=POLICY.terms.offer_hours)
    assert (made.terms, made.reason) == (OFFER.terms, OFFER.reason)


def test_an_offer_says_by_which_limits_it_was_made() -> None:
    [made] = bargaining.when(OFFER).events
    limits = POLICY.limits.by_currency["CNY"]["senior"]

    assert isinstance(made, said.OfferMade)
    assert made.limits == Limits(
        level="senior",
        per_case=limits.per_case,
        per_day=limits.per_day,
        given_today=OFFER.given_today,
        policy=POLICY.limits.version,
    )


def test_the_same_offer_command_again_is_quiet() -> None:
    offered.when(OFFER).then_nothing()
    waiting.when(BIG_OFFER).then_nothing()
    offered.having(TAKE_BACK).when(OFFER).then_nothing()


def test_an_offer_lives_as_long_as_asked_within_the_policy() -> None:
    [made] = bargaining.when(replace(OFFER, valid_for=1)).events

    assert isinstance(made, said.OfferMade)
    assert made.expires_at == OFFER.at + timedelta(hours=1)
    for hours in (0, -1, POLICY.terms.offer_hours_max + 1):
        bargaining.when(replace(OFFER, valid_for=hours)).then_refused("offer_lifetime_out_of_range")


def test_an_offer_gives_something() -> None:
    bargaining.when(replace(OFFER, sum=yuan("0.00"), remedies=())).then_refused("offer_empty")
    bargaining.when(replace(OFFER, sum=yuan("0.00"))).then_types(said.OfferMade)


def test_remedies_and_concessions_are_codes_of_the_policy() -> None:
    bargaining.when(replace(OFFER, remedies=("a new kitchen",))).then_refused("remedy_unknown")
    bargaining.when(replace(OFFER, concessions=("be quiet",))).then_refused("concession_unknown")


def test_an_offer_expires_by_its_timer_exactly_once() -> None:
    fired = clock_ends(offered, "offer@1.1")

    offered.when(fired).then_types(said.OfferExpired)
    offered.when(replace(fired, due=later(hours=5))).then_nothing()
    offered.having(fired).when(fired).then_nothing()
    assert DECIDER.timers(offered.having(fired).state) == {}


def test_an_offer_made_takes_the_place_of_the_one_before() -> None:
    twice = offered.having(MORE)

    assert list(DECIDER.timers(twice.state)) == ["offer@1.2"]
    twice.when(clock_ends(offered, "offer@1.1")).then_nothing()


def test_an_offer_never_goes_down() -> None:
    less = replace(MORE, sum=yuan("399.99"))

    offered.when(less).then_refused("offer_goes_down")
    offered.having(TAKE_BACK).when(less).then_refused("offer_goes_down")
    offered.having(clock_ends(offered, "offer@1.1")).when(less).then_refused("offer_goes_down")


def test_an_offer_of_the_same_sum_keeps_what_came_with_it() -> None:
    without = replace(MORE, sum=OFFER.sum, remedies=(), concessions=MORE.concessions)

    offered.when(without).then_refused("offer_goes_down")
    offered.when(replace(without, sum=yuan("500.00"))).then_types(said.OfferMade)


def test_a_sum_is_offered_again_without_a_remedy_that_the_terms_have_dropped() -> None:
    terms = replace(POLICY.terms, remedies={**POLICY.terms.remedies, "refund": "agent"})
    former = negotiation_decider(replace(POLICY, terms=terms))
    with_refund = Given(former, bargaining.history).having(replace(OFFER, remedies=("apology", "refund")))
    now = Given(DECIDER, with_refund.history)
    again = replace(MORE, sum=OFFER.sum)

    now.when(replace(again, remedies=("apology",))).then_types(said.OfferMade)
    now.when(replace(again, remedies=())).then_refused("offer_goes_down")


def test_a_denied_offer_was_never_made() -> None:
    denied = waiting.having(DENY)

    denied.when(replace(MORE, at=later(hours=9))).then_types(said.OfferMade)


def test_the_first_offer_asks_for_nothing() -> None:
    bargaining.when(replace(OFFER, concessions=())).then_types(said.OfferMade)


def test_a_second_concession_that_asks_and_answers_nothing_is_refused() -> None:
    offered.when(ONE_SIDED).then_refused("one_sided_concession")


def test_a_concession_that_asks_for_something_is_made() -> None:
    offered.when(MORE).then_types(said.OfferMade)


def test_a_concession_that_asks_for_what_was_asked_before_is_one_sided() -> None:
    asked = offered.having(MORE)

    asked.when(replace(MORE, at=later(hours=8), sum=yuan("700.00"))).then_refused("one_sided_concession")
    asked.when(
        replace(MORE, at=later(hours=8), sum=yuan("700.00"), concessions=("publicity", "timing"))
    ).then_types(said.OfferMade)


def test_a_concession_that_answers_a_lowered_demand_is_made_once() -> None:
    answered = offered.having(LOWER)

    answered.when(ONE_SIDED).then_types(said.OfferMade)
    answered.having(ONE_SIDED).when(replace(ONE_SIDED, at=later(hours=8), sum=yuan("700.00"))).then_refused(
        "one_sided_concession"
    )


def test_a_raised_demand_is_no_concession() -> None:
    offered.having(RAISE).when(ONE_SIDED).then_refused("one_sided_concession")


def test_a_demand_that_went_down_and_up_again_is_no_concession() -> None:
    back = replace(LOWER, at=later(hours=6), sum=yuan("2000.00"))

    offered.having(LOWER, replace(RAISE, at=later(hours=6))).when(ONE_SIDED).then_refused(
        "one_sided_concession"
    )
    offered.having(RAISE, back).when(ONE_SIDED).then_refused("one_sided_concession")


def test_another_remedy_is_a_concession_too() -> None:
    offered.when(replace(ONE_SIDED, sum=OFFER.sum, remedies=("apology", "voucher"))).then_refused(
        "one_sided_concession"
    )


def test_the_same_offer_anew_is_no_concession() -> None:
    expired = offered.having(clock_ends(offered, "offer@1.1"))

    expired.when(replace(OFFER, at=later(days=4))).then_types(said.OfferMade)


def test_a_supervisor_lets_a_one_sided_concession_pass_with_a_reason() -> None:
    override = replace(ONE_SIDED, by=MARA, override=True, reason="they have waited long enough")
    [made] = offered.when(override).then_types(said.OfferMade)

    assert isinstance(made, said.OfferMade)
    assert made.overridden_by == "mara"
    offered.when(replace(override, by=CARL)).then_refused("supervisor_only")
    offered.when(replace(override, reason=" ")).then_refused("reason_missing")


def test_an_override_nobody_needed_is_not_recorded() -> None:
    [made] = offered.when(replace(MORE, by=MARA, override=True)).events

    assert isinstance(made, said.OfferMade)
    assert made.overridden_by is None


def test_no_offer_is_made_while_the_talk_rests_or_another_waits() -> None:
    bargaining.having(SHELVE).when(OFFER).then_refused("talk_is_shelved")
    bargaining.having(REFER).when(OFFER).then_refused("talk_is_referred")
    waiting.when(OFFER).then_refused("offer_in_approval")
    offered.having(ACCEPT).when(MORE).then_refused("already_agreed")


def test_like_is_given_for_like_or_a_reason() -> None:
    silent = replace(OFFER, reason=None)
    alike = Alike("cause", 12, yuan("250.00"))

    bargaining.when(replace(silent, alike=alike)).then_refused("like_for_like_reason_missing")
    bargaining.when(replace(silent, alike=alike, reason=" ")).then_refused("like_for_like_reason_missing")
    bargaining.when(replace(OFFER, alike=alike)).then_types(said.OfferMade)
    bargaining.when(replace(silent, alike=Alike("cause", 12, yuan("300.00")))).then_types(said.OfferMade)
    bargaining.when(silent).then_types(said.OfferMade)


def test_what_the_group_receives_counts_before_what_others_did() -> None:
    in_group = bargaining.having(GROUPED)
    silent = replace(OFFER, reason=None, alike=Alike("cause", 3, yuan("100.00")))

    in_group.when(silent).then_types(said.OfferMade)
    in_group.when(replace(silent, sum=yuan("300.00"))).then_refused("like_for_like_reason_missing")


@pytest.mark.parametrize(
    ("offered_sum", "far"), [("66.66", True), ("66.67", False), ("150.00", False), ("150.01", True)]
)
def test_far_outside_is_beyond_the_factor_either_way(offered_sum: str, far: bool) -> None:
    assert is_far_outside(yuan(offered_sum), yuan("100.00"), Decimal("1.5")) is far


def test_a_remedy_that_is_no_money_here_is_no_yardstick() -> None:
    odd = note(
        1,
        facts.Grouped(
            group="g",
            role="follower",
            stage="followers",
            remedy=Remedy("refund", Decimal("0.001"), "CNY"),
        ),
        cause="escalation-x@1",
    )

    bargaining.having(odd).when(replace(OFFER, reason=None)).then_types(said.OfferMade)


def test_an_offer_taken_back_is_gone() -> None:
    [withdrawn] = offered.when(TAKE_BACK).then_types(said.OfferWithdrawn)

    assert isinstance(withdrawn, said.OfferWithdrawn)
    assert withdrawn.reason == TAKE_BACK.reason
    assert DECIDER.timers(offered.having(TAKE_BACK).state) == {}
    offered.having(TAKE_BACK).when(TAKE_BACK).then_refused("offer_not_live")
    offered.when(replace(TAKE_BACK, reason="")).then_refused("reason_missing")
    offered.when(replace(TAKE_BACK, offer=2)).then_refused("offer_not_live")


def test_an_offer_that_waits_is_taken_back_too() -> None:
    back = waiting.having(TAKE_BACK)

    assert isinstance(back.state, Bargaining)
    assert round_of(back).offers == 1


def test_taking_back_the_waiting_offer_leaves_the_live_one() -> None:
    both = offered.having(replace(BIG_OFFER, at=MORE.at, concessions=("scope",)))
    back = both.having(replace(TAKE_BACK, at=later(hours=7), offer=2))

    assert isinstance(back.state, Bargaining)
    assert back.state.live is not None
    back.when(replace(ACCEPT, at=later(hours=8))).then_types(said.OfferAccepted)


def test_only_the_owner_at_the_time_offers() -> None:
    moved = bargaining.having(note(6, facts.OwnerChanged(owner=Owner("dora", "care", "senior"))))

    moved.when(OFFER).then_refused("owner_or_supervisor_only")
