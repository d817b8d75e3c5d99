"""What a command leads to: the fact is noted, and in the same decision what follows from it is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TypeAlias, assert_never, get_args

from eventlog.decider import Decider, Refused
from eventlog.ids import place_of
from services.escalation.domain.escalation import bypass, facts, moves
from services.escalation.domain.escalation.commands import (
    ChangeHandler,
    Concede,
    EscalationCommand,
    ExpireClock,
    FreezeAccount,
    HoldLine,
    NoteFact,
    ReasonedCommand,
    RecordBypass,
    Refer,
    Resume,
    ReturnReferral,
    SendBack,
    Shelve,
)
from services.escalation.domain.escalation.events import (
    AnyEscalationEvent,
    FactNoted,
    GroupNoted,
)
from services.escalation.domain.escalation.evolve import evolve
from services.escalation.domain.escalation.facts import ClockRanOut, Grouped
from services.escalation.domain.escalation.heading import Heading, heading
from services.escalation.domain.escalation.routing import reroute
from services.escalation.domain.escalation.state import Escalation, State, Unheard, timers
from services.escalation.domain.policy import EscalationPolicy
from shared_kernel.roles import at_least

EscalationDecider: TypeAlias = Decider[State, EscalationCommand, AnyEscalationEvent]
PersonCommand: TypeAlias = (
    Shelve
    | Resume
    | ChangeHandler
    | HoldLine
    | Concede
    | RecordBypass
    | FreezeAccount
    | SendBack
    | Refer
    | ReturnReferral
)

_AUTHORITY: dict[type[PersonCommand], str] = {
    Shelve: "shelve",
    Resume: "resume",
    ChangeHandler: "change_handler",
    HoldLine: "hold_line",
    Concede: "concede",
    RecordBypass: "record_bypass",
    FreezeAccount: "freeze_account",
    SendBack: "send_back",
    Refer: "refer",
    ReturnReferral: "return_referral",
}


def escalation_decider(policy: EscalationPolicy) -> EscalationDecider:
    """Return the aggregate of the stream `escalation-<complaint uuid>` under a policy."""
    return Decider(
        category="escalation",
        initial=Unheard(),
        events=get_args(AnyEscalationEvent),
        decide=partial(_decide, policy=policy),
        evolve=evolve,
        timers=timers,
    )


def _decide(
    command: EscalationCommand, state: State, *, policy: EscalationPolicy
) -> Sequence[AnyEscalationEvent]:
    match command:
        case NoteFact():
            return _note(command, state, policy)
        case ExpireClock():
            return _expire(command, state, policy)
        case _:
            return _at_request(command, state, policy)


def _note(command: NoteFact, state: State, policy: EscalationPolicy) -> Sequence[AnyEscalationEvent]:
    if isinstance(state, Escalation) and (state.complaint, state.person) != (
        command.complaint,
        command.person,
    ):
        raise Refused("other_complaint")
    stream, version = place_of(command.cause)
    if not stream or not version:
        raise Refused("cause_unreadable", "must be an event id: stream@version")
    known = state.heard_of if isinstance(state, Escalation) else {}
    if version <= known.get(stream, 0):
        return []
    noted = FactNoted(
        at=command.at,
        by=command.by,
        complaint=command.complaint,
        person=command.person,
        cause=command.cause,
        fact=command.fact,
        attributes=command.attributes,
    )
    after = evolve(state, noted)
    # A group tells all its members: whoever stands where it stood has nothing to note.
    if isinstance(command.fact, Grouped) and replace(after, heard_of=known) == state:
        return []
    head = heading(command, after)
    said: list[AnyEscalationEvent] = [noted, *bypass.bypasses_heard(after, command.fact, head, policy.ladder)]
    if isinstance(command.fact, Grouped):
        said.append(_group_noted(command.fact, head))
    return _with_route(state, said, head, policy)


def _group_noted(fact: Grouped, head: Heading) -> GroupNoted:
    return GroupNoted(**head, group=fact.group, role=fact.role, stage=fact.stage, remedy=fact.remedy)


def _expire(command: ExpireClock, state: State, policy: EscalationPolicy) -> Sequence[AnyEscalationEvent]:
    if isinstance(state, Unheard) or state.clocks.get(command.clock) != command.due:
        return []
    head = heading(command, state)
    match command.clock:
        case facts.ACCOUNT:
            return bypass.account_absent(state, head)
        case "shelve":
            return moves.rest_expired(head)
        case facts.REFERRAL:
            return moves.referral_expired(head)
        case clock:
            ran_out = FactNoted(**head, fact=ClockRanOut(clock=clock, due=command.due))
            return _with_route(state, [ran_out], head, policy)


def _at_request(
    command: PersonCommand, state: State, policy: EscalationPolicy
) -> Sequence[AnyEscalationEvent]:
    if not at_least(command.by.roles, policy.ladder.authority[_AUTHORITY[type(command)]]):
        raise Refused("level_too_low")
    if isinstance(state, Unheard) or state.register is None:
        raise Refused("not_registered")
    # A handler's account is owed beyond the end of the complaint.
    if state.progress == "closed" and not isinstance(command, FreezeAccount):
        raise Refused("complaint_closed")
    if isinstance(command, ReasonedCommand) and not command.reason.strip():
        raise Refused("reason_missing")
    events = _decided(command, state, policy)
    return _with_route(state, events, heading(command, state), policy)


def _decided(  # noqa: PLR0911 - one flat case per command
    command: PersonCommand, state: Escalation, policy: EscalationPolicy
) -> Sequence[AnyEscalationEvent]:
    match command:
        case Shelve() | ChangeHandler() | HoldLine() | Concede():
            return moves.move(command, state, policy.ladder)
        case Resume():
            return moves.resume(command, state)
        case RecordBypass():
            return bypass.record_bypass(command, state, policy.ladder)
        case FreezeAccount():
            return bypass.freeze_account(command, state)
        case SendBack():
            return bypass.send_back(command, state, policy.ladder)
        case Refer():
            return moves.refer(command, state, policy.ladder)
        case ReturnReferral():
            return moves.return_referral(command, state)
        case _:
            assert_never(command)


def _with_route(
    state: State, events: Sequence[AnyEscalationEvent], head: Heading, policy: EscalationPolicy
) -> Sequence[AnyEscalationEvent]:
    for event in events:
        state = evolve(state, event)
    if isinstance(state, Unheard) or not events:
        return events
    return [*events, *reroute(state, head, policy)]
