"""What happens from the agreement to its archive: document, signatures, settlement, payment."""

from __future__ import annotations

from pydantic import AwareDatetime

from eventlog.message import Personal
from services.compensation.domain.negotiation.rounds import NegotiationEvent, RoundEvent
from services.compensation.domain.negotiation.values import Custodian, Language, PaymentStands, SigningMeans
from shared_kernel.money import Money


class DocumentRendered(RoundEvent):
    """The agreement was rendered; `document` is the SHA-256 (hex) of the unsigned PDF that both sides sign."""

    TYPE = "negotiation.document_rendered"

    document: str
    language: Language
    pages: int


class SigningLinkIssued(RoundEvent):
    """A one-time link went to the customer; `token_hash` (SHA-256, hex) is never published."""

    TYPE = "negotiation.signing_link_issued"

    number: int
    document: str
    token_hash: str
    expires_at: AwareDatetime


class SigningDeclined(RoundEvent):
    """The customer does not sign; the talk goes on."""

    TYPE = "negotiation.signing_declined"

    document: str
    reason: Personal[str]


class AgreementLapsed(RoundEvent):
    """Nobody signed while the last link was good, and the company waits no longer; the talk goes on."""

    TYPE = "negotiation.agreement_lapsed"

    document: str
    reason: Personal[str]


class CustomerSigned(RoundEvent):
    """The customer signed the document; `consent` is the hash of the consent record in the vault."""

    TYPE = "negotiation.customer_signed"

    document: str
    means: SigningMeans
    consent: str


class CompanySigned(RoundEvent):
    """The company signed the same document (PAdES); `signed` is the hash of the signed PDF."""

    TYPE = "negotiation.company_signed"

    document: str
    signed: str
    certificate: str


class Settled(RoundEvent):
    """Both have signed: the agreement binds. `extract` is the hash of the opened events kept as evidence."""

    TYPE = "negotiation.settled"

    sum: Money
    remedies: tuple[str, ...] = ()
    document: str
    signed: str
    extract: str
    custody: tuple[Custodian, ...]


class PaymentInstructed(RoundEvent):
    """Whoever pays is to pay exactly this sum by then, under this id, once.

    After a payment came back, `account` is where it is to go instead of where the register says, and `reason` why.
    """

    TYPE = "negotiation.payment_instructed"

    payment: str
    sum: Money
    due: AwareDatetime
    account: Personal[str] | None = None
    reason: Personal[str] | None = None


class Paid(RoundEvent):
    """The agreed sum has gone out."""

    TYPE = "negotiation.paid"

    payment: str
    sum: Money


class PaymentReversed(RoundEvent):
    """A payment came back. `why` is a code; by `due` an account is to be named, to which it is instructed anew."""

    TYPE = "negotiation.payment_reversed"

    payment: str
    why: str
    due: AwareDatetime


class PaymentContradicted(RoundEvent):
    """The platform told of a payment what contradicts what was told or found before: `told` is its last word.

    It had come back or was cancelled, another had gone out for it, or a supervisor had said that it stands. Nothing is
    paid for it anew until a supervisor has said, by `due`, which holds.
    """

    TYPE = "negotiation.payment_contradicted"

    payment: str
    due: AwareDatetime
    told: PaymentStands = "paid"


class PaymentCancelled(RoundEvent):
    """An order is called back before anything was told of it: an earlier payment for the same may have gone out."""

    TYPE = "negotiation.payment_cancelled"

    payment: str


class PaymentReviewed(RoundEvent):
    """A supervisor says which of two things told of a payment holds; `paid` follows in the same decision if it does.

    If it came back, `due` is by when an account is to be named.
    """

    TYPE = "negotiation.payment_reviewed"

    payment: str
    stands: PaymentStands
    due: AwareDatetime | None = None
    reason: Personal[str]


class SettledMatterRaised(NegotiationEvent):
    """A matter settled and signed before in the complaint `other` is raised again here; said once for each while it is linked."""

    TYPE = "negotiation.settled_matter_raised"

    other: str
    document: str
    settled_at: AwareDatetime


class Archived(RoundEvent):
    """Nothing more is to do; `manifest` is the hash of the list of all evidence of the settlement."""

    TYPE = "negotiation.archived"

    manifest: str
