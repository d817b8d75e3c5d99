"""What compensation tells the world about the negotiation of one complaint: rounds, offers, settlement, payment.

On `amends.negotiation.v1`, one stream per complaint. Kinds, parties, classes and means are codes that policy
or a later release may add to. What people wrote is sealed; evidence stands here only by its SHA-256 (hex).
When an event happened is the CloudEvents `time`.
"""

from __future__ import annotations

from typing import Final

from pydantic import AwareDatetime

from contracts.complaint_parts import Code, Demanded, Owner
from contracts.escalation import Remedy
from contracts.message import Message, Uuid
from contracts.negotiation_offers import (
    ApprovalDenied,
    ApprovalGranted,
    ApprovalRequested,
    OfferAccepted,
    OfferExpired,
    OfferMade,
    OfferWithdrawn,
)
from contracts.negotiation_parts import Cited, Custodian, Limits, NegotiationMessage, Percent, Sum
from contracts.negotiation_signatures import (
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
    "MESSAGES",
    "TOPIC",
    "AgreementLapsed",
    "ApprovalDenied",
    "ApprovalGranted",
    "ApprovalRequested",
    "Archived",
    "Cited",
    "CompanySigned",
    "Custodian",
    "CustomerSigned",
    "DeadlineMissed",
    "DemandLowered",
    "DemandRaised",
    "DocumentRendered",
    "Ended",
    "HarmStatusNoted",
    "LiabilityFound",
    "Limits",
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
    "Refused",
    "Resumed",
    "ServiceWaived",
    "Settled",
    "SettledMatterRaised",
    "Shelved",
    "SigningDeclined",
    "SigningLinkIssued",
    "Sum",
    "TermsDeclined",
    "TermsRecorded",
    "Withdrawn",
]

TOPIC: Final = "amends.negotiation.v1"


class Opened(NegotiationMessage):
    """A round began. `why` is demand, reopened or by_hand. Sealed: reason.

    Money is not talked about while the harm runs.
    """

    TYPE = "amends.negotiation.opened.v1"

    why: Code
    demands: tuple[Demanded, ...] = ()
    harm_running: bool
    group: Uuid | None = None
    remedy: Remedy | None = None
    policy: str


class HarmStatusNoted(NegotiationMessage):
    """The loss runs, or has ended: service first."""

    TYPE = "amends.negotiation.harm_status_noted.v1"

    running: bool


class ServiceWaived(NegotiationMessage):
    """A supervisor lets money be talked about although the loss still runs. Sealed: reason."""

    TYPE = "amends.negotiation.service_waived.v1"


class LiabilityFound(NegotiationMessage):
    """Who answers for the loss: ours, shared, third_party, customer, unproven. Sealed: reason."""

    TYPE = "amends.negotiation.liability_found.v1"

    party: Code
    our_percent: Percent
    evidence: tuple[Cited, ...]


class TermsRecorded(NegotiationMessage):
    """What the customer asks for, before the company offers anything. Sealed: words."""

    TYPE = "amends.negotiation.terms_recorded.v1"

    demands: tuple[Demanded, ...]
    sum: Sum | None = None


class TermsDeclined(NegotiationMessage):
    """The customer names no terms. Sealed: words."""

    TYPE = "amends.negotiation.terms_declined.v1"


class DemandRaised(NegotiationMessage):
    """The customer asks for more than before. Sealed: words."""

    TYPE = "amends.negotiation.demand_raised.v1"

    was: Sum | None = None
    sum: Sum


class DemandLowered(NegotiationMessage):
    """The customer asks for less than before. Sealed: words."""

    TYPE = "amends.negotiation.demand_lowered.v1"

    was: Sum
    sum: Sum


class Shelved(NegotiationMessage):
    """The talk rests until then; no clock of the complaint stops. Sealed: reason."""

    TYPE = "amends.negotiation.shelved.v1"

    until: AwareDatetime


class Resumed(NegotiationMessage):
    """The talk goes on: `why` is by_hand, time_up or referral_returned. Sealed: reason."""

    TYPE = "amends.negotiation.resumed.v1"

    why: Code


class DeadlineMissed(NegotiationMessage):
    """A clock ran out, against this owner; said once for each start. `level` is the rung that is to act now.

    `clock` is approval (an offer waits), signing (an agreement waits for its link, then for signatures), payment (the
    agreed sum is to go out), payee (what came back waits for an account) or review (two things were told of a payment).
    """

    TYPE = "amends.negotiation.deadline_missed.v1"

    clock: Code
    start: AwareDatetime
    due: AwareDatetime
    owner: Owner | None = None
    level: Code


class Refused(NegotiationMessage):
    """The company does not meet the demand: cannot_be_met, excessive or unreasonable.

    `strategy` is soothe, explain or law_and_facts; `basis` the policy or statute; `appeal` where to turn to.
    Sealed: text.
    """

    TYPE = "amends.negotiation.refused.v1"

    refusal_class: Code
    strategy: Code
    basis: Code
    appeal: Code


class Referred(NegotiationMessage):
    """A mediator, regulator or court looks into it until then. Sealed: reason."""

    TYPE = "amends.negotiation.referred.v1"

    to: Code
    until: AwareDatetime


class Withdrawn(NegotiationMessage):
    """The customer no longer asks for anything. Sealed: words."""

    TYPE = "amends.negotiation.withdrawn.v1"


class Ended(NegotiationMessage):
    """A round ended without agreement: `why` is answered, closed or referral_decided."""

    TYPE = "amends.negotiation.ended.v1"

    why: Code


MESSAGES: Final[tuple[type[Message], ...]] = (
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
    Refused,
    Referred,
    Withdrawn,
    Ended,
    SettledMatterRaised,
    Archived,
)
