"""What can be asked of an escalation: to note a fact, a person's move, and an own clock's end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from eventlog.message import Command
from services.escalation.domain.escalation.events import ReferralKind, ReferralOutcome
from services.escalation.domain.escalation.facts import Attributes, BypassTarget, Fact

Level: TypeAlias = Literal["agent", "senior", "lead", "manager", "executive"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteFact(Command):
    """Note what a topic or the group's reaction told, and decide in one go what follows from it.

    `at` is when it happened, `cause` the event that told it (`stream@version`). `attributes` come with
    `Registered` only.
    """

    complaint: str
    person: str
    cause: str
    fact: Fact
    attributes: Attributes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireClock(Command):
    """An own timer fired: the clock `clock`, due at `due`, ran out."""

    clock: str
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonedCommand(Command):
    """A person's wish that must say why."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelve(ReasonedCommand):
    """Let the matter rest until a date."""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(ReasonedCommand):
    """End the rest before its date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeHandler(ReasonedCommand):
    """Give the complaint to another handler by a date; None leaves the choice to the desk."""

    handler: str | None
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLine(ReasonedCommand):
    """Keep to the position taken and look at it again by a date."""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Concede(ReasonedCommand):
    """Give way and carry it out by a date."""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordBypass(Command):
    """Record that the customer went over the front line's head. Target and time tell bypasses apart."""

    target: BypassTarget
    came_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeAccount(Command):
    """Hand in the own account that was asked for."""

    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendBack(ReasonedCommand):
    """Return a bypassed matter for second handling to a different, higher handler."""

    handler: str
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Refer(ReasonedCommand):
    """Put the matter before a third party until a date."""

    to: ReferralKind
    name: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnReferral(Command):
    """Record how the third party ended it."""

    outcome: ReferralOutcome
    findings: str


Move: TypeAlias = Shelve | ChangeHandler | HoldLine | Concede
EscalationCommand: TypeAlias = (
    NoteFact | ExpireClock | Move | Resume | RecordBypass | FreezeAccount | SendBack | Refer | ReturnReferral
)
