from __future__ import annotations

from dataclasses import replace

import pytest

from eventlog.message import ERASED
from services.compensation.domain.negotiation import facts
from services.compensation.domain.negotiation.agreement import Contents, contents_of, customer_of
from services.compensation.domain.negotiation.events import FactNoted, OfferMade
from tests.unit.compensation.story import (
    ACCEPT,
    BIG_OFFER,
    CLASSIFY,
    COMPLAINT,
    CUSTOMER,
    DECLINE_SIGNING,
    FIND,
    GRANT,
    LOWER,
    MONEY_ASKED,
    MORE,
    OFFER,
    OPEN_ROUND,
    PERSON,
    REGISTER,
    TERMS,
    Story,
    agreed,
    archived,
    bargaining,
    given,
    linked,
    offered,
    registered,
    settled,
    waiting,
    yuan,
)


def contents(story: Story) -> Contents:
    found = contents_of(story.history)
    assert found is not None
    return found


def test_a_settlement_says_who_what_and_how_much() -> None:
    found = contents(agreed)

    assert (found.complaint, found.person, found.reference, found.round) == (COMPLAINT, PERSON, "R-1", 1)
    assert (found.sum, found.remedies, found.terms) == (OFFER.sum, OFFER.remedies, OFFER.terms)
    assert (found.customer, found.language) == (REGISTER.customer, "zh")
    assert (found.proposer, found.approver, found.accepted_by) == ("carl", None, CUSTOMER.actor)
    assert found.agreed_at == ACCEPT.at
    assert found.demand == yuan("2000.00")
    assert found.liability is not None
    assert found.liability.evidence == FIND.evidence


def test_an_approved_offer_keeps_the_terms_it_was_proposed_with() -> None:
    found = contents(waiting.having(GRANT, ACCEPT))

    assert (found.terms, found.approver) == (BIG_OFFER.terms, "eve")


def test_the_terms_are_those_of_the_offer_that_was_taken() -> None:
    second = offered.having(LOWER, MORE, replace(ACCEPT, offer=2))

    assert contents(second).terms == MORE.terms


def test_an_offer_without_words_has_no_terms() -> None:
    found = contents(bargaining.having(replace(OFFER, terms=None), ACCEPT))

    assert found.terms is None


@pytest.mark.parametrize("story", [given(), registered, offered, linked.having(DECLINE_SIGNING)])
def test_what_is_not_agreed_has_no_contents(story: Story) -> None:
    assert contents_of(story.history) is None


def test_the_contents_stay_until_the_archive_and_gain_the_hashes() -> None:
    assert contents(linked).settlement is None
    assert contents(settled).settlement is not None
    assert replace(contents(archived), settlement=None) == contents(agreed)


def test_whose_language_nobody_could_tell_is_written_to_in_english() -> None:
    unread = facts.Classified(harm_running=False, language=None, demands=MONEY_ASKED)
    story = registered.having(replace(CLASSIFY, fact=unread), FIND, TERMS, OFFER, ACCEPT)

    assert contents(story).language == "en"


def test_what_is_erased_stays_erased() -> None:
    erased = [
        event.model_copy(update={"terms": ERASED})
        if isinstance(event, OfferMade)
        else event.model_copy(update={"customer": ERASED})
        if isinstance(event, FactNoted) and event.customer is not None
        else event
        for event in agreed.history
    ]
    found = contents_of(erased)

    assert found is not None
    assert (found.terms, found.customer) == (ERASED, ERASED)


def test_payee_is_known_whatever_round_is_on() -> None:
    again = archived.having(OPEN_ROUND).history

    assert contents_of(again) is None
    assert customer_of(again) == REGISTER.customer
