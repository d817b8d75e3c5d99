"""Visiting, reopening, closing, and what the timers say: how a complaint comes to its end."""

from __future__ import annotations

from eventlog.decider import Refused
from services.intake.domain.complaint import authority, promises
from services.intake.domain.complaint.commands import (
    ClockRanOut,
    Close,
    DecideElsewhere,
    Link,
    RecordReturnVisit,
    Reopen,
    Unlink,
    Withdraw,
)
from services.intake.domain.complaint.events import (
    AnyComplaintEvent,
    ComplaintClosed,
    ComplaintLinked,
    ComplaintReopened,
    ComplaintUnlinked,
    ReturnVisitRecorded,
)
from services.intake.domain.complaint.policy import ComplaintPolicy
from services.intake.domain.complaint.stages import about, require_open, require_registered
from services.intake.domain.complaint.state import (
    Act,
    Answered,
    Case,
    Classified,
    Closed,
    InHand,
    Received,
    State,
    Visited,
)

UNREACHED_MAX = 3
SCORES = range(1, 6)
# A signed settlement and a decision by others stand; what comes after is a new complaint, linked.
FINAL_OUTCOMES = frozenset({"settled", "decided_elsewhere"})


def record_visit(
    policy: ComplaintPolicy, state: State, command: RecordReturnVisit
) -> list[AnyComplaintEvent]:
    """Record a return visit; "not solved" reopens in the same decision, one in vain starts the next clock."""
    found = require_registered(state)
    if found.case.visit == Act(command.at, command.by.actor):
        return []
    answered = require_open(found)
    if not isinstance(answered, Answered):
        raise Refused("not_answered", "a return visit follows an answer")
    _require_visitor(answered.case, command)
    _require_findings(command)
    attempt, grade = answered.unreached + 1, answered.assessment.grading.grade
    again = not command.reached and attempt < UNREACHED_MAX
    visited = ReturnVisitRecorded(
        **about(answered.case, command),
        attempt=attempt,
        reached=command.reached,
        solved=command.solved,
        perceived=command.perceived,
        expected=command.expected,
        clocks=promises.answer_clocks(policy, grade, command.at) if again else (),
    )
    if command.solved is not False:
        return [visited]
    clocks = promises.reopening_clocks(policy, answered, command.at)
    return [
        visited,
        ComplaintReopened(**about(answered.case, command), why="not_solved", clocks=clocks),
    ]


def reopen(policy: ComplaintPolicy, state: State, command: Reopen) -> list[AnyComplaintEvent]:
    """Open it again for the customer: history and owner stay, another handler is to take it over."""
    found = require_registered(state)
    authority.require_customer_side(found.case, command.by)
    if isinstance(found, Received | Classified | InHand):
        return []
    if isinstance(found, Closed) and found.outcome in FINAL_OUTCOMES:
        raise Refused("outcome_is_final", f"closed as {found.outcome}")
    if found.assessment is None:
        raise Refused("not_classified", "closed before anybody looked at it")
    clocks = promises.reopening_clocks(policy, found, command.at)
    return [
        ComplaintReopened(**about(found.case, command), why="customer", words=command.words, clocks=clocks)
    ]


def withdraw(state: State, command: Withdraw) -> list[AnyComplaintEvent]:
    """Close it as the customer wishes, from any state; a withdrawn negotiation leaves an answer as it stands."""
    found = require_registered(state)
    if authority.is_system(command.by):
        if isinstance(found, Answered | Visited | Closed):
            return []
    else:
        authority.require_customer_side(found.case, command.by)
    if isinstance(found, Closed) and found.outcome == "withdrawn":
        return []
    case = require_open(found).case
    return [ComplaintClosed(**about(case, command), outcome="withdrawn", words=command.words)]


def decide_elsewhere(state: State, command: DecideElsewhere) -> list[AnyComplaintEvent]:
    """Close it because a court, ombudsman or other body has decided, from any state."""
    authority.require_staff_or_system(command.by)
    found = require_registered(state)
    if isinstance(found, Closed) and found.outcome == "decided_elsewhere":
        return []
    case = require_open(found).case
    return [
        ComplaintClosed(
            **about(case, command),
            outcome="decided_elsewhere",
            decided_by=command.decided_by,
            words=command.words,
        )
    ]


def close(state: State, command: Close) -> list[AnyComplaintEvent]:
    """Close with the answer's outcome, after a solved visit or the last one in vain."""
    authority.require_system(command.by)
    match require_registered(state):
        case Closed():
            return []
        case Visited(case=case, outcome=outcome):
            return [ComplaintClosed(**about(case, command), outcome=outcome)]
        case Answered(case=case, outcome=outcome, unreached=unreached) if unreached >= UNREACHED_MAX:
            return [ComplaintClosed(**about(case, command), outcome=outcome)]
        case _:
            raise Refused("not_ready_to_close", "neither visited as solved nor three visits in vain")


def run_out(state: State, command: ClockRanOut) -> list[AnyComplaintEvent]:
    """Say that a clock ran out, once: a clock that ended, or is due later by now, says nothing."""
    authority.require_system(command.by)
    case = require_registered(state).case
    instance = (command.clock, command.start)
    return [
        promises.miss(case, run, command)
        for run in promises.overdue(case, command.at)
        if run.instance == instance
    ]


def link(state: State, command: Link) -> list[AnyComplaintEvent]:
    """Tie another complaint to this one."""
    authority.require_staff_or_system(command.by)
    case = require_registered(state).case
    if command.other == case.complaint:
        raise Refused("link_to_itself")
    if command.other in case.links:
        return []
    return [ComplaintLinked(**about(case, command), other=command.other, why=command.why)]


def unlink(state: State, command: Unlink) -> list[AnyComplaintEvent]:
    """Undo a link."""
    authority.require_staff_or_system(command.by)
    case = require_registered(state).case
    if command.other not in case.links:
        return []
    return [ComplaintUnlinked(**about(case, command), other=command.other, why=command.why)]


def _require_visitor(case: Case, command: RecordReturnVisit) -> None:
    authority.require_staff(command.by)
    if command.by.actor in case.hands:
        raise Refused(
            "other_person_visits", "the visitor must not have owned, answered or made an offer on it"
        )


def _require_findings(command: RecordReturnVisit) -> None:
    scores = (command.perceived, command.expected)
    findings = (command.solved, *scores)
    if any(score is not None and score not in SCORES for score in scores):
        raise Refused("satisfaction_out_of_range", "perceived and expected satisfaction are 1 to 5")
    if command.reached and None in findings:
        raise Refused(
            "visit_findings_missing", "solved, perceived and expected belong to a visit that reached"
        )
    if not command.reached and findings != (None, None, None):
        raise Refused("visit_findings_unreached", "a visit in vain has no findings")
