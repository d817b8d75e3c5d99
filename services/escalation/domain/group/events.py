"""What happened to a group: complaints of several persons that share one cause (群体投诉)."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import AwareDatetime

from eventlog.message import Event, OwnedBy, Personal
from services.escalation.domain.group.terms import Reasons, Remedy, Role

# What is written for a whole group is sealed under a key of the group's own (`keeper` has it): the erasure of
# a member does not take it away from the others.
GroupText: TypeAlias = Annotated[Personal[str], OwnedBy("keeper")]


class GroupEvent(Event):
    """An event of one group."""

    group: str


class GroupFormed(GroupEvent):
    """Enough persons share a cause: a group case exists, begun by the earliest complaint.

    `causes` are the cause words the founders have in common, `policy` the version of the table that said so.
    """

    TYPE = "group.formed"

    initiator: str
    causes: tuple[str, ...]
    stage: str
    stage_from: int
    policy: str


class MemberJoined(GroupEvent):
    """A complaint belongs to the group, for these reasons."""

    TYPE = "group.member_joined"

    complaint: str
    person: str
    role: Role
    reasons: Reasons


class MemberLeft(GroupEvent):
    """A person took a complaint out of the group: the join was wrong. It is not joined again by itself."""

    TYPE = "group.member_left"

    complaint: str
    person: str
    reason: Personal[str]


class RoleChanged(GroupEvent):
    """A member plays another part in the group."""

    TYPE = "group.role_changed"

    complaint: str
    person: str
    role: Role


class StageAdvanced(GroupEvent):
    """So many distinct persons that the group is of another kind; its members are contacted by a time.

    `stage_from` is the stage's threshold, `persons` how many there are. A stage never goes back.
    """

    TYPE = "group.stage_advanced"

    stage: str
    stage_from: int
    persons: int
    contact_due: AwareDatetime
    policy: str


class StatementApproved(GroupEvent):
    """What every member is told from now on. The hash proves that a published text is the approved one."""

    TYPE = "group.statement_approved"

    number: int
    sha256: str
    keeper: str
    text: GroupText


class RemedyAgreed(GroupEvent):
    """What members with a like loss are offered: like remedy for like loss."""

    TYPE = "group.remedy_agreed"
    VERSION = 2

    remedy: Remedy
    keeper: str
    terms: GroupText


AnyGroupEvent: TypeAlias = (
    GroupFormed | MemberJoined | MemberLeft | RoleChanged | StageAdvanced | StatementApproved | RemedyAgreed
)
