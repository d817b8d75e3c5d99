"""What a command leads to, and in the same decision what is said of each complaint the change concerns."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TypeAlias, assert_never, get_args

from eventlog.decider import Decider, Refused
from eventlog.message import Command
from services.blacklist.domain.flag import judging
from services.blacklist.domain.flag.commands import (
    AnyFlagCommand,
    Appeal,
    ClockRanOut,
    ConfirmFlag,
    LiftFlag,
    NoteFact,
    OverturnFlag,
    PersonCommand,
    ProposeFlag,
    RejectAppeal,
    ReviewFlag,
    WarnPerson,
)
from services.blacklist.domain.flag.events import AnyFlagEvent, Expired, FactNoted, Overturned, Screened
from services.blacklist.domain.flag.evolve import evolve
from services.blacklist.domain.flag.heading import flag_heading, heading
from services.blacklist.domain.flag.proposing import propose, propose_scored
from services.blacklist.domain.flag.state import APPEAL, EXPIRY, Observed, State, Unheard, timers
from services.blacklist.domain.policy import FlagPolicy

FlagDecider: TypeAlias = Decider[State, AnyFlagCommand, AnyFlagEvent]


def flag_decider(policy: FlagPolicy) -> FlagDecider:
    """Return the aggregate of the stream `flag-<person uuid>` under a policy."""
    return Decider(
        category="flag",
        initial=Unheard(),
        events=get_args(AnyFlagEvent),
        decide=partial(_decide, policy=policy),
        evolve=evolve,
        timers=timers,
    )


def _decide(command: AnyFlagCommand, state: State, *, policy: FlagPolicy) -> Sequence[AnyFlagEvent]:
    match command:
        case NoteFact():
            return _note(command, state, policy)
        case ClockRanOut():
            return _ran_out(command, state)
        case _:
            return _at_request(command, state, policy)


def _note(command: NoteFact, state: State, policy: FlagPolicy) -> Sequence[AnyFlagEvent]:
    if isinstance(state, Observed):
        if state.person != command.person:
            raise Refused("other_person")
        if command.cause in state.causes:
            return []
    noted = FactNoted(
        at=command.at,
        by=command.by,
        person=command.person,
        complaint=command.complaint,
        cause=command.cause,
        fact=command.fact,
        attributes=command.attributes,
    )
    after = evolve(state, noted)
    return _with_screenings(command, state, [noted, *propose_scored(command, after, policy)])


def _ran_out(command: ClockRanOut, state: State) -> Sequence[AnyFlagEvent]:
    if isinstance(state, Unheard) or timers(state).get(command.clock) != command.due:
        return []
    name, _, number = command.clock.partition("-")
    flag = judging.flag_of(state, int(number))
    head = flag_heading(command, state, flag)
    match name:
        case _ if name == EXPIRY:
            return _with_screenings(command, state, [Expired(**head)])
        case _ if name == APPEAL:
            # Nobody waits for ever under a flag that is contested: an appeal not decided in time is right.
            return _with_screenings(command, state, [Overturned(**head)])
        case _:
            return []


def _at_request(command: PersonCommand, state: State, policy: FlagPolicy) -> Sequence[AnyFlagEvent]:
    _require_authority(command, state)
    if isinstance(state, Unheard):
        raise Refused("not_observed")
    if not _words(command).strip():
        raise Refused("reason_missing")
    return _with_screenings(command, state, _decided(command, state, policy))


def _require_authority(command: PersonCommand, state: State) -> None:
    match command:
        case ProposeFlag() | WarnPerson():
            judging.require_staff_or_reviewer(command.by)
        case ConfirmFlag() | ReviewFlag() | RejectAppeal() | OverturnFlag() | LiftFlag():
            judging.require_reviewer(command.by)
        case Appeal():
            judging.require_own_side(command.by, "" if isinstance(state, Unheard) else state.person)
        case _:
            assert_never(command)


def _words(command: PersonCommand) -> str:
    match command:
        case WarnPerson(text=text):
            return text
        case Appeal(words=words):
            return words
        case _:
            return command.reason


def _decided(  # noqa: PLR0911 - one flat case per command
    command: PersonCommand, state: Observed, policy: FlagPolicy
) -> Sequence[AnyFlagEvent]:
    if isinstance(command, ProposeFlag):
        return propose(command, state, policy)
    flag = judging.flag_of(state, command.flag)
    match command:
        case WarnPerson():
            return judging.warn(command, state, flag)
        case ConfirmFlag():
            return judging.confirm(command, state, flag, policy.terms)
        case ReviewFlag():
            return judging.review(command, state, flag)
        case Appeal():
            return judging.appeal(command, state, flag, policy.terms)
        case RejectAppeal():
            return judging.reject_appeal(command, state, flag)
        case OverturnFlag():
            return judging.overturn(command, state, flag)
        case LiftFlag():
            return judging.lift(command, state, flag)
        case _:
            assert_never(command)


def _with_screenings(
    command: Command, state: State, events: Sequence[AnyFlagEvent]
) -> Sequence[AnyFlagEvent]:
    """Add what is now to be said of each open complaint: only where it differs from what was said last."""
    for event in events:
        state = evolve(state, event)
    if isinstance(state, Unheard):
        return events
    flags = state.live_flags
    return [
        *events,
        *(
            Screened(**heading(command, state), complaint=case.complaint, flags=flags)
            for case in state.open_cases
            if case.told != flags
        ),
    ]
