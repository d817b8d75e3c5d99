"""What happens to a complaint, in the order of `events.md`: who says it and why it matters.

Every free text and everything that identifies a person stands in a `Personal[...]` field. Clocks carry
their due times, so that timers follow from events alone.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import AwareDatetime

from eventlog.message import Event, OwnedBy, Personal
from services.intake.domain.classify.model import Classification
from services.intake.domain.complaint.people import Complainant, Contact
from services.intake.domain.complaint.values import (
    AnswerOutcome,
    Attachment,
    Channel,
    Correction,
    Fact,
    Level,
    Outcome,
    Owner,
    Product,
    StartedClock,
)
from services.intake.domain.grading import Graded


class ComplaintEvent(Event):
    """What all events of a complaint carry: its id, and the person who complains (both UUID texts)."""

    complaint: str
    person: str


class ComplaintRegistered(ComplaintEvent):
    """A door took the complaint in; from here on nothing may drop it. `owner` is the first-contact owner.

    `content_hash` is the keyed hash of the canonical register, by which the same reference with other
    content is found out. `imported` marks history that came with no promise: it gets no opening clocks.
    """

    TYPE = "complaint.registered"

    source: str
    channel: Channel
    reference: str
    received_at: AwareDatetime
    content_hash: str
    imported: bool = False
    recorder: str | None = None
    owner: Owner
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
    representative_person: str
    third_party_person: str
    complainant: Personal[Complainant]
    representative: Annotated[Personal[Contact | None], OwnedBy("representative_person")] = None
    third_party: Annotated[Personal[Contact | None], OwnedBy("third_party_person")] = None
    narrative: Personal[str]
    asks_for: Personal[str | None] = None


class ComplaintClassified(ComplaintEvent):
    """The rules read the narrative: labels with their evidence, and the first grade that follows."""

    TYPE = "complaint.classified"

    labels: Classification
    grading: Graded


class ReplyPromised(ComplaintEvent):
    """The customer is told by when to expect a reply; the opening clocks run from the received time."""

    TYPE = "complaint.reply_promised"

    reply_by: AwareDatetime
    clocks: tuple[StartedClock, ...]


class ClassificationCorrected(ComplaintEvent):
    """A person set labels right; the classifier's own stay in the log beside them."""

    TYPE = "complaint.classification_corrected"

    correction: Correction
    reason: Personal[str | None] = None


class ComplaintRegraded(ComplaintEvent):
    """The grade or the set of clocks changed. `clocks` are all that run now, due anew from the same start."""

    TYPE = "complaint.regraded"

    grading: Graded
    was: Graded
    clocks: tuple[StartedClock, ...]


class ComplaintAcknowledged(ComplaintEvent):
    """The owner confirmed to the customer that the complaint has arrived."""

    TYPE = "complaint.acknowledged"


class HandoverOffered(ComplaintEvent):
    """The complaint is offered to a desk and level; the giver still owns it.

    `handler` is whom the giver has in mind, `not_to` are people of the desk who may not take it.
    """

    TYPE = "complaint.handover_offered"

    desk: str
    level: Level
    handler: str | None = None
    not_to: tuple[str, ...] = ()
    rule: str | None = None
    policy: str | None = None


class HandoverDeclined(ComplaintEvent):
    """The offered desk said no; the owner stays."""

    TYPE = "complaint.handover_declined"

    desk: str
    level: Level
    reason: Personal[str]


class OwnerChanged(ComplaintEvent):
    """The only event that says who owns from now on: an accepted hand-over, or a desk's case taken by one of it."""

    TYPE = "complaint.owner_changed"

    owner: Owner
    was: Owner
    how: Literal["accepted", "taken"]


class Replied(ComplaintEvent):
    """The owner replied on the matter; the first of these keeps the promised reply time.

    `text` None: the words stand in the negotiation whose note caused it.
    """

    TYPE = "complaint.replied"

    text: Personal[str | None]


class HarmStopped(ComplaintEvent):
    """The running loss was stopped (by whom: `by`); from here on the complaint is about a past loss."""

    TYPE = "complaint.harm_stopped"

    stopped_at: AwareDatetime
    how: Personal[str]


class ComplaintLinked(ComplaintEvent):
    """Another complaint belongs to the same matter; `why` is a code (same_order, same_serial …)."""

    TYPE = "complaint.linked"

    other: str
    why: str


class ComplaintUnlinked(ComplaintEvent):
    """A link was wrong; both events stay in the history."""

    TYPE = "complaint.unlinked"

    other: str
    why: str


class FactNoted(ComplaintEvent):
    """Private: what a topic said about this complaint, as `cause` (event id) told it."""

    TYPE = "complaint.noted"

    cause: str
    fact: Fact


class ComplaintAnswered(ComplaintEvent):
    """The final answer went to the customer; the return visit's clock starts. `text` None: as in `Replied`."""

    TYPE = "complaint.answered"

    outcome: AnswerOutcome
    text: Personal[str | None]
    clocks: tuple[StartedClock, ...]


class ReturnVisitRecorded(ComplaintEvent):
    """Somebody other than the handlers asked whether the problem is solved (回访).

    `attempt` counts from the answer on. Satisfaction is 1..5; the gap is perceived minus expected. An
    unreached attempt before the last starts the clock of the next.
    """

    TYPE = "complaint.return_visit_recorded"

    attempt: int
    reached: bool
    solved: bool | None = None
    perceived: int | None = None
    expected: int | None = None
    clocks: tuple[StartedClock, ...] = ()


class ComplaintReopened(ComplaintEvent):
    """It was not the end: a visit found it unsolved, or the customer came back. New clocks start."""

    TYPE = "complaint.reopened"

    why: Literal["not_solved", "customer"]
    words: Personal[str | None] = None
    clocks: tuple[StartedClock, ...]


class DeadlineMissed(ComplaintEvent):
    """A clock ran out, once per instance; `owner` is against whom it ran."""

    TYPE = "complaint.deadline_missed"

    clock: str
    start: AwareDatetime
    due: AwareDatetime
    owner: Owner


class ComplaintClosed(ComplaintEvent):
    """The end, with its outcome; `decided_by` is the code of who decided elsewhere."""

    TYPE = "complaint.closed"

    outcome: Outcome
    decided_by: str | None = None
    words: Personal[str | None] = None


AnyComplaintEvent: TypeAlias = (
    ComplaintRegistered
    | ComplaintClassified
    | ReplyPromised
    | ClassificationCorrected
    | ComplaintRegraded
    | ComplaintAcknowledged
    | HandoverOffered
    | HandoverDeclined
    | OwnerChanged
    | Replied
    | HarmStopped
    | ComplaintLinked
    | ComplaintUnlinked
    | FactNoted
    | ComplaintAnswered
    | ReturnVisitRecorded
    | ComplaintReopened
    | DeadlineMissed
    | ComplaintClosed
)

EVENTS: tuple[type[AnyComplaintEvent], ...] = (
    ComplaintRegistered,
    ComplaintClassified,
    ReplyPromised,
    ClassificationCorrected,
    ComplaintRegraded,
    ComplaintAcknowledged,
    HandoverOffered,
    HandoverDeclined,
    OwnerChanged,
    Replied,
    HarmStopped,
    ComplaintLinked,
    ComplaintUnlinked,
    FactNoted,
    ComplaintAnswered,
    ReturnVisitRecorded,
    ComplaintReopened,
    DeadlineMissed,
    ComplaintClosed,
)
