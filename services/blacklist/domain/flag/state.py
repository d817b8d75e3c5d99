"""What is known of one person: complaints as heard, and flags as they stand. No personal field is kept here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias

from services.blacklist.domain.flag.events import Kind, LiveFlag, LiveState, Reason
from services.blacklist.domain.flag.facts import Alike, Demanded, Registered, SharedMark

FlagState: TypeAlias = Literal["proposed", "confirmed", "appealed", "lifted", "expired", "overturned"]

LIVE: Final[frozenset[FlagState]] = frozenset({"proposed", "confirmed", "appealed"})
EXPIRY: Final = "expiry"
APPEAL: Final = "appeal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One complaint of the person, as far as it was heard of.

    `matters` are the complaints it was linked with, `again_while_open` that one of these was still open when it
    came, `told` what flags were last said of it. `ends` are its ends, each with the reopening that undid it.
    `not_solved` is the customer's word; `is_unsolved` holds it against what the company found.
    """

    complaint: str
    register: Registered | None = None
    demands: tuple[Demanded, ...] = ()
    alike: tuple[Alike, ...] = ()
    same_order: tuple[str, ...] = ()
    matters: frozenset[str] = frozenset()
    again_while_open: bool = False
    not_solved: bool = False
    visited_solved: bool = False
    reopened: int = 0
    outcome: str | None = None
    ends: tuple[tuple[datetime, datetime | None], ...] = ()
    decided_elsewhere_at: datetime | None = None
    group: tuple[str, str | None, str | None] | None = None
    bypasses: frozenset[int] = frozenset()
    settled_at: datetime | None = None
    refused_at: datetime | None = None
    refusal_basis: str | None = None
    withdrawn: bool = False
    settled_matters: Mapping[str, datetime] = field(default_factory=dict)
    shared: tuple[SharedMark, ...] = ()
    told: tuple[LiveFlag, ...] = ()

    @property
    def is_open(self) -> bool:
        """Say whether the complaint was registered and has not ended."""
        return self.register is not None and self.outcome is None

    @property
    def refusal_stands(self) -> bool:
        """Say whether the company refused citing a policy or statute, and neither it nor another undid that.

        A settlement takes a refusal back. What a mediator, regulator or court decided is not told us, only
        that it did: in doubt the refusal fell.
        """
        if self.refused_at is None or not self.refusal_basis:
            return False
        undone = (self.settled_at, self.decided_elsewhere_at)
        return all(each is None or each < self.refused_at for each in undone)

    @property
    def settled_before(self) -> frozenset[str]:
        """The linked complaints whose settlement was signed before this one came: it raises a settled matter again.

        What was settled only afterwards was open when the person complained, and what is no longer linked is another
        matter.
        """
        if self.register is None:
            return frozenset()
        came_at = self.register.received_at
        raised = self.settled_matters.items()
        return frozenset(other for other, at in raised if at < came_at and other in self.matters)

    @property
    def is_unsolved(self) -> bool:
        """Say whether the complaint counts as justified and unsolved (`domain.md` 5, guards)."""
        return self.not_solved and not self.refusal_stands

    def was_open(self, moment: datetime) -> bool:
        """Say whether the complaint came before `moment` and had not ended by then, or was open again."""
        if self.register is None or self.register.received_at >= moment:
            return False
        return not any(
            ended <= moment and (reopened is None or moment < reopened) for ended, reopened in self.ends
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One flag of the person. `evidence` are the complaints its bill rests on."""

    number: int
    kind: Kind
    state: FlagState
    since: datetime
    expires_at: datetime
    review_due: datetime
    proposer: str
    confirmer: str | None = None
    evidence: frozenset[str] = frozenset()
    score: int | None = None
    reasons: tuple[Reason, ...] = ()
    guards: tuple[str, ...] = ()
    policy: str = ""
    decide_by: datetime | None = None
    appeal_rejected: bool = False
    warned_as: FlagState | None = None
    reviewer: str | None = None

    @property
    def live(self) -> LiveFlag | None:
        """The flag as the desk sees it, None once it is gone."""
        state: LiveState
        match self.state:
            case "proposed" | "confirmed" | "appealed":
                state = self.state
            case _:
                return None
        return LiveFlag(
            kind=self.kind,
            state=state,
            since=self.since,
            expires_at=self.expires_at,
            review_due=self.review_due,
        )


@dataclass(frozen=True, slots=True)
class Unheard:
    """No topic has said anything of this person yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """A person who was heard of. `owners` have had one of the complaints, `causes` were noted already."""

    person: str
    cases: Mapping[str, Case] = field(default_factory=dict)
    causes: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()
    flags: tuple[Flag, ...] = ()

    @property
    def live_flags(self) -> tuple[LiveFlag, ...]:
        """The flags that stand, in the order they were proposed."""
        return tuple(live for flag in self.flags if (live := flag.live) is not None)

    @property
    def open_cases(self) -> Iterator[Case]:
        """The complaints that have not ended."""
        return (case for case in self.cases.values() if case.is_open)

    @property
    def standing(self) -> str:
        """The state of the gravest flag that stands, or `observed`."""
        states = {flag.state for flag in self.flags}
        return next((each for each in ("confirmed", "appealed", "proposed") if each in states), "observed")

    def live_of(self, kind: Kind) -> Flag | None:
        """Return the flag of this kind that stands, None when there is none."""
        return next((flag for flag in self.flags if flag.kind == kind and flag.state in LIVE), None)


State: TypeAlias = Unheard | Observed


def clock_of(name: str, flag: int) -> str:
    """Return the name of a flag's clock."""
    return f"{name}-{flag}"


def timers(state: State) -> Mapping[str, datetime]:
    """Return the end of each live flag, and until when its appeal is to be decided."""
    if isinstance(state, Unheard):
        return {}
    live = [flag for flag in state.flags if flag.state in LIVE]
    ends = {clock_of(EXPIRY, flag.number): flag.expires_at for flag in live}
    appeals = {clock_of(APPEAL, flag.number): flag.decide_by for flag in live if flag.decide_by is not None}
    return {**ends, **appeals}
