"""Which clocks a decision starts or asks anew, and the grade behind them (`clocks.md`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from eventlog.message import Command
from services.intake.domain.classify.model import Timing
from services.intake.domain.complaint.authority import INTAKE
from services.intake.domain.complaint.events import AnyComplaintEvent, ComplaintRegraded, DeadlineMissed
from services.intake.domain.complaint.evolve import evolve
from services.intake.domain.complaint.policy import ComplaintPolicy
from services.intake.domain.complaint.running import ClockRun
from services.intake.domain.complaint.stages import about
from services.intake.domain.complaint.state import (
    Assessed,
    Case,
    Closed,
    NotRegistered,
    Received,
    State,
    circumstances_of,
)
from services.intake.domain.complaint.values import STOP_THE_LOSS, StartedClock
from services.intake.domain.grading import Grade

Clocks = tuple[StartedClock, ...]


def opening_clocks(policy: ComplaintPolicy, case: Case, grade: Grade, timing: Timing) -> Clocks:
    """Return the clocks that run from the received time; none for imported history."""
    if case.imported:
        return ()
    names = policy.clocks.started_by(grade, "complaint.registered")
    return _clocks(policy, grade, _owed(names, timing), case.received_at)


def answer_clocks(policy: ComplaintPolicy, grade: Grade, at: datetime) -> Clocks:
    """Return the clocks that an answer, or a visit in vain, starts."""
    return _clocks(policy, grade, policy.clocks.started_by(grade, "complaint.answered"), at)


def reopening_clocks(policy: ComplaintPolicy, state: Assessed | Closed, at: datetime) -> Clocks:
    """Return the clocks that a reopening starts; a loss still running gets its own back."""
    assessment, case = state.assessment, state.case
    if assessment is None:
        return ()
    grade = assessment.grading.grade
    names = [*policy.clocks.started_by(grade, "complaint.reopened")]
    if assessment.timing == "ongoing" and not _is_owed(case, STOP_THE_LOSS):
        names.append(STOP_THE_LOSS)
    return _clocks(policy, grade, names, at)


def and_regraded(
    policy: ComplaintPolicy, state: State, decided: Sequence[AnyComplaintEvent], command: Command
) -> list[AnyComplaintEvent]:
    """Return `decided`, followed by a regrading where the grade or the set of clocks changes by it."""
    after = _after(state, decided)
    if isinstance(after, NotRegistered | Received | Closed):
        return [*decided]
    was = after.assessment.grading
    grading = policy.grades.grade(circumstances_of(after.case, after.assessment))
    clocks = _asked_anew(policy, after, grading.grade, command.at)
    running = {run.instance for run in after.case.clocks if run.is_running}
    if grading.grade == was.grade and {(clock.name, clock.start) for clock in clocks} == running:
        return [*decided]
    regraded = ComplaintRegraded(**about(after.case, command), grading=grading, was=was, clocks=clocks)
    return [*decided, regraded]


def with_misses(
    state: State, decided: Sequence[AnyComplaintEvent], command: Command
) -> list[AnyComplaintEvent]:
    """Return `decided`, preceded by the miss of every overdue clock that it ends.

    A clock that ran out says so exactly once, even when what it waited for arrives before its timer fired
    (`clocks.md`; the leader may have been down).
    """
    if isinstance(state, NotRegistered) or not decided:
        return [*decided]
    after = _after(state, decided)
    left = (
        set() if isinstance(after, NotRegistered) else {r.instance for r in after.case.clocks if r.is_running}
    )
    ended = (run for run in overdue(state.case, command.at) if run.instance not in left)
    said = {(each.clock, each.start) for each in decided if isinstance(each, DeadlineMissed)}
    return [*(miss(state.case, run, command) for run in ended if run.instance not in said), *decided]


def overdue(case: Case, at: datetime) -> Iterable[ClockRun]:
    """Return the running clocks whose time is up."""
    return (run for run in case.clocks if run.is_running and run.clock.due <= at)


def miss(case: Case, run: ClockRun, command: Command) -> DeadlineMissed:
    """Return the event that says a clock ran out, and against whom."""
    return DeadlineMissed(
        **about(case, command, INTAKE),
        clock=run.clock.name,
        start=run.clock.start,
        due=run.clock.due,
        owner=case.owner,
    )


def _asked_anew(policy: ComplaintPolicy, state: Assessed, grade: Grade, at: datetime) -> Clocks:
    case, timing = state.case, state.assessment.timing
    clocks = [
        again
        for run in case.clocks
        if run.is_running and (again := _same_start(policy, run.clock, grade, timing)) is not None
    ]
    if timing == "ongoing" and not case.imported and not _is_owed(case, STOP_THE_LOSS):
        clocks += _clocks(policy, grade, [STOP_THE_LOSS], _loss_start(case, at))
    return tuple(clocks)


def _same_start(
    policy: ComplaintPolicy, clock: StartedClock, grade: Grade, timing: Timing
) -> StartedClock | None:
    if clock.name not in policy.clocks.kinds:
        return clock
    if not _owed((clock.name,), timing):
        return None
    due = policy.clocks.due(grade, clock.name, clock.start)
    return None if due is None else replace(clock, due=due, grade=grade, policy=policy.clocks.version)


def _loss_start(case: Case, at: datetime) -> datetime:
    """Return the received time, or `at` when a loss that had been stopped runs anew."""
    settled = [r for r in case.clocks if r.clock.name == STOP_THE_LOSS and r.status in {"met", "missed"}]
    return at if settled else case.received_at


def _clocks(policy: ComplaintPolicy, grade: Grade, names: Iterable[str], start: datetime) -> Clocks:
    return tuple(
        StartedClock(name=name, start=start, due=due, grade=grade, policy=policy.clocks.version)
        for name in names
        if (due := policy.clocks.due(grade, name, start)) is not None
    )


def _owed(names: Iterable[str], timing: Timing) -> tuple[str, ...]:
    return tuple(name for name in names if name != STOP_THE_LOSS or timing == "ongoing")


def _is_owed(case: Case, name: str) -> bool:
    return any(run.is_owed for run in case.clocks if run.clock.name == name)


def _after(state: State, decided: Sequence[AnyComplaintEvent]) -> State:
    for event in decided:
        state = evolve(state, event)
    return state
