"""What happened to a complaint on its way up: heard, routed, moved, gone over the front line's head."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict

from eventlog.message import Event, Personal
from services.escalation.domain.escalation.facts import AnyFact, Attributes
from services.escalation.domain.group.terms import Remedy, Role

ResumedBy: TypeAlias = Literal["person", "date_reached"]
FoundBy: TypeAlias = Literal["classification", "person"]
ReferralKind: TypeAlias = Literal["mediator", "ombudsman", "regulator", "court"]
ReferralOutcome: TypeAlias = Literal["settled", "decided", "rejected", "withdrawn", "no_answer"]


class EscalationEvent(Event):
    """An event about one complaint of one person, the complainant."""

    complaint: str
    person: str


class FactNoted(EscalationEvent):
    """A topic, an own reaction or an own clock told us something. Private: others have it first hand.

    `cause` is the event that told it; None for an own clock, and for what was noted before causes were kept.
    """

    TYPE = "escalation.noted"

    cause: str | None = None
    fact: AnyFact
    attributes: Personal[Attributes] | None = None


class Routed(EscalationEvent):
    """The complaint should go to this desk and level; intake offers the hand-over.

    `handler` is named when a person chose one; nobody in `not_to` may get it. `rule` is the line of the
    routing table that fitted, `climbed_by` the clocks that lifted the level above that line's, `clock`
    what the desk works against, `policy` the versions of both tables.
    """

    TYPE = "escalation.routed"

    desk: str
    level: str
    handler: str | None = None
    not_to: tuple[str, ...] = ()
    skill: str | None = None
    language: str | None = None
    clock: str
    rule: str
    climbed_by: tuple[str, ...] = ()
    policy: str


class Shelved(EscalationEvent):
    """A person lets the matter rest until a date. No clock of the complaint stops."""

    TYPE = "escalation.shelved"

    until: AwareDatetime
    reason: Personal[str]


class Resumed(EscalationEvent):
    """The rest is over: a person ended it, or its date came."""

    TYPE = "escalation.resumed"

    why: ResumedBy
    reason: Personal[str] | None = None


class HandlerChanged(EscalationEvent):
    """Another handler is to take over until a date; None leaves the choice to the desk."""

    TYPE = "escalation.handler_changed"

    previous: str | None
    handler: str | None
    until: AwareDatetime
    reason: Personal[str]


class LineHeld(EscalationEvent):
    """A person keeps to the position taken, to be looked at again by a date."""

    TYPE = "escalation.line_held"

    until: AwareDatetime
    reason: Personal[str]


class Conceded(EscalationEvent):
    """A person gives way, to be carried out by a date."""

    TYPE = "escalation.conceded"

    until: AwareDatetime
    reason: Personal[str]


class BypassThreatened(EscalationEvent):
    """The customer says they will go over the front line's head; `target` is a code, or "unnamed"."""

    TYPE = "escalation.bypass_threatened"

    target: str


class EarlierRecord(BaseModel):
    """What the front line had before the bypass came: its contacts and linked earlier complaints."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    owner: str | None = None
    acknowledged_at: AwareDatetime | None = None
    replied_at: AwareDatetime | None = None
    earlier_complaints: tuple[str, ...] = ()


class BypassRecorded(EscalationEvent):
    """The customer went over the front line's head; what the front line had before is frozen with it.

    `earlier_record` None says that there was none. The same `number` again restates a bypass: its target
    was corrected, or an earlier complaint was linked to it.
    """

    TYPE = "escalation.bypass_recorded"

    number: int
    target: str
    came_at: AwareDatetime
    found_by: FoundBy
    earlier_record: EarlierRecord | None


class AccountRequested(EscalationEvent):
    """The front-line handler is asked for an own account of the matter by a time."""

    TYPE = "escalation.account_requested"

    bypass: int
    handler: str | None
    due: AwareDatetime


class AccountFrozen(EscalationEvent):
    """The handler's own account, unchangeable from now on; None records that none came in time."""

    TYPE = "escalation.account_frozen"

    bypass: int
    handler: str | None
    absent: bool
    account: Personal[str] | None = None


class BypassSentBack(EscalationEvent):
    """The bypassed-to place returns the matter for second handling, by somebody else and higher up."""

    TYPE = "escalation.bypass_sent_back"

    target: str
    handler: str
    level: str
    due: AwareDatetime
    reason: Personal[str]


class BypassRepeated(EscalationEvent):
    """The customer did it again: somebody of `call_back_level` or above calls back by a time."""

    TYPE = "escalation.bypass_repeated"

    count: int
    target: str
    call_back_level: str
    call_back_due: AwareDatetime


class Referred(EscalationEvent):
    """A third party looks into the matter until a time; the complaint stays open meanwhile."""

    TYPE = "escalation.referred"

    to: ReferralKind
    name: Personal[str]
    until: AwareDatetime
    reason: Personal[str]


class ReferralReturned(EscalationEvent):
    """The third party is done, or its time is up and it gave no answer."""

    TYPE = "escalation.referral_returned"

    outcome: ReferralOutcome
    findings: Personal[str] | None = None


class GroupNoted(EscalationEvent):
    """What this complaint is in a group now, so that no other service needs to follow groups.

    Role and stage are None once the complaint has left.
    """

    TYPE = "escalation.group_noted"

    group: str
    role: Role | None
    stage: str | None
    remedy: Remedy | None = None


AnyEscalationEvent: TypeAlias = (
    FactNoted
    | Routed
    | Shelved
    | Resumed
    | HandlerChanged
    | LineHeld
    | Conceded
    | BypassThreatened
    | BypassRecorded
    | AccountRequested
    | AccountFrozen
    | BypassSentBack
    | BypassRepeated
    | Referred
    | ReferralReturned
    | GroupNoted
)
