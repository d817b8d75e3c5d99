"""What intake tells the world about a complaint: one message per public event, on `amends.complaint.v1`.

Values that never grow are enumerated; whatever policy or a later release may add to (threats, demands,
channels, clocks, rules) is a code. Offsets of evidence count Unicode code points of the narrative, which
itself is sealed. When an event happened is the CloudEvents `time`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from contracts.message import Amount, ComplaintMessage, Currency, Message, Uuid

TOPIC: Final = "amends.complaint.v1"

Code: TypeAlias = Annotated[str, Field(min_length=1)]
Grade: TypeAlias = Literal["U1", "U2", "U3", "U4"]
Timing: TypeAlias = Literal["ongoing", "past"]
Severity: TypeAlias = Literal["safety", "financial", "service", "attitude"]
BypassStage: TypeAlias = Literal["none", "threatened", "done"]
Confidence: TypeAlias = Annotated[float, Field(ge=0, le=1)]
Score: TypeAlias = Annotated[int, Field(ge=1, le=5)]

_INTEGER_DIGITS_MAX = 15
_DECIMALS_MAX = 4


def _written(amount: object) -> object:
    """Write a decimal out; one that no amount can hold is left out, the evidence still says where it stands."""
    if not isinstance(amount, Decimal):
        return amount
    text = format(amount, "f")
    whole, _, places = text.partition(".")
    fits = whole.isdecimal() and len(whole) <= _INTEGER_DIGITS_MAX and len(places) <= _DECIMALS_MAX
    return text if fits else None


WrittenAmount: TypeAlias = Annotated[Amount | None, BeforeValidator(_written)]


class Part(BaseModel):
    """A part of a message: frozen, tolerant of members a newer writer adds."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Owner(Part):
    """Who answers for a complaint: a person at a desk, or the desk while no person of it does."""

    actor: str | None = None
    desk: str
    level: Code


class Price(Part):
    """What was paid: a decimal string and an ISO 4217 currency."""

    amount: WrittenAmount
    currency: Currency


class Product(Part):
    """What is complained of; the serial number is sealed."""

    name: str
    specification: str | None = None
    batch: str | None = None
    production_date: date | None = None
    in_use_since: date | None = None
    earlier_brand: str | None = None
    price: Price | None = None


class Attachment(Part):
    """A file the customer gave, by the SHA-256 of its bytes (hex) and its media type."""

    hash: str
    media_type: str


class Clock(Part):
    """A clock instance, told by name and start. `grade` is None where another service set the due time."""

    name: Code
    start: AwareDatetime
    due: AwareDatetime
    grade: Grade | None = None
    policy: str


class Grading(Part):
    """A grade, the table row that gave it, whether the customer's tier lifted it, the table's version."""

    grade: Grade
    rule: Code
    lifted: bool
    policy: str


class Evidence(Part):
    """A span of the sealed narrative, and the rule that it met."""

    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=0)]
    rule: Code


class TimingLabel(Part):
    """Ongoing (进行时) or past (过去时)."""

    value: Timing
    confidence: Confidence
    evidence: tuple[Evidence, ...] = ()


class SeverityLabel(Part):
    """What the complaint is about at its gravest."""

    value: Severity
    confidence: Confidence
    evidence: tuple[Evidence, ...] = ()


class CodedLabel(Part):
    """A threat, need, motive or temperament."""

    value: Code
    confidence: Confidence
    evidence: tuple[Evidence, ...] = ()


class Demand(Part):
    """What the customer asks for, with the sum where the text ties one to it."""

    kind: Code
    confidence: Confidence
    amount: WrittenAmount = None
    currency: Currency | None = None
    evidence: tuple[Evidence, ...] = ()


class Bypass(Part):
    """Whether the customer goes over the front line's head (越级), and to whom."""

    stage: BypassStage
    confidence: Confidence
    target: Code | None = None
    evidence: tuple[Evidence, ...] = ()


class Labels(Part):
    """What the classifier read. Without a language nothing could be read and a person decides."""

    language: Code | None = None
    needs_review: bool
    rules_version: str
    timing: TimingLabel
    severity: SeverityLabel
    demands: tuple[Demand, ...] = ()
    threats: tuple[CodedLabel, ...] = ()
    bypass: Bypass
    needs: tuple[CodedLabel, ...] = ()
    motive: CodedLabel | None = None
    temperament: CodedLabel | None = None


class Demanded(Part):
    """A demand as a person set it right."""

    kind: Code
    amount: WrittenAmount = None
    currency: Currency | None = None


class Correction(Part):
    """The labels a person set right; null leaves a label as it was."""

    timing: Timing | None = None
    severity: Severity | None = None
    language: Code | None = None
    bypass: BypassStage | None = None
    threats: tuple[Code, ...] | None = None
    demands: tuple[Demanded, ...] | None = None


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
