"""What the world may hear of a negotiation's event: the contract's own fields and nothing else. Pure.

The contract names the fields and they are read off the event by name, so what a contract does not name
cannot leak; the sealed block is added by the engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from contracts import negotiation as contract
from contracts.message import ComplaintMessage
from services.compensation.domain.negotiation import events

PUBLIC: Final[Mapping[type[events.AnyNegotiationEvent], type[ComplaintMessage]]] = {
    events.Opened: contract.Opened,
    events.HarmStatusNoted: contract.HarmStatusNoted,
    events.ServiceWaived: contract.ServiceWaived,
    events.LiabilityFound: contract.LiabilityFound,
    events.TermsRecorded: contract.TermsRecorded,
    events.TermsDeclined: contract.TermsDeclined,
    events.DemandRaised: contract.DemandRaised,
    events.DemandLowered: contract.DemandLowered,
    events.ApprovalRequested: contract.ApprovalRequested,
    events.ApprovalGranted: contract.ApprovalGranted,
    events.ApprovalDenied: contract.ApprovalDenied,
    events.OfferMade: contract.OfferMade,
    events.OfferWithdrawn: contract.OfferWithdrawn,
    events.OfferExpired: contract.OfferExpired,
    events.OfferAccepted: contract.OfferAccepted,
    events.Shelved: contract.Shelved,
    events.Resumed: contract.Resumed,
    events.DeadlineMissed: contract.DeadlineMissed,
    events.DocumentRendered: contract.DocumentRendered,
    events.SigningLinkIssued: contract.SigningLinkIssued,
    events.SigningDeclined: contract.SigningDeclined,
    events.AgreementLapsed: contract.AgreementLapsed,
    events.CustomerSigned: contract.CustomerSigned,
    events.CompanySigned: contract.CompanySigned,
    events.Settled: contract.Settled,
    events.PaymentInstructed: contract.PaymentInstructed,
    events.Paid: contract.Paid,
    events.PaymentReversed: contract.PaymentReversed,
    events.PaymentCancelled: contract.PaymentCancelled,
    events.PaymentContradicted: contract.PaymentContradicted,
    events.PaymentReviewed: contract.PaymentReviewed,
    events.DemandRefused: contract.Refused,
    events.Referred: contract.Referred,
    events.Withdrawn: contract.Withdrawn,
    events.Ended: contract.Ended,
    events.SettledMatterRaised: contract.SettledMatterRaised,
    events.Archived: contract.Archived,
}


def outgoing(_stream: str, event: events.AnyNegotiationEvent) -> ComplaintMessage | None:
    """Return the public message of an event, None for one that is private (`noted`)."""
    message = PUBLIC.get(type(event))
    return None if message is None else message.model_validate(event, from_attributes=True)
