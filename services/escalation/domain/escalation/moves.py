"""A person's moves: cold handling (冷处理) and referral. Each has a reason and an end that is watched.

A move changes no clock of the complaint: a regulator's time runs on, and a deadline missed while a
matter rests climbs the ladder all the same.
"""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

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
    EscalationEvent,
    HandlerChanged,
    LineHeld,
    Referred,
    ReferralReturned,
    Resumed,
    Shelved,
)
from services.escalation.domain.escalation.heading import Heading, heading
from services.escalation.domain.escalation.state import Escalation, MoveKind
from services.escalation.domain.policy import Ladder


def move(command: Move, state: Escalation, ladder: Ladder) -> list[Shelved | HandlerChanged | LineHeld | Conceded]:
    """Decide on cold handling; the same move to the same date is already so."""
    head = heading(command, state)
    match command:
        case Shelve(until=until, reason=reason):
            if not _is_new(state, "shelve", until):
                return []
            if state.label is not None and state.label.timing == "ongoing":
                raise Refused("loss_still_running")
            _require_end(command, _since(state, "shelve"), ladder, "shelve")
            return [Shelved(**head, until=until, reason=reason)]
        case ChangeHandler():
            return _change_handler(command, state, head, ladder)
        case HoldLine(until=until, reason=reason):
            ...
