"""What is remembered of a negotiation beside its stage: the case, the round, offers, signatures, payments.

Nothing personal is kept here: texts are sealed while folding, and what a settlement says of the customer is
gathered from the opened history (`agreement.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from services.compensation.domain.negotiation.facts import Registered
from services.compensation.domain.negotiation.values import (
    MONEY_DEMANDS,
    Cited,
    Custodian,
    Demanded,
    Language,
    Limits,
    Owner,
    Party,
    Pause,
    PaymentStands,
    Remedy,
    SigningMeans,
)
from shared_kernel.money import Money

Progress: TypeAlias = Literal["open", "answered", "closed"]
TermsStatus: TypeAlias = Literal["awaited", "recorded", "declined"]
PaymentStatus: TypeAlias = Literal["instructed", "cancelled", "paid", "reversed", "contradicted"]


@dataclass(frozen=True, slots=True)
class Label:
    """The labels that matter here, as they stand after corrections and a stopped loss."""

    harm_running: bool
    language: str | None
    demands: tuple[Demanded, ...]

    @property
    def demands_money(self) -> bool:
        """Say whether the customer asks for a refund or compensation."""
        return any(each.kind in MONEY_DEMANDS for each in self.demands)


@dataclass(frozen=True, slots=True)
class Membership:
    """What this complaint is in one group; role None once it has left."""

    role: str | None
    remedy: Remedy | None
    since: datetime


@dataclass(frozen=True, slots=True)
class Liability:
    """Who answers for the loss, and by which evidence."""

    party: Party
    our_percent: int
    evidence: tuple[Cited, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An offer that was made."""

    number: int
    sum: Money
    remedies: tuple[str, ...]
    concessions: tuple[str, ...]
    proposer: str
    approver: str | None
    overridden_by: str | None
    made_at: datetime
    expires_at: datetime
    limits: Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An offer that waits for approval."""

    number: int
    sum: Money
    remedies: tuple[str, ...]
    concessions: tuple[str, ...]
    valid_hours: int
    proposer: str
    overridden_by: str | None
    level_needed: str
    limits: Limits
    requested_at: datetime
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round of talks.

    `offers` counts offers, made or waiting; `last` is the one made last, live or not: as offers never go down,
    it is the highest. `answered` is the demand the last offer was made against: whoever asks for less since then
    has `conceded`, whatever way the demand went in between. `paused` is how long the talk was shelved, or with
    each kind of third party, in all pauses that are over.
    """

    number: int
    harm_running: bool
    waived: bool = False
    demands: tuple[Demanded, ...] = ()
    liability: Liability | None = None
    terms: TermsStatus = "awaited"
    demand: Money | None = None
    answered: Money | None = None
    offers: int = 0
    last: Offer | None = None
    paused: Mapping[Pause, timedelta] = field(default_factory=dict)

    @property
    def conceded(self) -> bool:
        """Say whether the customer asks for less than when the last offer was made."""
        return self.answered is not None and self.demand is not None and self.demand < self.answered

    @property
    def service_is_due(self) -> bool:
        """Say whether the loss still runs and nobody has waived that it be stopped first."""
        return self.harm_running and not self.waived


@dataclass(frozen=True, slots=True)
class Agreement:
    """What both sides agreed to: the offer taken, when, and who said so (the customer, or the owner for them).

    By `letter_by` the first link to sign by is out.
    """

    offer: Offer
    agreed_at: datetime
    accepted_by: str
    letter_by: datetime


@dataclass(frozen=True, slots=True)
class Rendering:
    """The document both are to sign: SHA-256 (hex) of the unsigned PDF."""

    document: str
    language: Language
    pages: int


@dataclass(frozen=True, slots=True)
class Link:
    """A one-time link, known by the SHA-256 (hex) of its token."""

    number: int
    token_hash: str
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CustomerSignature:
    """The customer's signature and the hash of the consent record."""

    means: SigningMeans
    consent: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CompanySignature:
    """The company's signature: the hashes of the signed PDF and of the certificate."""

    signed: str
    certificate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """A binding agreement, by its hashes."""

    round: int
    sum: Money
    remedies: tuple[str, ...]
    document: str
    language: Language
    signed: str
    certificate: str
    extract: str
    custody: tuple[Custodian, ...]
    settled_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What somebody offered in a round and the customer may take or took: it counts for the proposer's day."""

    round: int
    proposer: str
    sum: Money
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A payment that was instructed, and what became of it.

    `due` is by when it is to go out; once it came back, by when somebody is to name an account for it; once it was
    contradicted, by when it is reviewed. `since` is when it was told to be as it is. `told` is the last word of the
    platform about one that is contradicted; `is_reviewed` says that a supervisor once found what holds.
    """

    payment: str
    round: int
    sum: Money
    since: datetime
    due: datetime
    status: PaymentStatus
    told: PaymentStands | None = None
    is_reviewed: bool = False


@dataclass(frozen=True, slots=True)
class Missed:
    """A clock that ran out: which one, from when, and the level it climbed to."""

    clock: str
    round: int
    start: datetime
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is known of a complaint, whatever the stage of its negotiation.

    `heard` is the last version noted of each foreign stream. `currency` is that of all sums once one was
    offered. `evidence` is all that was ever cited, `our_percent` how far the last finding of any round made it us. `given` is what earlier and this round settled, as it was
    offered. `missed` are the own clocks that ran out. `token_hashes` are those of all one-time links that ever went out, the last one's last. `echo` is
    the outcome intake will answer with because we settled or refused, None once it has. `settled_matters` are
    the complaints whose settlement was raised.
    """

    complaint: str
    person: str
    register: Registered | None = None
    owner: Owner | None = None
    label: Label | None = None
    progress: Progress = "open"
    groups: Mapping[str, Membership] = field(default_factory=dict)
    links: frozenset[str] = frozenset()
    bypassed: bool = False
    heard: Mapping[str, int] = field(default_factory=dict)
    currency: str | None = None
    evidence: tuple[Cited, ...] = ()
    our_percent: int | None = None
    settlements: tuple[Settlement, ...] = ()
    given: tuple[Given, ...] = ()
    token_hashes: tuple[str, ...] = ()
    payments: tuple[Payment, ...] = ()
    echo: str | None = None
    settled_matters: frozenset[str] = frozenset()
    missed: tuple[Missed, ...] = ()

    @property
    def group(self) -> str | None:
        """The group this complaint is in; of several, the one joined last."""
        live = [(each.since, group) for group, each in self.groups.items() if each.role is not None]
        return max(live)[1] if live else None

    @property
    def remedy(self) -> Remedy | None:
        """What the group with a like loss is offered."""
        return None if self.group is None else self.groups[self.group].remedy

    @property
    def language(self) -> Language:
        """The language of documents and letters; English for whom nobody could tell."""
        return "zh" if self.label is not None and self.label.language == "zh" else "en"

    def payment(self, payment: str) -> Payment | None:
        """Return an instructed payment by its id."""
        return next((each for each in self.payments if each.payment == payment), None)

    @property
    def owed(self) -> tuple[Payment, ...]:
        """The last payment of each round of which none has gone out, but for what was called back."""
        paid = {each.round for each in self.payments if each.status == "paid"}
        standing = (each for each in self.payments if each.status != "cancelled" and each.round not in paid)
        return tuple({each.round: each for each in standing}.values())

    @property
    def returned(self) -> tuple[Payment, ...]:
        """The payments that came back and were not instructed anew: each waits for a payee's account."""
        return tuple(each for each in self.owed if each.status == "reversed")
