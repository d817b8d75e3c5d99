"""What can be asked of a group: by the one detecting reaction, or by a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from eventlog.message import Command
from services.escalation.domain.group.terms import Reasons, RemedyKind, Role
from shared_kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Founder:
    """A complaint a group begins with."""

    complaint: str
    person: str
    reasons: Reasons


@dataclass(frozen=True, slots=True, kw_only=True)
class FormGroup(Command):
    """Found the group; the first founder is its initiator. A group already there gets who is missing."""

    group: str
    founders: tuple[Founder, ...]
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinGroup(Command):
    """Put a complaint into the group."""

    complaint: str
    person: str
    reasons: Reasons = field(default_factory=Reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveMember(Command):
    """Take a complaint out of the group: it does not share the cause."""

    complaint: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRole(Command):
    """Give a member another role."""

    complaint: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTextCommand(Command):
    """A wish with a text for all members. `keeper` is an id that has a key; the group keeps its first one."""

    keeper: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveStatement(GroupTextCommand):
    """Approve what every member is told."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreeRemedy(GroupTextCommand):
    """Set what members with a like loss are offered.

    `agreed` are the terms agreed last, as the log opens them; None where there are none, or none that open. The state
    does not hold them: they are sealed, and a hash of a text so short would tell them to whoever guesses.
    """

    kind: RemedyKind
    money: Money | None = None
    terms: str
    agreed: str | None = None


GroupCommand: TypeAlias = FormGroup | JoinGroup | RemoveMember | ChangeRole | ApproveStatement | AgreeRemedy
