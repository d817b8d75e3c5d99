"""One coroutine per command: who asks what of which person's flags. Deciding is the domain's business."""

from __future__ import annotations

from datetime import datetime

from eventlog.log import EventLog
from eventlog.message import Command
from eventlog.work import Result
from hosting.asked import Asked
from services.blacklist.domain.flag import commands
from services.blacklist.domain.flag.events import Kind


def stream_of(person: str) -> str:
    """Return the stream of a person's flags."""
    return f"flag-{person}"


async def _ask(log: EventLog, person: str, ask: Asked, command: Command) -> Result:
    return await log.execute(stream_of(person), command, command_id=ask.command_id)


async def propose_flag(log: EventLog, person: str, ask: Asked, *, kind: Kind, reason: str) -> Result:
    """Propose a flag of any kind."""
    command = commands.ProposeFlag(at=ask.at, by=ask.by, kind=kind, reason=reason)
    return await _ask(log, person, ask, command)


async def warn_person(log: EventLog, person: str, ask: Asked, *, flag: int, text: str) -> Result:
    """Record that the person was told."""
    return await _ask(log, person, ask, commands.WarnPerson(at=ask.at, by=ask.by, flag=flag, text=text))


async def confirm_flag(log: EventLog, person: str, ask: Asked, *, flag: int, reason: str) -> Result:
    """Confirm a proposal."""
    return await _ask(log, person, ask, commands.ConfirmFlag(at=ask.at, by=ask.by, flag=flag, reason=reason))


async def review_flag(
    log: EventLog, person: str, ask: Asked, *, flag: int, reason: str, review_due: datetime
) -> Result:
    """Let a flag stand until it is looked at again."""
    command = commands.ReviewFlag(at=ask.at, by=ask.by, flag=flag, reason=reason, review_due=review_due)
    return await _ask(log, person, ask, command)


async def appeal(log: EventLog, person: str, ask: Asked, *, flag: int, words: str) -> Result:
    """Contest a flag."""
    return await _ask(log, person, ask, commands.Appeal(at=ask.at, by=ask.by, flag=flag, words=words))


async def reject_appeal(log: EventLog, person: str, ask: Asked, *, flag: int, reason: str) -> Result:
    """Decide that the flag stands."""
    return await _ask(log, person, ask, commands.RejectAppeal(at=ask.at, by=ask.by, flag=flag, reason=reason))


async def overturn_flag(log: EventLog, person: str, ask: Asked, *, flag: int, reason: str) -> Result:
    """Decide that the appeal is right."""
    return await _ask(log, person, ask, commands.OverturnFlag(at=ask.at, by=ask.by, flag=flag, reason=reason))


async def lift_flag(log: EventLog, person: str, ask: Asked, *, flag: int, reason: str) -> Result:
    """Take a flag or a proposal off."""
    return await _ask(log, person, ask, commands.LiftFlag(at=ask.at, by=ask.by, flag=flag, reason=reason))
