"""From topics to commands: what the other services say is noted on the complaint; contacts are registered."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from pydantic import ValidationError

from contracts import escalation, flag, negotiation
from contracts.contact import ContactReported, contact_subject
from contracts.envelope import EnvelopeError, read
from contracts.message import Actor, Message
from contracts.negotiation_parts import NegotiationMessage
from contracts.strict_json import BadBody, parse_json
from eventlog.clock import Clock
from eventlog.incoming import Heard, Incoming, Poison, RawRecord
from eventlog.message import Command
from services.intake.domain.complaint.authority import INTAKE
from services.intake.domain.complaint.commands import NoteFact
from services.intake.domain.complaint.values import (
    AccountNoted,
    BypassNoted,
    Fact,
    Flag,
    GroupNoted,
    Moved,
    NegotiationNoted,
    ReferralReturned,
    Referred,
    Routed,
    Screened,
)
from services.intake.handlers import stream_of
from services.intake.registering import Registering
from shared_kernel.money import Money, money
from shared_kernel.roles import level_of

MOVES: Final[Mapping[type[Message], str]] = {
    escalation.Shelved: "shelved",
    escalation.Resumed: "resumed",
    escalation.HandlerChanged: "handler_changed",
    escalation.LineHeld: "line_held",
    escalation.Conceded: "conceded",
}
BYPASSES: Final[Mapping[type[Message], str]] = {
    escalation.BypassThreatened: "threatened",
    escalation.BypassRecorded: "recorded",
    escalation.BypassSentBack: "sent_back",
    escalation.BypassRepeated: "repeated",
}


def fact_of(message: Any) -> Fact:  # noqa: PLR0911 - one flat case per message
    """Return the fact intake notes of a message of escalation, compensation or blacklist."""
    match message:
        case negotiation.SettledMatterRaised() | NegotiationMessage():
            return _step_of(message)
        case flag.Screened():
            return Screened(flags=tuple(_flag(each) for each in message.flags))
        case escalation.Routed():
            return Routed(
                desk=message.desk,
                level=message.level,  # type: ignore[arg-type]  # the fact's own validation judges the code
                handler=message.handler,
                not_to=message.not_to,
                rule=message.rule,
                policy=message.policy,
            )
        case escalation.GroupNoted():
            return GroupNoted(group=message.group, role=message.role, stage=message.stage)
        case escalation.Referred():
            return Referred(to=message.to, until=message.until)
        case escalation.ReferralReturned():
            return ReferralReturned()
        case escalation.AccountRequested():
            return AccountNoted(step="requested", bypass=message.bypass)
        case escalation.AccountFrozen():
            return AccountNoted(step="frozen", bypass=message.bypass, absent=message.absent)
    if (step := BYPASSES.get(type(message))) is not None:
        # A threat is only ever read from our own label; the contract does not say it once more.
        found_by = "classification" if step == "threatened" else getattr(message, "found_by", None)
        return BypassNoted(step=step, target=message.target, found_by=found_by)  # type: ignore[arg-type]
    return Moved(move=MOVES[type(message)], until=getattr(message, "until", None))  # type: ignore[arg-type]  # as above


def _step_of(message: NegotiationMessage | negotiation.SettledMatterRaised) -> NegotiationNoted:
    """Return the fact of a negotiation's event: its name, its round, and what the desk or a clock needs of it."""
    step = message.TYPE.split(".")[2]
    match message:
        case negotiation.SettledMatterRaised(other=other, document=document, settled_at=settled_at):
            return NegotiationNoted(step=step, other=other, document=document, settled_at=settled_at)
        case negotiation.Settled():
            settled = _money(message.sum)
            return NegotiationNoted(step=step, round=message.round, sum=settled, document=message.document)
        case negotiation.Referred():
            return NegotiationNoted(step=step, round=message.round, to=message.to, until=message.until)
        case negotiation.OfferMade(proposer=proposer, approver=approver):
            return NegotiationNoted(step=step, round=message.round, actor=proposer, approver=approver)
        case negotiation.Refused(basis=basis, appeal=appeal):
            return NegotiationNoted(
                step=step, round=message.round, basis=basis, appeal=appeal, actor=_staff(message.by)
            )
    return NegotiationNoted(step=step, round=message.round)


def _money(found: negotiation.Sum) -> Money:
    return money(Decimal(found.amount), found.currency)


def _staff(by: Actor) -> str | None:
    return by.actor if level_of(by.roles) >= 0 else None


def _flag(found: flag.LiveFlag) -> Flag:
    return Flag(
        kind=found.kind,
        state=found.state,
        since=found.since,
        expires_at=found.expires_at,
        review_due=found.review_due,
    )


def _note(incoming: Incoming, message: Any, _opened: Mapping[str, Any]) -> tuple[str, Command]:
    note = NoteFact(at=incoming.at, by=INTAKE, cause=incoming.id, fact=fact_of(message))
    return stream_of(message.complaint), note


NOTED: Final[tuple[type[Message], ...]] = (
    escalation.Routed,
    *MOVES,
    *BYPASSES,
    escalation.GroupNoted,
    escalation.Referred,
    escalation.ReferralReturned,
    escalation.AccountRequested,
    escalation.AccountFrozen,
    *negotiation.MESSAGES,
    flag.Screened,
)
HEARD: Final = tuple(Heard(kind.TYPE, kind.model_validate_json, _note) for kind in NOTED)


class ContactDoor:
    """The door on Kafka. A contact that breaks the register's rules, or is refused, becomes a dead letter."""

    def __init__(self, registering: Registering, clock: Clock) -> None:
        self._registering = registering
        self._clock = clock

    async def __call__(self, record: RawRecord) -> None:
        """Register one contact. Raises Poison, Refused or Unavailable."""
        register = _contact(record)
        await self._registering.register(register, INTAKE, self._clock.now())


def _contact(record: RawRecord) -> ContactReported:
    try:
        envelope = read(record.headers, record.value)
        # The same reading as the HTTP door's: one register, whichever way it comes in.
        register = ContactReported.model_validate(parse_json(envelope.data))
    except (EnvelopeError, BadBody) as error:
        raise Poison("unreadable", error.rule) from None
    except ValidationError as error:
        # Named by place, never by value: what people wrote stays in the sealed letter.
        place = ".".join(str(part) for part in error.errors(include_input=False, include_url=False)[0]["loc"])
        raise Poison("breaks_contract", place) from None
    if envelope.type != ContactReported.TYPE:
        raise Poison("unknown_type", envelope.type)
    if record.key != contact_subject(register).encode():
        raise Poison("unreadable", "subject_not_key")
    return register
