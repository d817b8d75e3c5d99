"""What escalation tells the world about one complaint: where it should go and what happens above the front line.

On `amends.escalation.v1`. Desks, levels, rules, targets and kinds are codes that policy or a later release
may add to. What people wrote is sealed. When an event happened is the CloudEvents `time`.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AwareDatetime, Field

from contracts.complaint_parts import Code, Part, WrittenAmount
from contracts.message import ComplaintMessage, Currency, Message, Uuid

TOPIC: Final = "amends.escalation.v1"

Stage: TypeAlias = Literal["initiator", "followers", "collective"]


class EarlierRecord(Part):
    """What the front line had when the bypass came."""

    owner: str | None = None
    acknowledged_at: AwareDatetime | None = None
    replied_at: AwareDatetime | None = None
    earlier_complaints: tuple[Uuid, ...] = ()


class Remedy(Part):
    """What is offered for a like loss; amount and currency come together or not at all."""

    kind: Code
    amount: WrittenAmount = None
    currency: Currency | None = None


class Routed(ComplaintMessage):
    """The complaint should go to this desk, at this level or above; intake offers the hand-over.

    `handler` is set when a person chose one; nobody in `not_to` may get it. `rule` is the line of the routing
    table, `climbed_by` the missed clocks that lifted the level, `clock` what the desk works against.
    """

    TYPE = "amends.escalation.routed.v1"

    desk: Code
    level: Code
    handler: str | None = None
    not_to: tuple[str, ...] = ()
    skill: Code | None = None
    language: Code | None = None
    clock: Code
    rule: Code
    climbed_by: tuple[Code, ...] = ()
    policy: str


class Shelved(ComplaintMessage):
    """The matter rests until then; no clock of the complaint stops. Sealed: reason."""

    TYPE = "amends.escalation.shelved.v1"

    until: AwareDatetime


class Resumed(ComplaintMessage):
    """The rest is over. Sealed: reason."""

    TYPE = "amends.escalation.resumed.v1"

    why: Code


class HandlerChanged(ComplaintMessage):
    """Another handler is to take over by then; null leaves the choice to the desk. Sealed: reason."""

    TYPE = "amends.escalation.handler_changed.v1"

    previous: str | None = None
    handler: str | None = None
    until: AwareDatetime


class LineHeld(ComplaintMessage):
    """The position taken stands, to be looked at again by then. Sealed: reason."""

    TYPE = "amends.escalation.line_held.v1"

    until: AwareDatetime


class Conceded(ComplaintMessage):
    """The company gives way, to be carried out by then. Sealed: reason."""

    TYPE = "amends.escalation.conceded.v1"

    until: AwareDatetime


class BypassThreatened(ComplaintMessage):
    """The customer says they will go over the front line's head; `target` may be `unnamed`."""

    TYPE = "amends.escalation.bypass_threatened.v1"

    target: Code


class BypassRecorded(ComplaintMessage):
    """The customer went over the front line's head (越级).

    `earlier_record` null says that the front line had nothing. The same `number` again restates that bypass:
    its target was corrected or an earlier complaint was linked.
    """

    TYPE = "amends.escalation.bypass_recorded.v1"

    number: Annotated[int, Field(ge=1)]
    target: Code
    came_at: AwareDatetime
    found_by: Code
    earlier_record: EarlierRecord | None = None


class AccountRequested(ComplaintMessage):
    """The front-line handler is asked for an own account of this bypass by then."""

    TYPE = "amends.escalation.account_requested.v1"

    bypass: Annotated[int, Field(ge=1)]
    handler: str | None = None
    due: AwareDatetime


class AccountFrozen(ComplaintMessage):
    """The handler's account can no longer change; `absent` says that none came in time. Sealed: account."""

    TYPE = "amends.escalation.account_frozen.v1"

    bypass: Annotated[int, Field(ge=1)]
    handler: str | None = None
    absent: bool


class BypassSentBack(ComplaintMessage):
    """The matter came back (发还) for second handling by somebody else and higher up. Sealed: reason."""

    TYPE = "amends.escalation.bypass_sent_back.v1"

    target: Code
    handler: str
    level: Code
    due: AwareDatetime


class BypassRepeated(ComplaintMessage):
    """The customer did it again; somebody of that level or above calls back by then."""

    TYPE = "amends.escalation.bypass_repeated.v1"

    count: Annotated[int, Field(ge=2)]
    target: Code
    call_back_level: Code
    call_back_due: AwareDatetime


class Referred(ComplaintMessage):
    """A third party looks into it until then; the complaint stays open. Sealed: name, reason."""

    TYPE = "amends.escalation.referred.v1"

    to: Code
    until: AwareDatetime


class ReferralReturned(ComplaintMessage):
    """The third party is done, or its time is up (`no_answer`). Sealed: findings."""

    TYPE = "amends.escalation.referral_returned.v1"

    outcome: Code


class GroupNoted(ComplaintMessage):
    """Where this complaint stands in a group; role and stage are null once it has left."""

    TYPE = "amends.escalation.group_noted.v1"

    group: Uuid
    role: Code | None = None
    stage: Stage | None = None
    remedy: Remedy | None = None


MESSAGES: Final[tuple[type[Message], ...]] = (
    Routed,
    Shelved,
    Resumed,
    HandlerChanged,
    LineHeld,
    Conceded,
    BypassThreatened,
    BypassRecorded,
    AccountRequested,
    AccountFrozen,
    BypassSentBack,
    BypassRepeated,
    Referred,
    ReferralReturned,
    GroupNoted,
)
