"""What is known of a complaint, as a union of small records: one per stage of its life (`domain.md` 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from services.intake.domain.classify.model import BypassStage, Language, Severity, Threat, Timing
from services.intake.domain.complaint.running import Runs
from services.intake.domain.complaint.values import (
    AnswerOutcome,
    Channel,
    Demanded,
    Flag,
    Level,
    Outcome,
    Owner,
)
from services.intake.domain.grading import Circumstances, Graded, GroupStage
from shared_kernel.money import Money


@dataclass(frozen=True, slots=True)
class Offer:
    """A hand-over waiting for somebody of a desk and level, but nobody in `not_to`."""

    desk: str
    level: Level
    handler: str | None
    not_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Act:
    """One person at one instant: the same act told twice is known by it."""

    at: datetime
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The labels as they stand after corrections, and the grade they led to.

    `timing` becomes past when the harm is stopped; `harm_stopped_at` says when that was.
    """

    timing: Timing
    severity: Severity
    language: Language | None
    bypass: BypassStage
    threats: frozenset[Threat]
    demands: tuple[Demanded, ...]
    needs_review: bool
    grading: Graded
    harm_stopped_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """Where the negotiation stands: its latest round, and the last step heard of it, since when.

    `is_open` holds from a round's opening until its end, and after a settlement or refusal until the answer
    is recorded. `to` and `until` tell of a referral that still lasts; the sum is that of the settlement.
    """

    round: int
    step: str
    since: datetime
    is_open: bool
    to: str | None = None
    until: datetime | None = None
    sum: Money | None = None
    document: str | None = None
    basis: str | None = None
    appeal: str | None = None


@dataclass(frozen=True, slots=True)
class SettledBefore:
    """The matter was settled and signed in another complaint; the customer is shown that document."""

    other: str
    document: str | None
    settled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What every registered complaint has, whatever its stage.

    `hands` are the people who owned, answered, or made or approved an offer since the last reopening. `wants_another_handler` holds
    from a reopening until the owner changes. `heard` is the last version noted of each foreign stream.
    """

    complaint: str
    person: str
    source: str
    channel: Channel
    reference: str
    content_hash: str
    received_at: datetime
    imported: bool
    tier: str | None
    owner: Owner
    hands: frozenset[str]
    offer: Offer | None = None
    wants_another_handler: bool = False
    acknowledged_at: datetime | None = None
    reply: Act | None = None
    visit: Act | None = None
    reopenings: int = 0
    bypass_noted: BypassStage = "none"
    group: str | None = None
    group_stage: GroupStage | None = None
    referred_to: str | None = None
    talk: Talk | None = None
    settled_before: SettledBefore | None = None
    flags: tuple[Flag, ...] = ()
    clocks: Runs = ()
    links: frozenset[str] = frozenset()
    heard: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class NotRegistered:
    """Nothing is known under this id."""


@dataclass(frozen=True, slots=True)
class Received:
    """Registered; the classifier has not spoken yet (已受理)."""

    case: Case


@dataclass(frozen=True, slots=True)
class Classified:
    """Graded and promised, not yet taken up by anybody (已分类)."""

    case: Case
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class InHand:
    """Somebody acknowledged it or took it over, or it was reopened (处理中)."""

    case: Case
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class Answered:
    """The final answer is given; the return visit is due (已回复). `unreached` counts visits in vain."""

    case: Case
    assessment: Assessment
    outcome: AnswerOutcome
    answer: Act
    unreached: int = 0


@dataclass(frozen=True, slots=True)
class Visited:
    """A visit found the problem solved (已回访)."""

    case: Case
    assessment: Assessment
    outcome: AnswerOutcome


@dataclass(frozen=True, slots=True)
class Closed:
    """The end (已办结). Without an assessment when it ended before it was classified."""

    case: Case
    assessment: Assessment | None
    outcome: Outcome


Assessed: TypeAlias = Classified | InHand | Answered | Visited
Open: TypeAlias = Received | Assessed
Registered: TypeAlias = Open | Closed
State: TypeAlias = NotRegistered | Registered

BYPASS_ORDER: tuple[BypassStage, ...] = ("none", "threatened", "done")


def further(one: BypassStage, other: BypassStage) -> BypassStage:
    """Return the further of two bypass stages."""
    return max(one, other, key=BYPASS_ORDER.index)


def circumstances_of(case: Case, assessment: Assessment) -> Circumstances:
    """Return what the grade depends on; the further of the labelled and the noted bypass counts."""
    return Circumstances(
        timing=assessment.timing,
        severity=assessment.severity,
        threatened=bool(assessment.threats),
        bypass=further(assessment.bypass, case.bypass_noted),
        group_stage=case.group_stage,
        tier=case.tier,
    )


def timer_name(clock: str, start: datetime) -> str:
    """Return the name of a clock instance's timer: `final_answer@2026-11-22T08:00:00+00:00`."""
    return f"{clock}@{start.astimezone(UTC).isoformat()}"


def timers(state: State) -> Mapping[str, datetime]:
    """Return the running clocks as durable timers; due times are those the events carry."""
    if isinstance(state, NotRegistered):
        return {}
    return {timer_name(*run.instance): run.clock.due for run in state.case.clocks if run.is_running}
