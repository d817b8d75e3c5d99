"""How offers and their approval change where a negotiation stands. Records, never judges."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias, assert_never

from services.compensation.domain.negotiation import offers as said
from services.compensation.domain.negotiation.records import Agreement, Offer, Proposal
from services.compensation.domain.negotiation.state import (
    Agreed,
    Bargaining,
    InApproval,
    Referred,
    Rounded,
    Shelved,
    live_offer,
    talking,
)

OfferEvent: TypeAlias = (
    said.ApprovalRequested
    | said.ApprovalGranted
    | said.ApprovalDenied
    | said.OfferMade
    | said.OfferWithdrawn
    | said.OfferExpired
    | said.OfferAccepted
)


def offering(  # noqa: PLR0911 - one flat case per event
    state: Rounded, event: OfferEvent
) -> Rounded:
    """Return the state after a step from a proposal to the customer's yes."""
    match event:
        case said.ApprovalRequested():
            return _waiting(state, event)
        case said.ApprovalGranted():
            return state
        case said.ApprovalDenied():
            return talking(state.case, state.round, live_offer(state))
        case said.OfferMade():
            return _offered(state, event)
        case said.OfferWithdrawn():
            return _withdrawn(state, event.offer)
        case said.OfferExpired():
            return _without_live(state, event.offer)
        case said.OfferAccepted():
            return _accepted(state, event)
        case _:
            assert_never(event)


def _waiting(state: Rounded, event: said.ApprovalRequested) -> Rounded:
    proposal = Proposal(
        number=event.offer,
        sum=event.sum,
        remedies=event.remedies,
        concessions=event.concessions,
        valid_hours=event.valid_hours,
        proposer=event.proposer,
        overridden_by=event.overridden_by,
        level_needed=event.level_needed,
        limits=event.limits,
        requested_at=event.at,
        due=event.due or event.at,
    )
    return InApproval(
        case=state.case,
        round=replace(state.round, offers=event.offer),
        proposal=proposal,
        live=live_offer(state),
    )


def _offered(state: Rounded, event: said.OfferMade) -> Rounded:
    offer = Offer(
        number=event.offer,
        sum=event.sum,
        remedies=event.remedies,
        concessions=event.concessions,
        proposer=event.proposer,
        approver=event.approver,
        overridden_by=event.overridden_by,
        made_at=event.at,
        expires_at=event.expires_at,
        limits=event.limits,
    )
    on = replace(state.round, offers=event.offer, last=offer, answered=state.round.demand)
    return Bargaining(case=replace(state.case, currency=event.sum.currency), round=on, live=offer)


def _withdrawn(state: Rounded, offer: int) -> Rounded:
    if isinstance(state, InApproval) and state.proposal.number == offer:
        return talking(state.case, state.round, state.live)
    return _without_live(state, offer)


def _without_live(state: Rounded, offer: int) -> Rounded:
    if not isinstance(state, Bargaining | InApproval | Shelved | Referred):
        return state
    return replace(state, live=None) if state.live and state.live.number == offer else state


def _accepted(state: Rounded, event: said.OfferAccepted) -> Rounded:
    live = live_offer(state)
    if live is None:
        return state
    agreement = Agreement(live, event.at, event.by.actor, event.due or event.at)
    return Agreed(case=state.case, round=state.round, agreement=agreement)
