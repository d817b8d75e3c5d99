"""The customer's side of the talks: terms, demands, taking an offer."""

from __future__ import annotations

from eventlog.decider import Refused
from services.compensation.domain.negotiation import authority
from services.compensation.domain.negotiation import events as said
from services.compensation.domain.negotiation.commands import (
    AcceptOffer,
    ChangeDemand,
    DeclineTerms,
    RecordTerms,
)
from services.compensation.domain.negotiation.records import Case
from services.compensation.domain.negotiation.stages import (
    about_round,
    require_open,
    require_round,
    too_early,
)
from services.compensation.domain.negotiation.state import Agreed, Open, State, live_offer
from services.compensation.domain.policy import NegotiationPolicy
from shared_kernel.money import Money


def record_terms(state: State, command: RecordTerms) -> list[said.TermsRecorded]:
    """Record what the customer asks for; until the first offer they may be put right."""
    found = _require_terms_may_come(state, command)
    if not command.demands and command.sum is None:
        raise Refused("terms_empty", "name what is asked for, or decline to")
    on = found.round
    if on.terms == "recorded" and (on.demands, on.demand) == (command.demands, command.sum):
        return []
    _require_before_offers(found, is_first=on.terms == "awaited")
    _require_currency(found.case, None, command.sum)
    return [
        said.TermsRecorded(
            **about_round(found, command), demands=command.demands, sum=command.sum, words=command.words
        )
    ]


def decline_terms(state: State, command: DeclineTerms) -> list[said.TermsDeclined]:
    """Record that the customer names no terms: the company may offer."""
    found = _require_terms_may_come(state, command)
    if found.round.terms == "declined":
        return []
    _require_before_offers(found, is_first=found.round.terms == "awaited")
    return [said.TermsDeclined(**about_round(found, command), words=command.words)]


def change_demand(state: State, command: ChangeDemand) -> list[said.DemandRaised | said.DemandLowered]:
    """Record that the customer asks for more, or for less; demands may go either way."""
    found = require_open(state)
    authority.require_customer_side(found.case, command.by)
    if found.round.terms == "awaited":
        raise too_early(found)
    was = found.round.demand
    _require_currency(found.case, was, command.sum)
    if command.sum == was:
        return []
    head = about_round(found, command)
    if was is None or command.sum > was:
        return [said.DemandRaised(**head, was=was, sum=command.sum, words=command.words)]
    return [said.DemandLowered(**head, was=was, sum=command.sum, words=command.words)]


def accept_offer(policy: NegotiationPolicy, state: State, command: AcceptOffer) -> list[said.OfferAccepted]:
    """Take the live offer: only this leads to an agreement."""
    found = require_round(state)
    authority.require_customer_side(found.case, command.by)
    if isinstance(found, Agreed) and found.agreement.offer.number == command.offer:
        return []
    live = live_offer(require_open(found))
    if live is None:
        raise Refused("no_live_offer", "there is none, or it has expired or was withdrawn")
    if live.number != command.offer:
        raise Refused("offer_not_live", f"the live offer is {live.number}")
    if command.at >= live.expires_at:
        raise Refused("offer_expired", f"it ended at {live.expires_at.isoformat()}")
    due = command.at + policy.terms.letter
    return [said.OfferAccepted(**about_round(found, command), offer=live.number, sum=live.sum, due=due)]


def _require_terms_may_come(state: State, command: RecordTerms | DeclineTerms) -> Open:
    found = require_open(state)
    authority.require_customer_side(found.case, command.by)
    if found.round.service_is_due or found.round.liability is None:
        raise too_early(found)
    return found


def _require_before_offers(state: Open, *, is_first: bool) -> None:
    if not is_first and state.round.offers:
        raise Refused("terms_already_recorded", "an offer has answered them; change the demand")


def _require_currency(case: Case, was: Money | None, asked: Money | None) -> None:
    bound = case.currency or (None if was is None else was.currency)
    if asked is not None and bound is not None and asked.currency != bound:
        raise Refused("one_currency", f"this negotiation is in {bound}")
