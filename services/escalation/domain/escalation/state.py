"""Where the escalation of one complaint stands. Personal fields are sealed while folding: none is kept here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias

from services.escalation.domain.escalation import events as said
from services.escalation.domain.escalation import facts as heard
from services.escalation.domain.group.terms import Remedy, Role

Progress: TypeAlias = Literal["open", "answered", "closed"]
MoveKind: TypeAlias = Literal["shelve", "change_handler", "hold_line", "concede"]

MOVE_KINDS: Final[tuple[MoveKind, ...]] = ("shelve", "change_handler", "hold_line", "concede")


@dataclass(frozen=True, slots=True)
class Unheard:
    """No topic has said anything of this complaint yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The last proposal made."""

    desk: str
    level: str
    handler: str | None
    not_to: tuple[str, ...]
    skill: str | None
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """The labels as they stand after corrections, a stopped loss and regrading."""

    timing: heard.Timing
    severity: str
    grade: str
    language: str | None
    bypass: heard.BypassStage
    target: str
    threats: frozenset[str]
    needs_review: bool


@dataclass(frozen=True, slots=True)
class Bypass:
    """One time the customer went over the front line's head; `met_record`: the front line had something by then."""

    number: int
    target: str
    came_at: datetime
    found_by: said.FoundBy
    earlier_complaints: tuple[str, ...] = ()
    met_record: bool = False


@dataclass(frozen=True, slots=True)
class AccountAsked:
    """The handler's own account is awaited."""

    bypass: int
    handler: str | None


@dataclass(frozen=True, slots=True)
class AccountKept:
    """The handler's own account, or its absence, is frozen."""

    bypass: int


Account: TypeAlias = AccountAsked | AccountKept


@dataclass(frozen=True, slots=True)
class Move:
    """The cold handling in force; `since` is when this kind of move began, however often prolonged."""

    kind: MoveKind
    since: datetime
    until: datetime
    handler: str | None = None


@dataclass(frozen=True, slots=True)
class Referral:
    """A third party is looking into it."""

    to: said.ReferralKind
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Membership:
    """What this complaint is in one group; role and stage are None once it has left."""

    role: Role | None
    stage: str | None
    remedy: Remedy | None
    since: datetime


@dataclass(frozen=True, slots=True)
class Missed:
    """One run of a clock that ran out; `run` is when it started, or (own clocks) was due.

    `level` is the rung that is to act at least, where whose clock it was said so.
    """

    clock: str
    run: datetime
    level: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """A complaint that was heard of: facts as last heard, and what was made of them.

    `heard_of` is the last version noted of each foreign stream, and of each group.
    `clocks` are the own clocks running now, name to due time. `assigned` is the handler a person chose
    and nobody has taken over from yet, `floor` the level a sent-back matter may not fall below, `barred`
    the handlers who may not get the complaint again.
    """

    complaint: str
    person: str
    heard_of: Mapping[str, int] = field(default_factory=dict)
    register: heard.Registered | None = None
    label: Label | None = None
    owner: str | None = None
    acknowledged_at: datetime | None = None
    first_replied_at: datetime | None = None
    replied_at: datetime | None = None
    linked: frozenset[str] = frozenset()
    progress: Progress = "open"
    reopenings: int = 0
    reopened_at: datetime | None = None
    missed: frozenset[Missed] = frozenset()
    groups: Mapping[str, Membership] = field(default_factory=dict)
    settlement: heard.Settled | None = None
    flags: tuple[heard.Flag, ...] = ()
    threatened: frozenset[str] = frozenset()
    bypasses: tuple[Bypass, ...] = ()
    account: Account | None = None
    move: Move | None = None
    referral: Referral | None = None
    clocks: Mapping[str, datetime] = field(default_factory=dict)
    assigned: str | None = None
    floor: str | None = None
    barred: frozenset[str] = frozenset()
    route: Route | None = None

    @property
    def standing_bypasses(self) -> tuple[Bypass, ...]:
        """The bypasses that count: one read from the text stands while the labels say so."""
        labelled = self.label is not None and self.label.bypass == "done"
        return tuple(each for each in self.bypasses if labelled or each.found_by == "person")

    @property
    def membership(self) -> Membership | None:
        """The live membership; of several, the youngest."""
        live = [(each.since, group) for group, each in self.groups.items() if each.role is not None]
        return self.groups[max(live)[1]] if live else None


State: TypeAlias = Unheard | Escalation


def timers(state: State) -> Mapping[str, datetime]:
    """Return the own clocks running now."""
    return {} if isinstance(state, Unheard) else state.clocks
