"""What follows from escalation's own events and timers. Pure: candidates and the group's state come as data.

- a registered complaint is noted → `detect`: its group is formed or joined (`events.md`: one detecting
  reaction, in position order);
- a group's event → `react`: each member it concerns notes where it stands now. A stage or a remedy concerns
  every member, so the group's state as of the event comes along, and the event stays small in a group of
  10,000;
- a timer → `on_timer`. The clocks that fire: `account` (its absence is frozen), `shelve` (resumed),
  `referral` (returned without an answer), and `sent_back`, `call_back`, `change_handler`, `hold_line`,
  `concede` (noted as run out, and the complaint climbs).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final, assert_never

from eventlog.message import By
from eventlog.reactions import FollowUp
from eventlog.recorded import Recorded
from services.escalation.domain.detection import Facts, Match, match
from services.escalation.domain.escalation.commands import ExpireClock, NoteFact
from services.escalation.domain.escalation.facts import Grouped
from services.escalation.domain.group.commands import FormGroup, JoinGroup
from services.escalation.domain.group.events import (
    AnyGroupEvent,
    GroupFormed,
    MemberJoined,
    MemberLeft,
    RemedyAgreed,
    RoleChanged,
    StageAdvanced,
    StatementApproved,
)
from services.escalation.domain.group.state import Group
from services.escalation.domain.policy import GroupPolicy
from shared_kernel.roles import SYSTEM

# Escalation itself: reactions, timers, and what it notes of its own accord.
ESCALATION: Final = By(actor="escalation", roles=(SYSTEM,))


def detect(
    candidate: Facts, earlier: Iterable[Facts], policy: GroupPolicy, at: datetime
) -> tuple[FollowUp, ...]:
    """Return the command that puts a complaint just noted into a group, nothing when it stands alone."""
    found = match(candidate, earlier, policy)
    return () if found is None else (FollowUp("detect", f"group-{found.group}", _grouping(found, at)),)


def react(recorded: Recorded[AnyGroupEvent], at: datetime, group: Group) -> tuple[FollowUp, ...]:
    """Return one note for each member a group's event concerns; `group` is the state as of that event."""
    match recorded.event:
        case MemberJoined(complaint=complaint) | RoleChanged(complaint=complaint):
            return _notes([complaint], recorded.id, group, at)
        case MemberLeft(complaint=complaint, person=person):
            left = Grouped(group=group.group, role=None, stage=None)
            return (_note(complaint, person, recorded.id, left, at=at),)
        case StageAdvanced() | RemedyAgreed():
            return _notes((complaint for complaint, _ in group.each_member()), recorded.id, group, at)
        case GroupFormed() | StatementApproved():
            return ()
        case _:
            assert_never(recorded.event)


def on_timer(_stream: str, name: str, due: datetime, at: datetime) -> ExpireClock:
    """Return the command of a timer that fired."""
    return ExpireClock(at=at, by=ESCALATION, clock=name, due=due)


def _grouping(found: Match, at: datetime) -> FormGroup | JoinGroup:
    if found.is_new:
        return FormGroup(
            at=at, by=ESCALATION, group=found.group, founders=found.founders, causes=found.causes
        )
    joining = found.founders[0]
    return JoinGroup(
        at=at,
        by=ESCALATION,
        complaint=joining.complaint,
        person=joining.person,
        reasons=joining.reasons,
    )


def _notes(complaints: Iterable[str], cause: str, group: Group, at: datetime) -> tuple[FollowUp, ...]:
    return tuple(
        _note(
            complaint,
            member.person,
            cause,
            Grouped(group=group.group, role=member.role, stage=group.stage, remedy=group.remedy),
            at=at,
        )
        for complaint in complaints
        if (member := group.members.get(complaint)) is not None
    )


def _note(complaint: str, person: str, cause: str, fact: Grouped, *, at: datetime) -> FollowUp:
    note = NoteFact(at=at, by=ESCALATION, complaint=complaint, person=person, cause=cause, fact=fact)
    return FollowUp(f"note {complaint}", f"escalation-{complaint}", note)
