"""What compensation tells of an agreement: its document, both signatures, the payment, the archive.

Published with `contracts/negotiation.py`, on the same topic.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, Field

from contracts.complaint_parts import Code
from contracts.message import ComplaintMessage, Uuid
from contracts.negotiation_parts import Custodian, NegotiationMessage, Number, Sha256, Sum


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


class AgreementLapsed(NegotiationMessage):
    """Nobody signed this document while the last link was good; the talk goes on. Sealed: reason."""

    TYPE = "amends.negotiation.agreement_lapsed.v1"

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
    """Whoever pays is to pay exactly this sum by then, under this id, once.

    Sealed, after a payment came back: account, reason.
    """

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
    """A payment came back (closed account, wrong number); it is instructed anew once an account is named.

    `due` is by when one is to be.
    """

    TYPE = "amends.negotiation.payment_reversed.v1"

    payment: Uuid
    why: Code
    due: AwareDatetime


class PaymentContradicted(NegotiationMessage):
    """A payment was told to have gone out that had come back, or for which another went out; nothing is paid anew.

    By `due` a supervisor says which holds. `told` is the last word, paid or reversed.
    """

    TYPE = "amends.negotiation.payment_contradicted.v1"

    payment: Uuid
    due: AwareDatetime
    told: Code = "paid"


class PaymentCancelled(NegotiationMessage):
    """An instruction is called back: an earlier payment for the same may have gone out. Whoever pays stops it.

    If it went out already, that is told as always and is a contradiction for a supervisor.
    """

    TYPE = "amends.negotiation.payment_cancelled.v1"

    payment: Uuid


class PaymentReviewed(NegotiationMessage):
    """A supervisor said which of two things told of a payment holds: `stands` is paid or reversed. Sealed: reason.

    If it came back, `due` is by when an account is to be named.
    """

    TYPE = "amends.negotiation.payment_reviewed.v1"

    payment: Uuid
    stands: Code
    due: AwareDatetime | None = None


class SettledMatterRaised(ComplaintMessage):
    """A matter settled and signed before in the complaint `other` is raised again here."""

    TYPE = "amends.negotiation.settled_matter_raised.v1"

    other: Uuid
    document: Sha256
    settled_at: AwareDatetime


class Archived(NegotiationMessage):
    """Nothing more is to do; `manifest` is the hash of the list of all evidence of the settlement."""

    TYPE = "amends.negotiation.archived.v1"

    manifest: Sha256
