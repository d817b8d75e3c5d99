"""What compensation tells the world about the negotiation of one complaint: rounds, offers, settlement, payment.

On `amends.negotiation.v1`, one stream per complaint. Kinds, parties, classes and means are codes that policy
or a later release may add to. What people wrote is sealed; evidence stands here only by its SHA-256 (hex).
When an event happened is the CloudEvents `time`.
"""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

from pydantic import AwareDatetime, Field

from contracts.complaint_parts import Code, Demanded, Part
from contracts.escalation import Remedy
from contracts.message import Amount, ComplaintMessage, Currency, Message, Uuid

TOPIC: Final = "amends.negotiation.v1"

Sha256: TypeAlias = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Round: TypeAlias = Annotated[int, Field(ge=1)]
Number: TypeAlias = Annotated[int, Field(ge=1)]
Percent: TypeAlias = Annotated[int, Field(ge=0, le=100)]


class Sum(Part):
    """An amount of money: a decimal string and an ISO 4217 currency."""

    amount: Amount
    currency: Currency


class Cited(Part):
    """One piece of evidence a finding rests on. `origin` tells whose it is: own, customer, third_party."""

    sha256: Sha256
    origin: Code


class Limits(Part):
    """What the proposer's level may give away, and what was given today before this offer."""

    level: Code
    per_case: Sum
    per_day: Sum
    given_today: Sum
    policy: str


class Custodian(Part):
    """Who got a copy of the settlement. `copy` is `original` for whoever keeps the original."""

    holder: Code
    copy_kind: Code


class NegotiationMessage(ComplaintMessage):
    """A public event of one round of a negotiation."""

    round: Round


class Opened(NegotiationMessage):
    """A round began. `why` is demand, reopened or by_hand; money is not talked about while the harm runs."""

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


class ApprovalRequested(NegotiationMessage):
    """An offer is above the proposer's limits and waits for somebody else of that level or above.

    Sealed: terms, reason.
    """

    TYPE = "amends.negotiation.approval_requested.v1"

    offer: Number
    sum: Sum
    remedies: tuple[Code, ...] = ()
    proposer: str
    level_needed: Code
    limits: Limits


class ApprovalGranted(NegotiationMessage):
    """Somebody other than the proposer approved; the offer is live from now on. Sealed: reason."""

    TYPE = "amends.negotiation.approval_granted.v1"

    offer: Number


class ApprovalDenied(NegotiationMessage):
    """The offer was not approved. Sealed: reason."""

    TYPE = "amends.negotiation.approval_denied.v1"

    offer: Number


class OfferMade(NegotiationMessage):
    """An offer is live until `expires_at`.

    `remedies` are what it gives beside money; `concessions` what it takes or asks of the customer in return;
    `overridden_by` names the supervisor who let a one-sided concession pass. Sealed: terms, reason.
    """

    TYPE = "amends.negotiation.offer_made.v1"

    offer: Number
    sum: Sum
    remedies: tuple[Code, ...] = ()
    concessions: tuple[Code, ...] = ()
    expires_at: AwareDatetime
    proposer: str
    approver: str | None = None
    overridden_by: str | None = None
    limits: Limits


class OfferWithdrawn(NegotiationMessage):
    """The company took the live offer back. Sealed: reason."""

    TYPE = "amends.negotiation.offer_withdrawn.v1"

    offer: Number


class OfferExpired(NegotiationMessage):
    """Nobody took the offer in time."""

    TYPE = "amends.negotiation.offer_expired.v1"

    offer: Number


class OfferAccepted(NegotiationMessage):
    """The customer took the live offer: agreed, not yet signed."""

    TYPE = "amends.negotiation.offer_accepted.v1"

    offer: Number
    sum: Sum


class Shelved(NegotiationMessage):
    """The talk rests until then; no clock of the complaint stops. Sealed: reason."""

    TYPE = "amends.negotiation.shelved.v1"

    until: AwareDatetime


class Resumed(NegotiationMessage):
    """The talk goes on: `why` is by_hand or time_up. Sealed: reason."""

    TYPE = "amends.negotiation.resumed.v1"

    why: Code


class DocumentRendered(NegotiationMessage):
    """The agreement was rendered; `document` is the SHA-256 of the unsigned PDF that both sides sign."""

    TYPE = "amends.negotiation.document_rendered.v1"

    document: Sha256
    language: Code
    pages: Annotated[int, Field(ge=1)]


class SigningLinkIssued(NegotiationMessage):
    """A one-time link went to the customer, and to nobody else."""

    TYPE = "amends.negotiation.signing_link_issued.v1"

    number: Number
    document: Sha256
    expires_at: AwareDatetime


class SigningDeclined(NegotiationMessage):
    """The customer will not sign this document; the talk goes on. Sealed: reason."""

    TYPE = "amends.negotiation.signing_declined.v1"

    document: Sha256


class CustomerSigned(NegotiationMessage):
    """The customer signed the document. `means` is typed or drawn; `consent` the hash of the consent record."""

    TYPE = "amends.negotiation.customer_signed.v1"

    document: Sha256
    means: Code
    consent: Sha256


class CompanySigned(NegotiationMessage):
    """The company signed the same document (PAdES); `signed` is the hash of the signed PDF."""

    TYPE = "amends.negotiation.company_signed.v1"

    document: Sha256
    signed: Sha256
    certificate: Sha256


class Settled(NegotiationMessage):
    """Both have signed: the agreement binds. `extract` is the hash of the opened events kept as evidence."""

    TYPE = "amends.negotiation.settled.v1"

    sum: Sum
    remedies: tuple[Code, ...] = ()
    document: Sha256
    signed: Sha256
    extract: Sha256
    custody: tuple[Custodian, ...]


class PaymentInstructed(NegotiationMessage):
    """Whoever pays is to pay exactly this sum by then, under this id, once."""

    TYPE = "amends.negotiation.payment_instructed.v1"

    payment: Uuid
    sum: Sum
    due: AwareDatetime


class Paid(NegotiationMessage):
    """The agreed sum has gone out."""

    TYPE = "amends.negotiation.paid.v1"

    payment: Uuid
    sum: Sum


class PaymentReversed(NegotiationMessage):
    """A payment came back (closed account, wrong number); it is instructed anew under a new id."""

    TYPE = "amends.negotiation.payment_reversed.v1"

    payment: Uuid
    why: Code


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


class SettledMatterRaised(ComplaintMessage):
    """This complaint raises a matter that was settled and signed before in another complaint."""

    TYPE = "amends.negotiation.settled_matter_raised.v1"

    other: Uuid
    document: Sha256
    settled_at: AwareDatetime


class Archived(NegotiationMessage):
    """Nothing more is to do; `manifest` is the hash of the list of all evidence of the settlement."""

    TYPE = "amends.negotiation.archived.v1"

    manifest: Sha256


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
    DocumentRendered,
    SigningLinkIssued,
    SigningDeclined,
    CustomerSigned,
    CompanySigned,
    Settled,
    PaymentInstructed,
    Paid,
    PaymentReversed,
    Refused,
    Referred,
    Withdrawn,
    Ended,
    SettledMatterRaised,
    Archived,
)
