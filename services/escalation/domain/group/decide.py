"""What a command leads to: the group's stream alone decides who belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from hashlib import sha256
from typing import TypeAlias, assert_never, get_args

from eventlog.decider import Decider, Refused
from services.escalation.domain.group.commands import (
    AgreeRemedy,
    ApproveStatement,
    ChangeRole,
    FormGroup,
    Founder,
    GroupCommand,
    JoinGroup,
    RemoveMember,
)
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
from services.escalation.domain.group.state import Group, NotFormed, State, evolve, formed, joined
from services.escalation.domain.group.terms import Remedy, Role
from services.escalation.domain.policy import GroupPolicy
from shared_kernel.roles import SYSTEM, at_least

GroupDecider: TypeAlias = Decider[State, GroupCommand, AnyGroupEvent]


def group_decider(policy: GroupPolicy) -> GroupDecider:
    """Return the aggregate of the stream `group-<uuid of the first member's complaint>` under a policy."""
    return Decider(
        category="group",
        initial=NotFormed(),
        events=get_args(AnyGroupEvent),
        decide=partial(_decide, policy=policy),
        evolve=evolve,
    )


def _decide(command: GroupCommand, state: State, *, policy: GroupPolicy) -> Sequence[AnyGroupEvent]:
    if isinstance(command, FormGroup):
        return _form(command, state, policy)
    if isinstance(state, NotFormed):
        raise Refused("group_unknown")
    match command:
        case JoinGroup():
            return _join(command, state, policy)
        case RemoveMember():
            _require_level(command, policy.authority["remove_member"])
            return _remove(command, state)
        case ChangeRole():
            _require_level(command, policy.authority["change_role"])
            return _change_role(command, state)
        case ApproveStatement():
            _require_level(command, policy.authority["approve_statement"])
            return _approve_statement(command, state)
        case AgreeRemedy():
            _require_level(command, policy.authority["agree_remedy"])
            return _agree_remedy(command, state)
        case _:
            assert_never(command)


def _form(command: FormGroup, state: State, policy: GroupPolicy) -> Sequence[AnyGroupEvent]:
    _require_system_or(command, policy.authority["join_group"])
    if len({founder.person for founder in command.founders}) < policy.founding_persons:
        raise Refused("too_few_persons")
    events: list[AnyGroupEvent] = []
    if isinstance(state, NotFormed):
        beginning = _formed(command, policy)
        events.append(beginning)
        state = formed(beginning)
    for founder in command.founders:
        if state.members.get(founder.complaint) or state.removed.get(founder.complaint):
            continue
        role: Role = "initiator" if founder.complaint == state.initiator else "follower"
        join = _joined(command, state, founder, role)
        events.append(join)
        state = joined(state, join)
    return [*events, *_advanced(command, state, policy)]


def _formed(command: FormGroup, policy: GroupPolicy) -> GroupFormed:
    first = policy.stage_for(1)
    return GroupFormed(
        at=command.at,
        by=command.by,
        group=command.group,
        initiator=command.founders[0].complaint,
        causes=command.causes,
        stage=first.name,
        stage_from=first.persons,
        policy=policy.version,
    )


def _join(command: JoinGroup, state: Group, policy: GroupPolicy) -> Sequence[AnyGroupEvent]:
    _require_system_or(command, policy.authority["join_group"])
    if state.members.get(command.complaint):
        return []
    if state.removed.get(command.complaint) and SYSTEM in command.by.roles:
        raise Refused("removed_from_group")
    founder = Founder(complaint=command.complaint, person=command.person, reasons=command.reasons)
    join = _joined(command, state, founder, "follower")
    return [join, *_advanced(command, joined(state, join), policy)]


def _joined(command: FormGroup | JoinGroup, state: Group, founder: Founder, role: Role) -> MemberJoined:
    return MemberJoined(
        at=command.at,
        by=command.by,
        group=state.group,
        complaint=founder.complaint,
        person=founder.person,
        role=role,
        reasons=founder.reasons,
    )


def _advanced(command: FormGroup | JoinGroup, state: Group, policy: GroupPolicy) -> list[StageAdvanced]:
    persons = state.persons.size
    stage = policy.stage_for(persons)
    if stage.persons <= state.stage_from:
        return []
    advanced = StageAdvanced(
        at=command.at,
        by=command.by,
        group=state.group,
        stage=stage.name,
        stage_from=stage.persons,
        persons=persons,
        contact_due=command.at + stage.contact_within,
        policy=policy.version,
    )
    return [advanced]


def _remove(command: RemoveMember, state: Group) -> list[MemberLeft]:
    member = state.members.get(command.complaint)
    if member is None:
        if state.removed.get(command.complaint):
            return []
        raise Refused("not_a_member")
    if not command.reason.strip():
        raise Refused("reason_missing")
    left = MemberLeft(
        at=command.at,
        by=command.by,
        group=state.group,
        complaint=command.complaint,
        person=member.person,
        reason=command.reason,
    )
    return [left]


def _change_role(command: ChangeRole, state: Group) -> list[RoleChanged]:
    member = state.members.get(command.complaint)
    if member is None:
        raise Refused("not_a_member")
    if member.role == command.role:
        return []
    changed = RoleChanged(
        at=command.at,
        by=command.by,
        group=state.group,
        complaint=command.complaint,
        person=member.person,
        role=command.role,
    )
    return [changed]


def _approve_statement(command: ApproveStatement, state: Group) -> list[StatementApproved]:
    digest = sha256(command.text.encode()).hexdigest()
    if digest == state.statement_sha256:
        return []
    approved = StatementApproved(
        at=command.at,
        by=command.by,
        group=state.group,
        number=state.statements + 1,
        sha256=digest,
        keeper=state.keeper or command.keeper,
        text=command.text,
    )
    return [approved]


def _agree_remedy(command: AgreeRemedy, state: Group) -> list[RemedyAgreed]:
    money = command.money
    remedy = Remedy(
        kind=command.kind,
        amount=None if money is None else money.amount,
        currency=None if money is None else money.currency,
    )
    # Words count as much as the sum: what was agreed anew is said, whichever of the two is other than before.
    if (remedy, command.terms) == (state.remedy, command.agreed):
        return []
    agreed = RemedyAgreed(
        at=command.at,
        by=command.by,
        group=state.group,
        remedy=remedy,
        keeper=state.keeper or command.keeper,
        terms=command.terms,
    )
    return [agreed]


def _require_system_or(command: GroupCommand, level: str) -> None:
    if SYSTEM not in command.by.roles:
        _require_level(command, level)


def _require_level(command: GroupCommand, level: str) -> None:
    if not at_least(command.by.roles, level):
        raise Refused("level_too_low")
