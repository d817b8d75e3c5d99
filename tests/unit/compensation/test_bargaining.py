from __future__ import annotations

from dataclasses import replace

import pytest

from eventlog.message import By
from services.compensation.domain.negotiation import commands
from services.compensation.domain.negotiation import events as said
from services.compensation.domain.negotiation.state import Agreed, Bargaining
from shared_kernel.money import money
from tests.unit.compensation.story import (
    ACCEPT,
    ANNA,
    BIG_OFFER,
    CARL,
    CUSTOMER,
    DECLINE_TERMS,
    FIND,
    LOWER,
    MARA,
    MORE,
    OFFER,
    PLATFORM,
    RAISE,
    REFER,
    SHELVE,
    STRANGER,
    TAKE_BACK,
    TERMS,
    WITHDRAW,
    Story,
    agreed,
    awaiting,
    bargaining,
    clock_ends,
    offered,
    rendered,
    round_of,
    waiting,
    yuan,
)

WORDS: list[tuple[Story, commands.NegotiationCommand]] = [
    (awaiting, TERMS),
    (awaiting, DECLINE_TERMS),
    (bargaining, LOWER),
    (offered, ACCEPT),
    (bargaining, WITHDRAW),
]


@pytest.mark.parametrize(("story", "words"), WORDS, ids=[type(words).__name__ for _, words in WORDS])
def test_the_customers_word_is_the_customers_or_passed_on_by_the_owner(
    story: Story, words: commands.RecordTerms
) -> None:
    def said_by(by: By) -> commands.RecordTerms:
        return replace(words, by=by)

    assert story.when(said_by(CUSTOMER)).refused is None
    assert story.when(said_by(CARL)).refused is None
    story.when(said_by(STRANGER)).then_refused("own_complaint_only")
    for by in (ANNA, MARA, PLATFORM):
        story.when(said_by(by)).then_refused("customer_or_owner_only")


def test_the_customers_terms_open_the_bargaining() -> None:
    [recorded] = awaiting.when(TERMS).then_types(said.TermsRecorded)

    assert isinstance(recorded, said.TermsRecorded)
    assert (recorded.sum, recorded.demands, recorded.words) == (TERMS.sum, TERMS.demands, TERMS.words)
    assert isinstance(bargaining.state, Bargaining)


def test_terms_say_something() -> None:
    awaiting.when(replace(TERMS, demands=(), sum=None)).then_refused("terms_empty")
    awaiting.when(replace(TERMS, demands=())).then_types(said.TermsRecorded)


def test_the_same_terms_again_are_quiet() -> None:
    bargaining.when(TERMS).then_nothing()
    offered.when(TERMS).then_nothing()


def test_terms_are_put_right_until_the_first_offer_answers_them() -> None:
    other = replace(TERMS, sum=money("300.00", "USD"))

    bargaining.when(other).then_types(said.TermsRecorded)
    offered.when(other).then_refused("terms_already_recorded")
    waiting.when(other).then_refused("terms_already_recorded")


def test_a_customer_may_decline_to_name_terms() -> None:
    declined = awaiting.having(DECLINE_TERMS)

    assert isinstance(declined.state, Bargaining)
    declined.when(DECLINE_TERMS).then_nothing()
    declined.when(OFFER).then_types(said.OfferMade)
    declined.when(TERMS).then_types(said.TermsRecorded)
    offered.when(DECLINE_TERMS).then_refused("terms_already_recorded")


def test_a_demand_that_goes_up_is_recorded_as_raised() -> None:
    [raised] = bargaining.when(RAISE).then_types(said.DemandRaised)

    assert isinstance(raised, said.DemandRaised)
    assert (raised.was, raised.sum) == (TERMS.sum, RAISE.sum)


def test_a_demand_that_goes_down_is_recorded_as_lowered() -> None:
    [lowered] = bargaining.when(LOWER).then_types(said.DemandLowered)

    assert isinstance(lowered, said.DemandLowered)
    assert (lowered.was, lowered.sum) == (TERMS.sum, LOWER.sum)


