"""Going over the front line's head (越级): what is frozen, asked for and counted when it happens.

What the front line had before matters, so the record of that moment is part of the event. A bypass read
from the text and corrected away later stays in history but no longer counts.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TypeAlias, assert_never

from eventlog.decider import Refused
from services.escalation.domain.escalation.commands import FreezeAccount, RecordBypass, SendBack
from services.escalation.domain.escalation.events import (
    AccountFrozen,
    AccountRequested,
    BypassRecorded,
    BypassRepeated,
    BypassSentBack,
    BypassThreatened,
    EarlierRecord,
    FoundBy,
)
from services.escalation.domain.escalation.facts import UNNAMED, Classified, Corrected, Fact, Linked
from services.escalation.domain.escalation.heading import Heading, heading
from services.escalation.domain.escalation.state import AccountAsked, AccountKept, Bypass, Escalation
from services.escalation.domain.policy import Ladder
from shared_kernel.roles import AGENT, LADDER

BypassEvent: TypeAlias = BypassThreatened | BypassRecorded | AccountRequested | BypassRepeated


def bypasses_heard(state: Escalation, fact: Fact, head: Heading, ladder: Ladder) -> list[BypassEvent]:
    """Return what a noted fact says about a bypass; `state` is the one after the note."""
    match fact:
        case Classified() | Corrected():
            return _read(state, head, ladder)
        case Linked(other=other):
            return [
                _recorded(state, head, bypass)
                for bypass in state.standing_bypasses
                if other not in bypass.earlier_complaints
            ]
        case _:
            return []


def record_bypass(command: RecordBypass, state: Escalation, ladder: Ladder) -> list[BypassEvent]:
    """Decide on a bypass a person reports; refused as bypass_in_future."""
    known = {(each.target, each.came_at) for each in state.standing_bypasses}
    if (command.target, command.came_at) in known:
        return []
    if command.came_at > command.at:
        raise Refused("bypass_in_future")
    bypass = _new(state, command.target, command.came_at, "person")
    return _happened(state, heading(command, state), bypass, ladder)


def freeze_account(command: FreezeAccount, state: Escalation) -> list[AccountFrozen]:
    """Decide on a handler's own account: only the one asked may hand it in, and only once."""
    match state.account:
        case None:
            raise Refused("no_account_requested")
        case AccountAsked(bypass=bypass, handler=handler):
            if handler not in (None, command.by.actor):
                raise Refused("only_own_account")
            return [
                AccountFrozen(
                    **heading(command, state),
                    bypass=bypass,
                    handler=command.by.actor,
                    absent=False,
                    account=command.account,
                )
            ]
        case AccountKept():
            raise Refused("account_already_frozen")
        case _:
            assert_never(state.account)


def account_absent(state: Escalation, head: Heading) -> list[AccountFrozen]:
    """Record that the account asked for did not come in time."""
    if not isinstance(state.account, AccountAsked):
        return []
    asked = state.account
    return [AccountFrozen(**head, bypass=asked.bypass, handler=asked.handler, absent=True)]


def send_back(command: SendBack, state: Escalation, ladder: Ladder) -> list[BypassSentBack]:
    """Decide on second handling: after a bypass only, by somebody else and higher up (`domain.md` 3)."""
    if state.floor == command.level and command.handler in (state.assigned, state.owner):
        return []
    if not state.standing_bypasses:
        raise Refused("no_bypass_to_send_back")
    if command.handler == state.owner or command.handler in state.barred:
        raise Refused("not_a_different_handler")
    if not _is_higher(command.level, AGENT if state.route is None else state.route.level):
        raise Refused("not_a_higher_handler")
    return [
        BypassSentBack(
            **heading(command, state),
            target=state.standing_bypasses[-1].target,
            handler=command.handler,
            level=command.level,
            due=command.at + ladder.sent_back,
            reason=command.reason,
        )
    ]


def _read(state: Escalation, head: Heading, ladder: Ladder) -> list[BypassEvent]:
    label = state.label
    if label is None or label.bypass == "none":
        return []
    if label.bypass == "threatened":
        known = label.target in state.threatened
        return [] if known else [BypassThreatened(**head, target=label.target)]
    read = next((each for each in state.bypasses if each.found_by == "classification"), None)
    if read is not None:
        known = read.target == label.target
        return [] if known else [_recorded(state, head, replace(read, target=label.target))]
    # What a person has reported already is not a second bypass when the labels come to say so too.
    if any(label.target in (each.target, UNNAMED) for each in state.standing_bypasses):
        return []
    came_at = head["at"] if state.register is None else state.register.received_at
    return _happened(state, head, _new(state, label.target, came_at, "classification"), ladder)


def _new(state: Escalation, target: str, came_at: datetime, found_by: FoundBy) -> Bypass:
    return Bypass(len(state.bypasses) + 1, target, came_at, found_by)


def _happened(state: Escalation, head: Heading, bypass: Bypass, ladder: Ladder) -> list[BypassEvent]:
    events: list[BypassEvent] = [_recorded(state, head, bypass)]
    if not isinstance(state.account, AccountAsked):
        due = head["at"] + ladder.account
        events.append(AccountRequested(**head, bypass=bypass.number, handler=state.owner, due=due))
    if count := len(state.standing_bypasses):
        repeated = BypassRepeated(
            **head,
            count=count + 1,
            target=bypass.target,
            call_back_level=ladder.call_back_level,
            call_back_due=head["at"] + ladder.call_back,
        )
        events.append(repeated)
    return events


def _recorded(state: Escalation, head: Heading, bypass: Bypass) -> BypassRecorded:
    return BypassRecorded(
        **head,
        number=bypass.number,
        target=bypass.target,
        came_at=bypass.came_at,
        found_by=bypass.found_by,
        earlier_record=_earlier_record(state, bypass.came_at),
    )


def _earlier_record(state: Escalation, came_at: datetime) -> EarlierRecord | None:
    acknowledged = _latest_by(came_at, state.acknowledged_at)
    replied = _latest_by(came_at, state.first_replied_at, state.replied_at)
    if acknowledged is None and replied is None and not state.linked:
        return None
    return EarlierRecord(
        owner=state.owner,
        acknowledged_at=acknowledged,
        replied_at=replied,
        earlier_complaints=tuple(sorted(state.linked)),
    )


def _latest_by(moment: datetime, *times: datetime | None) -> datetime | None:
    return max((each for each in times if each is not None and each <= moment), default=None)


def _is_higher(level: str, present: str) -> bool:
    # At the top there is nobody higher: a different executive will do.
    return LADDER.index(level) > LADDER.index(present) or level == present == LADDER[-1]
