"""One coroutine per command: who asks what of which complaint. Deciding is the domain's business."""

from __future__ import annotations

from datetime import datetime

from eventlog.log import EventLog
from eventlog.message import Command
from eventlog.work import Result
from hosting.asked import Asked
from services.intake.domain.complaint import commands
from services.intake.domain.complaint.values import AnswerOutcome, Correction, Level


def stream_of(complaint: str) -> str:
    """Return the stream of a complaint."""
    return f"complaint-{complaint}"


async def _ask(log: EventLog, complaint: str, ask: Asked, command: Command) -> Result:
    return await log.execute(stream_of(complaint), command, command_id=ask.command_id)


async def correct_classification(
    log: EventLog, complaint: str, ask: Asked, *, correction: Correction, reason: str | None
) -> Result:
    """Set labels right."""
    command = commands.CorrectClassification(at=ask.at, by=ask.by, correction=correction, reason=reason)
    return await _ask(log, complaint, ask, command)


async def acknowledge(log: EventLog, complaint: str, ask: Asked) -> Result:
    """Confirm the arrival to the customer."""
    return await _ask(log, complaint, ask, commands.Acknowledge(at=ask.at, by=ask.by))


async def offer_handover(
    log: EventLog, complaint: str, ask: Asked, *, desk: str, level: Level, handler: str | None
) -> Result:
    """Offer the complaint to a desk and level."""
    command = commands.OfferHandover(at=ask.at, by=ask.by, desk=desk, level=level, handler=handler)
    return await _ask(log, complaint, ask, command)


async def accept_handover(log: EventLog, complaint: str, ask: Asked) -> Result:
    """Take the offered complaint over."""
    return await _ask(log, complaint, ask, commands.AcceptHandover(at=ask.at, by=ask.by))


async def decline_handover(log: EventLog, complaint: str, ask: Asked, *, reason: str) -> Result:
    """Say no to the offered complaint."""
    return await _ask(log, complaint, ask, commands.DeclineHandover(at=ask.at, by=ask.by, reason=reason))


async def reply(log: EventLog, complaint: str, ask: Asked, *, text: str) -> Result:
    """Record a reply to the customer."""
    return await _ask(log, complaint, ask, commands.Reply(at=ask.at, by=ask.by, text=text))


async def stop_harm(
    log: EventLog, complaint: str, ask: Asked, *, stopped_at: datetime | None, how: str
) -> Result:
    """Record that the loss was stopped."""
    command = commands.StopHarm(at=ask.at, by=ask.by, stopped_at=stopped_at or ask.at, how=how)
    return await _ask(log, complaint, ask, command)


async def link(log: EventLog, complaint: str, ask: Asked, *, other: str, why: str) -> Result:
    """Tie another complaint to this one."""
    return await _ask(log, complaint, ask, commands.Link(at=ask.at, by=ask.by, other=other, why=why))


async def unlink(log: EventLog, complaint: str, ask: Asked, *, other: str, why: str) -> Result:
    """Undo a link."""
    return await _ask(log, complaint, ask, commands.Unlink(at=ask.at, by=ask.by, other=other, why=why))


async def answer(log: EventLog, complaint: str, ask: Asked, *, outcome: AnswerOutcome, text: str) -> Result:
    """Record the final answer."""
    return await _ask(log, complaint, ask, commands.Answer(at=ask.at, by=ask.by, outcome=outcome, text=text))


async def record_return_visit(
    log: EventLog,
    complaint: str,
    ask: Asked,
    *,
    reached: bool,
    solved: bool | None,
    perceived: int | None,
    expected: int | None,
) -> Result:
    """Record a return visit."""
    command = commands.RecordReturnVisit(
        at=ask.at, by=ask.by, reached=reached, solved=solved, perceived=perceived, expected=expected
    )
    return await _ask(log, complaint, ask, command)


async def reopen(log: EventLog, complaint: str, ask: Asked, *, words: str | None) -> Result:
    """Reopen: the customer says it is not over."""
    return await _ask(log, complaint, ask, commands.Reopen(at=ask.at, by=ask.by, words=words))


async def withdraw(log: EventLog, complaint: str, ask: Asked, *, words: str | None) -> Result:
    """Record that the customer takes the complaint back."""
    return await _ask(log, complaint, ask, commands.Withdraw(at=ask.at, by=ask.by, words=words))


async def decide_elsewhere(
    log: EventLog, complaint: str, ask: Asked, *, decided_by: str, words: str | None
) -> Result:
    """Record that another body decided the matter."""
    command = commands.DecideElsewhere(at=ask.at, by=ask.by, decided_by=decided_by, words=words)
    return await _ask(log, complaint, ask, command)
