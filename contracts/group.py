"""What escalation tells the world about a group: complaints of several persons that share one cause (群体投诉).

On `amends.group.v1`. Our own services follow groups through `amends.escalation.group_noted.v1`, one per
member; this topic is for integrators.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AwareDatetime, Field

from contracts.complaint_parts import Code, Part
from contracts.escalation import Remedy, Stage
from contracts.message import Message, Uuid

TOPIC: Final = "amends.group.v1"


class Reasons(Part):
    """Why a complaint is held to share the cause; all empty when a person put it there.

    `shared` names the attributes that agree, `causes` the cause words in common, `nearest` the complaint most
    alike, `likeness_percent` how alike the narratives are.
    """

    shared: tuple[Code, ...] = ()
    causes: tuple[Code, ...] = ()
    nearest: Uuid | None = None
    likeness_percent: Annotated[int, Field(ge=0, le=100)] | None = None


class GroupMessage(Message):
    """A public event about one group."""

    group: Uuid


class MemberMessage(GroupMessage):
    """A public event about one complaint's place in a group."""

    complaint: Uuid
    person: Uuid


class GroupFormed(GroupMessage):
    """A group exists: enough persons share these causes. `initiator` is the earliest complaint."""

    TYPE = "amends.group.formed.v1"

    initiator: Uuid
    causes: tuple[Code, ...]
    stage: Stage
    policy: str


class MemberJoined(MemberMessage):
    """A complaint belongs to the group, for these reasons."""

    TYPE = "amends.group.member_joined.v1"

    role: Code
    reasons: Reasons


class MemberLeft(MemberMessage):
    """A person took the complaint out: it does not share the cause. Sealed: reason."""

    TYPE = "amends.group.member_left.v1"


class RoleChanged(MemberMessage):
    """A member plays another part."""

    TYPE = "amends.group.role_changed.v1"

    role: Code


class StageAdvanced(GroupMessage):
    """So many distinct persons that the group entered a stage; its members are contacted by then."""

    TYPE = "amends.group.stage_advanced.v1"

    stage: Stage
    persons: Annotated[int, Field(ge=1)]
    contact_due: AwareDatetime
    policy: str


class StatementApproved(GroupMessage):
    """Every member is told this from now on; the hash (hex) proves a published text. Sealed: text."""

    TYPE = "amends.group.statement_approved.v1"

    number: Annotated[int, Field(ge=1)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class RemedyAgreed(GroupMessage):
    """Members with a like loss are offered this. Sealed: terms."""

    TYPE = "amends.group.remedy_agreed.v1"

    remedy: Remedy


MESSAGES: Final[tuple[type[Message], ...]] = (
    GroupFormed,
    MemberJoined,
    MemberLeft,
    RoleChanged,
    StageAdvanced,
    StatementApproved,
    RemedyAgreed,
)
