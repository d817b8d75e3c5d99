"""Every event of a negotiation, in the order of `events.md`.

Every free text is `Personal[...]`. Clocks (an offer's end, a rest, a referral) carry their times, so that
timers follow from events alone.
"""

from __future__ import annotations

from typing import TypeAlias

from services.compensation.domain.negotiation.offers import (
    ApprovalDenied,
    ApprovalGranted,
    ApprovalRequested,
    OfferAccepted,
    OfferExpired,
    OfferMade,
    OfferWithdrawn,
)
from services.compensation.domain.negotiation.rounds import (
    DemandLowered,
    DemandRaised,
    DemandRefused,
    Ended,
    FactNoted,
    HarmStatusNoted,
    LiabilityFound,
    NegotiationEvent,
    Opened,
    Referred,
    Resumed,
    RoundEvent,
    ServiceWaived,
    Shelved,
    TermsDeclined,
    TermsRecorded,
    Withdrawn,
)
from services.compensation.domain.negotiation.signatures import (
    Archived,
    CompanySigned,
    CustomerSigned,
    DocumentRendered,
    Paid,
    PaymentInstructed,
    PaymentReversed,
    Settled,
    SettledMatterRaised,
    SigningDeclined,
    SigningLinkIssued,
)

__all__ = [
    "EVENTS",
    "AnyNegotiationEvent",
    "ApprovalDenied",
    "ApprovalGranted",
    "ApprovalRequested",
    "Archived",
    "CompanySigned",
    "CustomerSigned",
    "DemandLowered",
    "DemandRaised",
    "DemandRefused",
    "DocumentRendered",
    "Ended",
    "FactNoted",
    "HarmStatusNoted",
    "LiabilityFound",
    "NegotiationEvent",
    "OfferAccepted",
    "OfferExpired",
    "OfferMade",
    "OfferWithdrawn",
    "Opened",
    "Paid",
    "PaymentInstructed",
    "PaymentReversed",
    "Referred",
    "Resumed",
    "RoundEvent",
    "ServiceWaived",
    "Settled",
    "SettledMatterRaised",
    "Shelved",
    "SigningDeclined",
    "SigningLinkIssued",
    "TermsDeclined",
    "TermsRecorded",
    "Withdrawn",
]

AnyNegotiationEvent: TypeAlias = (
    FactNoted
    | Opened
    | HarmStatusNoted
    | ServiceWaived
    | LiabilityFound
    | TermsRecorded
    | TermsDeclined
    | DemandRaised
    | DemandLowered
    | ApprovalRequested
    | ApprovalGranted
    | ApprovalDenied
    | OfferMade
    | OfferWithdrawn
    | OfferExpired
    | OfferAccepted
    | Shelved
    | Resumed
    | DocumentRendered
    | SigningLinkIssued
    | SigningDeclined
    | CustomerSigned
    | CompanySigned
    | Settled
    | PaymentInstructed
    | Paid
    | PaymentReversed
    | DemandRefused
    | Referred
    | Withdrawn
    | Ended
    | SettledMatterRaised
    | Archived
)

EVENTS: tuple[type[AnyNegotiationEvent], ...] = (
    FactNoted,
    Opened,
    HarmStatusNoted,
    ServiceWaived,
    LiabilityFound,
    TermsRecorded,
    TermsDeclined,
    DemandRaised,
    DemandLowered,
    ApprovalRequested,
    ApprovalGranted,
    ApprovalDenied,
    OfferMade,
    OfferWithdrawn,
    OfferExpired,
    OfferAccepted,
    Shelved,
    Resumed,
    DocumentRendered,
    SigningLinkIssued,
    SigningDeclined,
    CustomerSigned,
    CompanySigned,
    Settled,
    PaymentInstructed,
    Paid,
    PaymentReversed,
    DemandRefused,
    Referred,
    Withdrawn,
    Ended,
    SettledMatterRaised,
    Archived,
)
