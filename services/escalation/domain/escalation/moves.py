"""A person's moves: cold handling (冷处理) and referral. Each has a reason and an end that is watched.

A move changes no clock of the complaint: a regulator's time runs on, and a deadline missed while a
matter rests climbs the ladder all the same.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias, assert_never

from eventlog.decider import Refused
from services.escalation.domain.escalation.commands import (
    ChangeHandler,
    Concede,
    HoldLine,
    Move,
    Refer,
    Resume,
    ReturnReferral,
    Shelve,
)
from services.escalation.domain.escalation.events import (
    Conceded,
    HandlerChanged,
    LineHeld,
    ReferralReturned,
    Referred,
    Resumed,
    Shelved,
)
from services.escalation.domain.escalation.heading import Heading, heading
from services.escalation.domain.escalation.state import Escalation, MoveKind
from services.escalation.domain.policy import Ladder

MoveEvent: TypeAlias = Shelved | HandlerChanged | LineHeld | Conceded


def move(command: Move, state: Escalation, ladder: Ladder) -> list[MoveEvent]:
    """Decide on cold handling: refused while the loss runs (shelving), or when its end is out of bounds."""
    kind = move_kind(command)
    if _is_in_force(command, kind, state):
        return []
    if kind == "shelve" and state.label is not None and state.label.timing == "ongoing":
        raise Refused("loss_still_running")
    if isinstance(command, ChangeHandler) and command.handler in (state.owner, *state.barred):
        raise Refused("not_a_different_handler")
    since = state.move.since if state.move is not None and state.move.kind == kind else command.at
    _require_end_within(command.at, command.until, since + ladder.longest[kind])
    return [_moved(command, heading(command, state), state.owner)]


def move_kind(command: Move) -> MoveKind:
    """Return the name of a move, as policy tables and clocks know it."""
    match command:
        case Shelve():
            return "shelve"
        case ChangeHandler():
            return "change_handler"
        case HoldLine():
            return "hold_line"
        case Concede():
            return "concede"
        case _:
            assert_never(command)


def resume(command: Resume, state: Escalation) -> list[Resumed]:
    """Decide on ending the rest before its date."""
    if state.move is None or state.move.kind != "shelve":
        return []
    return [Resumed(**heading(command, state), why="person", reason=command.reason)]


def refer(command: Refer, state: Escalation, ladder: Ladder) -> list[Referred]:
    """Decide on a third party: one at a time, never without an end; the same one may be given longer."""
    since = command.at
    if state.referral is not None:
        if (state.referral.to, state.referral.until) == (command.to, command.until):
            return []
        if state.referral.to != command.to:
            raise Refused("already_referred")
        since = state.referral.since
    _require_end_within(command.at, command.until, since + ladder.longest["refer"])
    referred = Referred(
        **heading(command, state),
        to=command.to,
        name=command.name,
        until=command.until,
        reason=command.reason,
    )
    return [referred]


def return_referral(command: ReturnReferral, state: Escalation) -> list[ReferralReturned]:
    """Decide on the end of a referral."""
    if state.referral is None:
        raise Refused("not_referred")
    returned = ReferralReturned(**heading(command, state), outcome=command.outcome, findings=command.findings)
    return [returned]


def rest_expired(head: Heading) -> list[Resumed]:
    """Record that the date of the rest has come."""
    return [Resumed(**head, why="date_reached")]


def referral_expired(head: Heading) -> list[ReferralReturned]:
    """Record that the third party gave no answer in time: the matter is in hand again."""
    return [ReferralReturned(**head, outcome="no_answer")]


def _is_in_force(command: Move, kind: MoveKind, state: Escalation) -> bool:
    if state.move is None or (state.move.kind, state.move.until) != (kind, command.until):
        return False
    return not isinstance(command, ChangeHandler) or command.handler == state.move.handler


def _require_end_within(at: datetime, until: datetime, latest: datetime) -> None:
    if until <= at:
        raise Refused("end_not_ahead")
    if until > latest:
        raise Refused("end_too_far")


def _moved(command: Move, head: Heading, owner: str | None) -> MoveEvent:
    until, reason = command.until, command.reason
    match command:
        case Shelve():
            return Shelved(**head, until=until, reason=reason)
        case ChangeHandler(handler=handler):
            return HandlerChanged(**head, previous=owner, handler=handler, until=until, reason=reason)
        case HoldLine():
            return LineHeld(**head, until=until, reason=reason)
        case Concede():
            return Conceded(**head, until=until, reason=reason)
        case _:
            assert_never(command)
