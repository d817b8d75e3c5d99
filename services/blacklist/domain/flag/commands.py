"""What can be asked of a person's flags: to note a fact, a person's step, and an own clock's end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from eventlog.message import Command
from services.blacklist.domain.flag.events import Kind
from services.blacklist.domain.flag.facts import Attributes, Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteFact(Command):
    """Note what a topic or an own reaction told of a complaint, and decide in one go what follows from it.

    `at` is when it happened, `cause` the id of what told it. `attributes` come with `Registered` only.
    """

    person: str
    complaint: str
    cause: str
    fact: Fact
    attributes: Attributes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRanOut(Command):
    """An own timer fired: the clock `clock` (`expiry-1`, `appeal-1`), due at `due`, ran out."""

    clock: str
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeFlag(Command):
    """A person finds that a flag is called for; somebody else confirms it or not."""

    kind: Kind
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagCommand(Command):
    """A person's step on one flag."""

    flag: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WarnPerson(FlagCommand):
    """Record that the person was told of the flag and of the right to appeal."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmFlag(FlagCommand):
    """Confirm a proposal."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFlag(FlagCommand):
    """Let a confirmed flag stand until it is looked at again."""

    reason: str
    review_due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal(FlagCommand):
    """The person contests a confirmed flag."""

    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectAppeal(FlagCommand):
    """Decide that the flag stands."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OverturnFlag(FlagCommand):
    """Decide that the appeal is right."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftFlag(FlagCommand):
    """Take a flag or a proposal off."""

    reason: str


PersonCommand: TypeAlias = (
    ProposeFlag | WarnPerson | ConfirmFlag | ReviewFlag | Appeal | RejectAppeal | OverturnFlag | LiftFlag
)
AnyFlagCommand: TypeAlias = NoteFact | ClockRanOut | PersonCommand