def test_a_first_demand_after_declined_terms_is_a_raise_from_nothing() -> None:
    [raised] = awaiting.having(DECLINE_TERMS).when(LOWER).then_types(said.DemandRaised)

    assert isinstance(raised, said.DemandRaised)
    assert raised.was is None


def test_the_same_demand_again_is_quiet() -> None:
    bargaining.having(LOWER).when(LOWER).then_nothing()


def test_a_demand_is_changed_after_the_terms() -> None:
    awaiting.when(LOWER).then_refused("customer_terms_first")


def test_a_negotiation_has_one_currency() -> None:
    bargaining.when(replace(LOWER, sum=money("100.00", "USD"))).then_refused("one_currency")
    bargaining.when(replace(OFFER, sum=money("100.00", "USD"))).then_refused("one_currency")
    bargaining.when(replace(OFFER, given_today=money("0.00", "USD"))).then_refused("one_currency")
    in_dollars = awaiting.having(DECLINE_TERMS)
    dollars = replace(OFFER, sum=money("30.00", "USD"), given_today=money("0.00", "USD"))
    in_dollars.having(dollars).when(LOWER).then_refused("one_currency")


def test_the_currency_of_an_earlier_round_binds_the_next() -> None:
    again = offered.having(WITHDRAW, commands.OpenRound(at=WITHDRAW.at, by=CARL, reason="thought better"))
    found = again.having(replace(FIND, at=WITHDRAW.at))

    found.when(replace(TERMS, sum=money("300.00", "USD"))).then_refused("one_currency")
    found.when(TERMS).then_types(said.TermsRecorded)


def test_only_the_customers_acceptance_leads_to_an_agreement() -> None:
    [accepted] = offered.when(ACCEPT).then_types(said.OfferAccepted)

    assert isinstance(accepted, said.OfferAccepted)
    assert (accepted.offer, accepted.sum) == (1, OFFER.sum)
    assert isinstance(agreed.state, Agreed)
    assert agreed.state.agreement.offer.sum == OFFER.sum
    assert agreed.state.agreement.accepted_by == CUSTOMER.actor


def test_accepting_again_is_quiet_until_the_document_is_there() -> None:
    agreed.when(ACCEPT).then_nothing()
    agreed.when(replace(ACCEPT, offer=2)).then_refused("already_agreed")
    rendered.when(ACCEPT).then_refused("already_agreed")


def test_only_a_live_offer_is_accepted() -> None:
    bargaining.when(ACCEPT).then_refused("no_live_offer")
    offered.when(replace(ACCEPT, offer=2)).then_refused("offer_not_live")
    offered.having(TAKE_BACK).when(ACCEPT).then_refused("no_live_offer")
    offered.having(MORE).when(ACCEPT).then_refused("offer_not_live")
    waiting.when(ACCEPT).then_refused("no_live_offer")


def test_an_offer_whose_time_is_up_is_not_accepted_even_before_its_timer_fires() -> None:
    live = offered.state
    assert isinstance(live, Bargaining)
    assert live.live is not None

    offered.when(replace(ACCEPT, at=live.live.expires_at)).then_refused("offer_expired")
    offered.having(clock_ends(offered, "offer@1.1")).when(ACCEPT).then_refused("no_live_offer")


@pytest.mark.parametrize(
    "story",
    [
        offered.having(SHELVE),
        offered.having(REFER),
        offered.having(replace(BIG_OFFER, at=MORE.at, concessions=("scope",))),
    ],
    ids=["shelved", "referred", "another waits for approval"],
)
def test_a_live_offer_may_be_taken_whatever_the_company_is_waiting_for(story: Story) -> None:
    story.when(ACCEPT).then_types(said.OfferAccepted)
    assert isinstance(story.having(ACCEPT).state, Agreed)


def test_a_lowered_demand_counts_until_the_next_offer() -> None:
    conceded = offered.having(LOWER)

    assert round_of(conceded).conceded
    assert not round_of(conceded.having(replace(MORE, concessions=()))).conceded
    assert round_of(conceded).demand == yuan("1500.00")
