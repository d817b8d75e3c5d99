"""A complaint as one reads it: stage, owner, clocks with their explanation. No personal text ever stands here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, TypeAlias, assert_never

from services.intake.domain.classify.model import BypassStage, Language, Severity, Timing
from services.intake.domain.complaint.policy import ComplaintPolicy, DeskNotes
from services.intake.domain.complaint.running import ClockRun, ClockStatus
from services.intake.domain.complaint.state import (
    Answered,
    Assessment,
    Classified,
    Closed,
    InHand,
    NotRegistered,
    Offer,
    Received,
    Registered,
    SettledBefore,
    State,
    Talk,
    Visited,
    circumstances_of,
)
from services.intake.domain.complaint.values import Channel, Demanded, Flag, Outcome, Owner
from services.intake.domain.grading import Graded, GroupStage
from shared_kernel.clocks import ClockPolicy

Stage: TypeAlias = Literal["received", "classified", "in_hand", "answered", "visited", "closed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockView:
    """One clock instance: where it stands and, in both languages, what it promises, until when and by what.

    `is_overdue` holds as soon as the time is up, a moment before the miss is recorded.
    """

    name: str
    status: ClockStatus
    is_overdue: bool
    start: datetime
    due: datetime
    ended_at: datetime | None
    policy: str
    explanation_en: str
    explanation_zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentView:
    """The labels as they stand, the grade and why, and the harm: running, stopped (when), or over before."""

    timing: Timing
    severity: Severity
    language: Language | None
    bypass: BypassStage
    threats: tuple[str, ...]
    demands: tuple[Demanded, ...]
    needs_review: bool
    grading: Graded
    harm: Literal["running", "stopped", "over"]
    harm_stopped_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagView:
    """A flag of the person, and what the desk is to do about it."""

    kind: str
    state: Literal["proposed", "confirmed", "appealed"]
    since: datetime
    expires_at: datetime
    review_due: datetime
    note_en: str
    note_zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintView:
    """What `GET /v1/complaints/{id}` answers; `dataclasses.asdict` makes it a plain dict.

    `negotiation` is what intake has heard of its latest round, `settled_before` what a linked complaint of
    the same person was settled by. `flags` are for the desk: the person is told by a warning, never in passing.
    """

    complaint: str
    person: str
    source: str
    channel: Channel
    reference: str
    received_at: datetime
    imported: bool
    tier: str | None
    stage: Stage
    outcome: Outcome | None
    owner: Owner
    offered: Offer | None
    assessment: AssessmentView | None
    clocks: tuple[ClockView, ...]
    links: tuple[str, ...]
    group: str | None
    group_stage: GroupStage | None
    referred_to: str | None
    negotiation: Talk | None
    settled_before: SettledBefore | None
    flags: tuple[FlagView, ...]
    reopenings: int
    unreached_visits: int


def as_view(state: State, now: datetime, policy: ComplaintPolicy, *, for_desk: bool) -> ComplaintView | None:
    """Return the complaint as of `now`, None when nothing is known under its id; flags only `for_desk`."""
    if isinstance(state, NotRegistered):
        return None
    case = state.case
    return ComplaintView(
        complaint=case.complaint,
        person=case.person,
        source=case.source,
        channel=case.channel,
        reference=case.reference,
        received_at=case.received_at,
        imported=case.imported,
        tier=case.tier,
        stage=stage_of(state),
        outcome=state.outcome if isinstance(state, Answered | Visited | Closed) else None,
        owner=case.owner,
        offered=case.offer,
        assessment=_assessed(state),
        clocks=tuple(_clock(run, now, policy.clocks) for run in case.clocks),
        links=tuple(sorted(case.links)),
        group=case.group,
        group_stage=case.group_stage,
        referred_to=case.referred_to,
        negotiation=case.talk,
        settled_before=case.settled_before,
        flags=tuple(_flag(each, policy.desk_notes) for each in case.flags) if for_desk else (),
        reopenings=case.reopenings,
        unreached_visits=state.unreached if isinstance(state, Answered) else 0,
    )


def stage_of(state: Registered) -> Stage:
    """Return the stage's name as `domain.md` 2 gives it."""
    match state:
        case Received():
            return "received"
        case Classified():
            return "classified"
        case InHand():
            return "in_hand"
        case Answered():
            return "answered"
        case Visited():
            return "visited"
        case Closed():
            return "closed"
        case _:
            assert_never(state)


def _assessed(state: Registered) -> AssessmentView | None:
    if isinstance(state, Received) or state.assessment is None:
        return None
    found = state.assessment
    return AssessmentView(
        timing=found.timing,
        severity=found.severity,
        language=found.language,
        bypass=circumstances_of(state.case, found).bypass,
        threats=tuple(sorted(found.threats)),
        demands=found.demands,
        needs_review=found.needs_review,
        grading=found.grading,
        harm=_harm(found),
        harm_stopped_at=found.harm_stopped_at,
    )


def _harm(assessment: Assessment) -> Literal["running", "stopped", "over"]:
    if assessment.timing == "ongoing":
        return "running"
    return "over" if assessment.harm_stopped_at is None else "stopped"


def _flag(flag: Flag, notes: DeskNotes) -> FlagView:
    note = notes.of(flag)
    return FlagView(
        kind=flag.kind,
        state=flag.state,
        since=flag.since,
        expires_at=flag.expires_at,
        review_due=flag.review_due,
        note_en=note.note_en,
        note_zh=note.note_zh,
    )


def _clock(run: ClockRun, now: datetime, clock_policy: ClockPolicy) -> ClockView:
    english, chinese = _explained(run, clock_policy)
    return ClockView(
        name=run.clock.name,
        status=run.status,
        is_overdue=run.is_owed and run.clock.due <= now,
        start=run.clock.start,
        due=run.clock.due,
        ended_at=run.ended_at,
        policy=run.clock.policy,
        explanation_en=english,
        explanation_zh=chinese,
    )


def _explained(run: ClockRun, clock_policy: ClockPolicy) -> tuple[str, str]:
    clock, due = run.clock, f"{run.clock.due.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    told = None
    # A clock set by an earlier version of the policy is not explained by the words of this one.
    if clock.grade is not None and clock.policy == clock_policy.version and clock.name in clock_policy.kinds:
        told = clock_policy.explain(clock.grade, clock.name)
    if told is None:
        rule = ", ".join(part for part in (clock.policy, clock.grade) if part)
        return (
            f"Clock {clock.name}. Due {due}; source: {rule}.",
            f"时限：{clock.name}。截止时间：{due}；依据：{rule}。",
        )
    return (
        f"{told.text_en} Due {due}; counted by calendar {told.calendar}; source: {told.source}.",
        f"{told.text_zh}截止时间：{due}；计时日历：{told.calendar}；依据：{told.source}。",
    )
