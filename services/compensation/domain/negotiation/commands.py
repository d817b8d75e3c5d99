"""What one may ask of a negotiation. Times, ids, hashes and sums over other streams come as data.

Who may is judged by `decide`: moves are the owner's or a supervisor's, the customer's words come from the
customer or from the owner who passes them on, approval comes from somebody else, steps follow from the system.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from eventlog.message import Command
from services.compensation.domain.negotiation.facts import Customer, Fact
from services.compensation.domain.negotiation.settling_commands import (
    Archive,
    DeclineSigning,
    InstructAgain,
    IssueSigningLink,
    LetLapse,
    RecordDocument,
    RecordPayment,
    ReversePayment,
    ReviewPayment,
    SignAsCompany,
    SignAsCustomer,
)
from services.compensation.domain.negotiation.values import (
    Alike,
    Cited,
    Demanded,
    Party,
    ReferralKind,
    ReferralOutcome,
)
from shared_kernel.money import Money

__all__ = [
    "AcceptOffer",
    "Approving",
    "Archive",
    "Bargaining",
    "ChangeDemand",
    "ClockRanOut",
    "DeclineSigning",
    "DeclineTerms",
    "DenyApproval",
    "Ending",
    "FindLiability",
    "GrantApproval",
    "InstructAgain",
    "IssueSigningLink",
    "LetLapse",
    "MakeOffer",
    "NegotiationCommand",
    "NoteFact",
    "OpenRound",
    "Opening",
    "Paying",
    "RaiseSettledMatter",
    "RecordDocument",
    "RecordPayment",
    "RecordTerms",
    "Refer",
    "Refuse",
    "Resting",
    "Resume",
    "ReturnReferral",
    "ReversePayment",
    "ReviewPayment",
    "Shelve",
    "SignAsCompany",
    "SignAsCustomer",
    "Signing",
    "WaiveService",
    "Withdraw",
    "WithdrawOffer",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteFact(Command):
    """Note what a topic said, and decide in one go what follows; `cause` is the id of the event that said it (system).

    `customer` comes with `Registered` only.
    """

    complaint: str
    person: str
    cause: str
    fact: Fact
    customer: Customer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRound(Command):
    """Begin a round by hand (owner, supervisor)."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiveService(Command):
    """Let money be talked about although the loss still runs (supervisor)."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindLiability(Command):
    """Say who answers for the loss, and by which evidence (owner, supervisor)."""

    party: Party
    our_percent: int
    evidence: tuple[Cited, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordTerms(Command):
    """Record what the customer asks for (customer, owner)."""

    demands: tuple[Demanded, ...]
    sum: Money | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineTerms(Command):
    """Record that the customer names no terms (customer, owner)."""

    words: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDemand(Command):
    """Record that the customer now asks for another sum (customer, owner)."""

    sum: Money
    words: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeOffer(Command):
    """Offer a sum and remedies, for some hours (None: as policy says) (owner, supervisor).

    `concessions` are what the offer takes or asks of the customer in return; with `override` a supervisor
    lets a one-sided concession pass. `given_today` is what the proposer gave before this offer today, by the
    read model, `given_elsewhere` the same in other currencies; `alike` is what the like of this loss received, None when nobody knows.
    """

    sum: Money
    given_today: Money
    remedies: tuple[str, ...] = ()
    concessions: tuple[str, ...] = ()
    terms: str | None = None
    reason: str | None = None
    valid_for: int | None = None
    override: bool = False
    alike: Alike | None = None
    given_elsewhere: tuple[Money, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantApproval(Command):
    """Approve the waiting offer; it is live at once (somebody else, of a level that may)."""

    offer: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DenyApproval(Command):
    """Say no to the waiting offer (somebody else, of a level that may)."""

    offer: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawOffer(Command):
    """Take back the live offer, or one that waits for approval (owner, supervisor)."""

    offer: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptOffer(Command):
    """Take the live offer (customer, owner)."""

    offer: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelve(Command):
    """Let the talk rest until a date (owner, supervisor)."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(Command):
    """End the rest before its date (owner, supervisor)."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse(Command):
    """Refuse the demand: class, strategy, basis, appeal and what the customer is told (owner, supervisor).

    Class, strategy, basis and appeal are codes; the public may read them.
    """

    refusal_class: str
    strategy: str
    basis: str
    appeal: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refer(Command):
    """Put the matter before a third party until a date (owner, supervisor)."""

    to: ReferralKind
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnReferral(Command):
    """Record how the third party ended it: `decided` ends the round, all else lets the talk go on (owner, supervisor)."""

    outcome: ReferralOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw(Command):
    """Record that the customer no longer asks for anything (customer, owner)."""

    words: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseSettledMatter(Command):
    """Say that a linked complaint was settled and signed before (system)."""

    other: str
    document: str
    settled_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRanOut(Command):
    """An own timer fired: the clock `clock`, due at `due`, ran out (system)."""

    clock: str
    due: datetime


Opening: TypeAlias = NoteFact | OpenRound | WaiveService | FindLiability
Bargaining: TypeAlias = RecordTerms | DeclineTerms | ChangeDemand | MakeOffer | WithdrawOffer | AcceptOffer
Approving: TypeAlias = GrantApproval | DenyApproval
Resting: TypeAlias = Shelve | Resume | Refer | ReturnReferral
Signing: TypeAlias = (
    RecordDocument | IssueSigningLink | SignAsCustomer | DeclineSigning | LetLapse | SignAsCompany
)
Paying: TypeAlias = RecordPayment | ReversePayment | InstructAgain | ReviewPayment | Archive
Ending: TypeAlias = Refuse | Withdraw | RaiseSettledMatter
NegotiationCommand: TypeAlias = (
    Opening | Bargaining | Approving | Resting | Signing | Paying | Ending | ClockRanOut
)
