"""From topics to commands: what the other services say is noted on the escalation of that complaint."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final, TypeVar

from contracts import complaint, flag, negotiation
from contracts.message import ComplaintMessage
from eventlog.incoming import Heard, Incoming
from eventlog.message import Command
from services.escalation.domain.escalation import facts
from services.escalation.domain.escalation.commands import NoteFact
from services.escalation.handlers import stream_of
from services.escalation.reactions import ESCALATION
from shared_kernel.money import money
from shared_kernel.roles import LADDER, is_supervisor
from shared_kernel.sketches import sketch
from shared_kernel.terms import cause_words, specific_causes

M = TypeVar("M", bound=ComplaintMessage | flag.Screened)


def _heard(kind: type[M], fact: Callable[[M], facts.Fact]) -> Heard:
    def note(incoming: Incoming, message: M, _opened: Mapping[str, Any]) -> tuple[str, Command]:
        return _noted(incoming, message, fact(message), None)

    return Heard(kind.TYPE, kind.model_validate_json, note)


def _noted(
    incoming: Incoming,
    message: ComplaintMessage | flag.Screened,
    fact: facts.Fact,
    attributes: facts.Attributes | None,
) -> tuple[str, Command]:
    command = NoteFact(
        at=incoming.at,
        by=ESCALATION,
        complaint=message.complaint,
        person=message.person,
        cause=incoming.id,
        fact=fact,
        attributes=attributes,
    )
    return stream_of(message.complaint), command


def _registered(
    incoming: Incoming, message: complaint.ComplaintRegistered, opened: Mapping[str, Any]
) -> tuple[str, Command]:
    # Without the key nothing of the narrative is known: then the complaint stands alone.
    narrative = opened.get("narrative") or ""
    fact = facts.Registered(
        received_at=message.received_at,
        source=message.source,
        owner=message.owner.actor,
        tier=message.tier,
        cause_words=tuple(sorted(specific_causes(cause_words(narrative)))),
    )
    attributes = facts.Attributes(
        product=message.product.name if message.product else None,
        site=message.site,
        region=message.region,
        service=message.service,
        merchant=message.merchant,
        batch=message.product.batch if message.product else None,
        features=sketch(narrative),
    )
    return _noted(incoming, message, fact, attributes)


def _classified(message: complaint.ComplaintClassified) -> facts.Classified:
    labels = message.labels
    return facts.Classified(
        timing=labels.timing.value,
        severity=labels.severity.value,
        grade=message.grading.grade,
        language=labels.language,
        bypass=labels.bypass.stage,
        target=labels.bypass.target,
        threats=tuple(threat.value for threat in labels.threats),
        needs_review=labels.needs_review,
    )


def _corrected(message: complaint.ClassificationCorrected) -> facts.Corrected:
    found = message.correction
    return facts.Corrected(
        timing=found.timing,
        severity=found.severity,
        language=found.language,
        bypass=found.bypass,
        threats=found.threats,
    )


def _settled(message: negotiation.Settled) -> facts.Settled:
    total = money(Decimal(message.sum.amount), message.sum.currency)
    return facts.Settled(round=message.round, sum=total, remedies=message.remedies)


def _missed(message: complaint.DeadlineMissed) -> facts.DeadlineMissed:
    return facts.DeadlineMissed(clock=message.clock, start=message.start)


def _missed_in_negotiation(message: negotiation.DeadlineMissed) -> facts.DeadlineMissed:
    # A rung that a newer compensation may name and nobody here knows lifts as its clock does.
    level = message.level if message.level in LADDER else None
    return facts.DeadlineMissed(clock=message.clock, start=message.start, level=level)


def _screened(message: flag.Screened) -> facts.Screened:
    return facts.Screened(flags=tuple(facts.Flag(kind=each.kind, state=each.state) for each in message.flags))


HEARD: Final = (
    Heard(
        complaint.ComplaintRegistered.TYPE,
        complaint.ComplaintRegistered.model_validate_json,
        _registered,
        opens=True,
    ),
    _heard(complaint.ComplaintClassified, _classified),
    _heard(complaint.ClassificationCorrected, _corrected),
    _heard(complaint.ComplaintRegraded, lambda message: facts.Regraded(grade=message.grading.grade)),
    _heard(complaint.HarmStopped, lambda _message: facts.HarmStopped()),
    _heard(complaint.ComplaintAcknowledged, lambda _message: facts.Acknowledged()),
    _heard(complaint.Replied, lambda message: facts.Replied(by_supervisor=is_supervisor(message.by.roles))),
    _heard(
        complaint.OwnerChanged,
        lambda message: facts.OwnerChanged(owner=message.owner.actor or message.owner.desk),
    ),
    _heard(complaint.DeadlineMissed, _missed),
    _heard(complaint.ComplaintAnswered, lambda message: facts.Answered(outcome=message.outcome)),
    _heard(complaint.ComplaintReopened, lambda _message: facts.Reopened()),
    _heard(complaint.ComplaintClosed, lambda message: facts.Closed(outcome=message.outcome)),
    _heard(complaint.ComplaintLinked, lambda message: facts.Linked(other=message.other)),
    _heard(complaint.ComplaintUnlinked, lambda message: facts.Unlinked(other=message.other)),
    _heard(negotiation.DeadlineMissed, _missed_in_negotiation),
    _heard(negotiation.Settled, _settled),
    _heard(flag.Screened, _screened),
)
