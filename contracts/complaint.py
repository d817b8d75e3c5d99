"""What intake tells the world about a complaint: one message per public event, on `amends.complaint.v1`.

Values that never grow are enumerated; whatever policy or a later release may add to (threats, demands,
channels, clocks, rules) is a code. Offsets of evidence count Unicode code points of the narrative, which
itself is sealed. When an event happened is the CloudEvents `time`.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, Field

from contracts.complaint_parts import (
    Attachment,
    Clock,
    Code,
    Correction,
    Grading,
    Labels,
    Owner,
    Product,
    Score,
)
from contracts.message import ComplaintMessage, Message, Uuid

TOPIC: Final = "amends.complaint.v1"


class ComplaintRegistered(ComplaintMessage):
    """A complaint was taken in.

    Sealed: complainant, representative, third_party, narrative, asks_for.
    """

    TYPE = "amends.complaint.registered.v1"

    source: str
    channel: Code
    reference: str
    received_at: AwareDatetime
    imported: bool = False
    recorder: str | None = None
    owner: Owner
    tier: str | None = None
    purchases_12m: Annotated[int, Field(ge=0)] | None = None
    product: Product | None = None
    merchant: str | None = None
    site: str | None = None
    region: str | None = None
    service: str | None = None
    jurisdiction: str | None = None
    time_zone: str | None = None
    attachments: tuple[Attachment, ...] = ()


class ComplaintClassified(ComplaintMessage):
    """The narrative was read: labels with evidence, and the first grade."""

    TYPE = "amends.complaint.classified.v1"

    labels: Labels
    grading: Grading


class ReplyPromised(ComplaintMessage):
    """The customer may expect a reply by then; these clocks run."""

    TYPE = "amends.complaint.reply_promised.v1"

    reply_by: AwareDatetime
    clocks: tuple[Clock, ...]


class ClassificationCorrected(ComplaintMessage):
    """A person set labels right. Sealed: reason."""

    TYPE = "amends.complaint.classification_corrected.v1"

    correction: Correction


class ComplaintRegraded(ComplaintMessage):
    """The grade or the set of clocks changed; `clocks` are all that run now."""

    TYPE = "amends.complaint.regraded.v1"

    grading: Grading
    was: Grading
    clocks: tuple[Clock, ...]


class ComplaintAcknowledged(ComplaintMessage):
    """The owner confirmed the arrival to the customer."""

    TYPE = "amends.complaint.acknowledged.v1"


class HandoverOffered(ComplaintMessage):
    """The complaint waits for somebody of a desk and level; the giver still owns it."""

    TYPE = "amends.complaint.handover_offered.v1"

    desk: str
    level: Code
    handler: str | None = None
    not_to: tuple[str, ...] = ()
    rule: str | None = None
    policy: str | None = None


class HandoverDeclined(ComplaintMessage):
    """The offered desk said no; the owner stays. Sealed: reason."""

    TYPE = "amends.complaint.handover_declined.v1"

    desk: str
    level: Code


class OwnerChanged(ComplaintMessage):
    """The only message that says who owns: an accepted hand-over, or a desk's case taken by one of it."""

    TYPE = "amends.complaint.owner_changed.v1"

    owner: Owner
    was: Owner
    how: Literal["accepted", "taken"]


class Replied(ComplaintMessage):
    """The owner replied on the matter. Sealed: text."""

    TYPE = "amends.complaint.replied.v1"


class HarmStopped(ComplaintMessage):
    """The running loss was stopped. Sealed: how."""

    TYPE = "amends.complaint.harm_stopped.v1"

    stopped_at: AwareDatetime


class ComplaintLinked(ComplaintMessage):
    """Another complaint belongs to the same matter."""

    TYPE = "amends.complaint.linked.v1"

    other: Uuid
    why: Code


class ComplaintUnlinked(ComplaintMessage):
    """A link was wrong."""

    TYPE = "amends.complaint.unlinked.v1"

    other: Uuid
    why: Code


class ComplaintAnswered(ComplaintMessage):
    """The final answer went out; the return visit is due. Sealed: text."""

    TYPE = "amends.complaint.answered.v1"

    outcome: Literal["answered", "settled", "refused"]
    clocks: tuple[Clock, ...]


class ReturnVisitRecorded(ComplaintMessage):
    """Somebody other than the handlers asked whether it is solved (回访); findings only where it reached."""

    TYPE = "amends.complaint.return_visit_recorded.v1"

    attempt: Annotated[int, Field(ge=1)]
    reached: bool
    solved: bool | None = None
    perceived: Score | None = None
    expected: Score | None = None
    clocks: tuple[Clock, ...] = ()


class ComplaintReopened(ComplaintMessage):
    """It was not the end. Sealed: words."""

    TYPE = "amends.complaint.reopened.v1"

    why: Literal["not_solved", "customer"]
    clocks: tuple[Clock, ...]


class DeadlineMissed(ComplaintMessage):
    """A clock instance ran out, against this owner; said once."""

    TYPE = "amends.complaint.deadline_missed.v1"

    clock: Code
    start: AwareDatetime
    due: AwareDatetime
    owner: Owner


class ComplaintClosed(ComplaintMessage):
    """The end with its outcome. Sealed: words."""

    TYPE = "amends.complaint.closed.v1"

    outcome: Literal["answered", "settled", "refused", "withdrawn", "decided_elsewhere"]
    decided_by: Code | None = None


MESSAGES: Final[tuple[type[Message], ...]] = (
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
    ComplaintAnswered,
    ReturnVisitRecorded,
    ComplaintReopened,
    DeadlineMissed,
    ComplaintClosed,
)
