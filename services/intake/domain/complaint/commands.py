"""What one may ask of a complaint. Times, ids, labels and hashes come as data; `decide` judges who may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from eventlog.message import Command
from services.intake.domain.classify.model import Classification
from services.intake.domain.complaint.people import Complainant, Contact
from services.intake.domain.complaint.values import (
    AnswerOutcome,
    Attachment,
    Channel,
    Correction,
    Fact,
    Level,
    Product,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterComplaint(Command):
    """Take a complaint in: the whole register of `domain.md` 2. Ids and `content_hash` come from the door.

    `recorder` is the agent who took it, where there was one. A representative or third party without a
    person id of its own is sealed under the complainant's key.
    """

    complaint: str
    person: str
    content_hash: str
    source: str
    channel: Channel
    reference: str
    received_at: datetime
    complainant: Complainant
    narrative: str
    asks_for: str | None = None
    recorder: str | None = None
    imported: bool = False
    representative: Contact | None = None
    representative_person: str | None = None
    third_party: Contact | None = None
    third_party_person: str | None = None
    tier: str | None = None
    purchases_12m: int | None = None
    product: Product | None = None
    merchant: str | None = None
    site: str | None = None
    region: str | None = None
    service: str | None = None
    jurisdiction: str | None = None
    time_zone: str | None = None
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Classify(Command):
    """Adopt what the classifier read out of the narrative (system)."""

    labels: Classification


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectClassification(Command):
    """Set labels right (staff)."""

    correction: Correction
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteFact(Command):
    """Note what a topic said; `cause` is the id `<stream>@<version>` of the event that said it (system)."""

    cause: str
    fact: Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge(Command):
    """Confirm to the customer that the complaint has arrived (owner)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferHandover(Command):
    """Offer the complaint to a desk and level (system for a route; the owner; a supervisor).

    `as_of` is when the route's facts were as it took them; None for an offer made by hand.
    """

    desk: str
    level: Level
    handler: str | None = None
    not_to: tuple[str, ...] = ()
    rule: str | None = None
    policy: str | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptHandover(Command):
    """Take the offered complaint over (anyone of the offered desk and level but the giver)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineHandover(Command):
    """Say no to the offered complaint (anyone of the offered desk and level but the giver)."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(Command):
    """Record what was replied to the customer (owner)."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopHarm(Command):
    """Record that the running loss was stopped, when and how (owner)."""

    stopped_at: datetime
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link(Command):
    """Tie another complaint to this one (staff, system); `why` is a code."""

    other: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlink(Command):
    """Undo a link (staff, system); `why` is a code."""

    other: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Command):
    """Record the final answer given to the customer (owner; system for a noted settlement or refusal).

    `text` is None when it was given by the negotiation: its words stand in the document or the refusal.
    """

    outcome: AnswerOutcome
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordReturnVisit(Command):
    """Record a return visit (staff without a hand in it); findings only where it reached anybody."""

    reached: bool
    solved: bool | None = None
    perceived: int | None = None
    expected: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopen(Command):
    """The customer says it is not over (customer, platform, staff)."""

    words: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw(Command):
    """The customer takes the complaint back (customer, platform, staff, system)."""

    words: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideElsewhere(Command):
    """A court, ombudsman or other body decided the matter (staff, system); `decided_by` is a code."""

    decided_by: str
    words: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRanOut(Command):
    """A timer fired for the clock instance `clock` and `start` (system)."""

    clock: str
    start: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Close(Command):
    """Close after a solved visit or the last unreached one (system)."""


ComplaintCommand: TypeAlias = (
    RegisterComplaint
    | Classify
    | CorrectClassification
    | NoteFact
    | Acknowledge
    | OfferHandover
    | AcceptHandover
    | DeclineHandover
    | Reply
    | StopHarm
    | Link
    | Unlink
    | Answer
    | RecordReturnVisit
    | Reopen
    | Withdraw
    | DecideElsewhere
    | ClockRanOut
    | Close
)
