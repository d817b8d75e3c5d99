"""What one may ask from the agreement on: document, link, signatures, payment, archive. Sums and hashes come as data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from eventlog.message import Command
from services.compensation.domain.negotiation.values import Custodian, Language, PaymentStands, SigningMeans
from shared_kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDocument(Command):
    """Record the rendering of the agreement that both are to sign (system)."""

    document: str
    language: Language
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueSigningLink(Command):
    """Record that a one-time link went out; only its token's SHA-256 is told (system, owner, supervisor)."""

    document: str
    token_hash: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignAsCustomer(Command):
    """Sign the document by a link (its token's hash); `consent` is the hash of the consent record (customer)."""

    document: str
    link: str
    means: SigningMeans
    consent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineSigning(Command):
    """Do not sign; `link` is the hash of the token of the link that opened the session (customer)."""

    document: str
    link: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetLapse(Command):
    """Wait no longer for a signature, once the last link has expired unsigned (owner, supervisor)."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignAsCompany(Command):
    """Record the company's signature and settle; `extract` is the hash of the opened events in the vault (system)."""

    document: str
    signed: str
    certificate: str
    extract: str
    custody: tuple[Custodian, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPayment(Command):
    """Record that a payment went out (platform)."""

    payment: str
    sum: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversePayment(Command):
    """Record that a payment came back; `why` is a code (platform)."""

    payment: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructAgain(Command):
    """Instruct the payment that came back anew, to the account named (customer, owner, supervisor)."""

    payment: str
    account: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPayment(Command):
    """Say which of the two things told of a payment holds: it went out, or it came back (supervisor)."""

    payment: str
    stands: PaymentStands
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive(Command):
    """Put the settlement away; `manifest` is the hash of the list of its evidence (system)."""

    manifest: str
