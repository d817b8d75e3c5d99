"""Every event of a negotiation, in the order of `events.md`.

Every free text is `Personal[...]`. What starts a clock carries its times, so that
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
    DeadlineMissed,
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
    AgreementLapsed,
    Archived,
    CompanySigned,
    CustomerSigned,
    DocumentRendered,
    Paid,
    PaymentCancelled,
    PaymentContradicted,
    PaymentInstructed,
    PaymentReversed,
    PaymentReviewed,
    Settled,
    SettledMatterRaised,
    SigningDeclined,
    SigningLinkIssued,
)

__all__ = [
    "EVENTS",
    "AgreementLapsed",
    "AnyNegotiationEvent",
    "ApprovalDenied",
    "ApprovalGranted",
    "ApprovalRequested",
    "Archived",
    "CompanySigned",
    "CustomerSigned",
    "DeadlineMissed",
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
    "PaymentCancelled",
    "PaymentContradicted",
    "PaymentInstructed",
    "PaymentReversed",
    "PaymentReviewed",
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
    | DeadlineMissed
    | DocumentRendered
    | SigningLinkIssued
    | SigningDeclined
    | AgreementLapsed
    | CustomerSigned
    | CompanySigned
    | Settled
    | PaymentInstructed
    | Paid
    | PaymentReversed
    | PaymentCancelled
    | PaymentContradicted
    | PaymentReviewed
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
    DeadlineMissed,
    DocumentRendered,
    SigningLinkIssued,
    SigningDeclined,
    AgreementLapsed,
    CustomerSigned,
    CompanySigned,
    Settled,
    PaymentInstructed,
    Paid,
    PaymentReversed,
    PaymentCancelled,
    PaymentContradicted,
    PaymentReviewed,
    DemandRefused,
    Referred,
    Withdrawn,
    Ended,
    SettledMatterRaised,
    Archived,
)
