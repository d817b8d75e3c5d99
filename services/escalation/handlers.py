"""One coroutine per command: who asks what of which escalation or group. Deciding is the domain's business."""

from __future__ import annotations

from datetime import datetime

from eventlog.log import EventLog
from eventlog.message import Command
from eventlog.work import Result
from hosting.asked import Asked
from services.escalation.domain.escalation import commands
from services.escalation.domain.escalation.events import ReferralKind, ReferralOutcome
from services.escalation.domain.escalation.facts import BypassTarget
from services.escalation.domain.group import commands as group_commands
from services.escalation.domain.group.terms import RemedyKind, Role
from shared_kernel.money import Money


def stream_of(complaint: str) -> str:
    """Return the escalation's stream of a complaint."""
    return f"escalation-{complaint}"


def group_stream_of(group: str) -> str:
    """Return the stream of a group."""
    return f"group-{group}"


async def _ask(log: EventLog, stream: str, ask: Asked, command: Command) -> Result:
    return await log.execute(stream, command, command_id=ask.command_id)


async def shelve(log: EventLog, complaint: str, ask: Asked, *, until: datetime, reason: str) -> Result:
    """Let the matter rest until a date."""
    command = commands.Shelve(at=ask.at, by=ask.by, until=until, reason=reason)
    return await _ask(log, stream_of(complaint), ask, command)


async def resume(log: EventLog, complaint: str, ask: Asked, *, reason: str) -> Result:
    """End the rest before its date."""
    return await _ask(log, stream_of(complaint), ask, commands.Resume(at=ask.at, by=ask.by, reason=reason))


async def change_handler(
    log: EventLog, complaint: str, ask: Asked, *, handler: str | None, until: datetime, reason: str
) -> Result:
    """Give the complaint to another handler by a date."""
    command = commands.ChangeHandler(at=ask.at, by=ask.by, handler=handler, until=until, reason=reason)
    return await _ask(log, stream_of(complaint), ask, command)


async def hold_line(log: EventLog, complaint: str, ask: Asked, *, until: datetime, reason: str) -> Result:
    """Keep to the position taken."""
    command = commands.HoldLine(at=ask.at, by=ask.by, until=until, reason=reason)
    return await _ask(log, stream_of(complaint), ask, command)


async def concede(log: EventLog, complaint: str, ask: Asked, *, until: datetime, reason: str) -> Result:
    """Give way and carry it out by a date."""
    command = commands.Concede(at=ask.at, by=ask.by, until=until, reason=reason)
    return await _ask(log, stream_of(complaint), ask, command)


async def record_bypass(
    log: EventLog, complaint: str, ask: Asked, *, target: BypassTarget, came_at: datetime
) -> Result:
    """Record that the customer went over the front line's head."""
    command = commands.RecordBypass(at=ask.at, by=ask.by, target=target, came_at=came_at)
    return await _ask(log, stream_of(complaint), ask, command)


async def freeze_account(log: EventLog, complaint: str, ask: Asked, *, account: str) -> Result:
    """Hand in the own account that was asked for."""
    command = commands.FreezeAccount(at=ask.at, by=ask.by, account=account)
    return await _ask(log, stream_of(complaint), ask, command)


async def send_back(
    log: EventLog, complaint: str, ask: Asked, *, handler: str, level: commands.Level, reason: str
) -> Result:
    """Return a bypassed matter to a different, higher handler."""
    command = commands.SendBack(at=ask.at, by=ask.by, handler=handler, level=level, reason=reason)
    return await _ask(log, stream_of(complaint), ask, command)


async def refer(
    log: EventLog, complaint: str, ask: Asked, *, to: ReferralKind, name: str, until: datetime, reason: str
) -> Result:
    """Put the matter before a third party."""
    command = commands.Refer(at=ask.at, by=ask.by, to=to, name=name, until=until, reason=reason)
    return await _ask(log, stream_of(complaint), ask, command)


async def return_referral(
    log: EventLog, complaint: str, ask: Asked, *, outcome: ReferralOutcome, findings: str
) -> Result:
    """Record how the third party ended it."""
    command = commands.ReturnReferral(at=ask.at, by=ask.by, outcome=outcome, findings=findings)
    return await _ask(log, stream_of(complaint), ask, command)


async def join_group(log: EventLog, group: str, ask: Asked, *, complaint: str, person: str) -> Result:
    """Put a complaint into a group by hand."""
    command = group_commands.JoinGroup(at=ask.at, by=ask.by, complaint=complaint, person=person)
    return await _ask(log, group_stream_of(group), ask, command)


async def remove_member(log: EventLog, group: str, ask: Asked, *, complaint: str, reason: str) -> Result:
    """Take a complaint out of a group."""
    command = group_commands.RemoveMember(at=ask.at, by=ask.by, complaint=complaint, reason=reason)
    return await _ask(log, group_stream_of(group), ask, command)


async def change_role(log: EventLog, group: str, ask: Asked, *, complaint: str, role: Role) -> Result:
    """Give a member another role."""
    command = group_commands.ChangeRole(at=ask.at, by=ask.by, complaint=complaint, role=role)
    return await _ask(log, group_stream_of(group), ask, command)


async def approve_statement(log: EventLog, group: str, ask: Asked, *, keeper: str, text: str) -> Result:
    """Approve what every member is told."""
    command = group_commands.ApproveStatement(at=ask.at, by=ask.by, keeper=keeper, text=text)
    return await _ask(log, group_stream_of(group), ask, command)


async def agree_remedy(
    log: EventLog,
    group: str,
    ask: Asked,
    *,
    keeper: str,
    kind: RemedyKind,
    money: Money | None,
    terms: str,
    agreed: str | None,
) -> Result:
    """Set what members with a like loss are offered; `agreed` are the terms of the last time."""
    command = group_commands.AgreeRemedy(
        at=ask.at, by=ask.by, keeper=keeper, kind=kind, money=money, terms=terms, agreed=agreed
    )
    return await _ask(log, group_stream_of(group), ask, command)
