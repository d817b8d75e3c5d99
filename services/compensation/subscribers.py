"""From topics to commands: what intake and escalation say is noted on the negotiation of that complaint."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, TypeVar

from contracts import complaint, escalation
from contracts.complaint_parts import Demand
from contracts.complaint_parts import Demanded as DemandedMessage
from contracts.complaint_parts import Owner as OwnerMessage
from contracts.message import ComplaintMessage
from eventlog.incoming import Heard, Incoming
from eventlog.message import Command
from services.compensation.domain.negotiation import facts
from services.compensation.domain.negotiation.authority import COMPENSATION
from services.compensation.domain.negotiation.commands import NoteFact
from services.compensation.domain.negotiation.values import Demanded, Owner, Remedy
from services.compensation.handlers import stream_of
from shared_kernel.terms import cause_words, specific_causes

M = TypeVar("M", bound=ComplaintMessage)

CUSTOMER_FIELDS: Final = frozenset(facts.Customer.model_fields) - {"product"}


def _heard(kind: type[M], fact: Callable[[M], facts.Fact]) -> Heard:
    def note(incoming: Incoming, message: M, _opened: Mapping[str, Any]) -> tuple[str, Command]:
        return _noted(incoming, message, fact(message), None)

    return Heard(kind.TYPE, kind.model_validate_json, note)


def _noted(
    incoming: Incoming, message: ComplaintMessage, fact: facts.Fact, customer: facts.Customer | None
) -> tuple[str, Command]:
    command = NoteFact(
        at=incoming.at,
        by=COMPENSATION,
        complaint=message.complaint,
        person=message.person,
        cause=incoming.id,
        fact=fact,
        customer=customer,
    )
    return stream_of(message.complaint), command


def _registered(
    incoming: Incoming, message: complaint.ComplaintRegistered, opened: Mapping[str, Any]
) -> tuple[str, Command]:
    # Without the key nobody knows who complained of what: then there is nobody to reach either.
    complainant, narrative = opened.get("complainant"), opened.get("narrative") or ""
    fact = facts.Registered(
        source=message.source,
        reference=message.reference,
        received_at=message.received_at,
        owner=_owner(message.owner),
        tier=message.tier,
        cause_words=tuple(sorted(specific_causes(cause_words(narrative)))),
    )
    return _noted(incoming, message, fact, _customer(message, complainant))


def _customer(
    message: complaint.ComplaintRegistered, complainant: Mapping[str, Any] | None
) -> facts.Customer | None:
    if complainant is None:
        return None
    known = {name: complainant.get(name) for name in CUSTOMER_FIELDS}
    return facts.Customer(**known, product=message.product.name if message.product else None)


def _classified(message: complaint.ComplaintClassified) -> facts.Classified:
    labels = message.labels
    return facts.Classified(
        harm_running=labels.timing.value == "ongoing",
        language=labels.language,
        demands=_demands(labels.demands),
    )


def _corrected(message: complaint.ClassificationCorrected) -> facts.Corrected:
    found = message.correction
    return facts.Corrected(
        harm_running=None if found.timing is None else found.timing == "ongoing",
        language=found.language,
        demands=None if found.demands is None else _demands(found.demands),
    )


def _grouped(message: escalation.GroupNoted) -> facts.Grouped:
    remedy = message.remedy
    return facts.Grouped(
        group=message.group,
        role=message.role,
        stage=message.stage,
        remedy=None if remedy is None else Remedy(remedy.kind, _decimal(remedy.amount), remedy.currency),
    )


def _demands(said: Sequence[Demand] | Sequence[DemandedMessage]) -> tuple[Demanded, ...]:
    return tuple(Demanded(each.kind, _decimal(each.amount), each.currency) for each in said)


def _owner(said: OwnerMessage) -> Owner:
    return Owner(said.actor, said.desk, said.level)


def _decimal(amount: str | None) -> Decimal | None:
    return None if amount is None else Decimal(amount)


HEARD: Final = (
    Heard(
        complaint.ComplaintRegistered.TYPE,
        complaint.ComplaintRegistered.model_validate_json,
        _registered,
        opens=True,
    ),
    _heard(complaint.ComplaintClassified, _classified),
    _heard(complaint.ClassificationCorrected, _corrected),
    _heard(complaint.HarmStopped, lambda _message: facts.HarmStopped()),
    _heard(complaint.OwnerChanged, lambda message: facts.OwnerChanged(owner=_owner(message.owner))),
    _heard(complaint.ComplaintLinked, lambda message: facts.Linked(other=message.other, why=message.why)),
    _heard(complaint.ComplaintUnlinked, lambda message: facts.Unlinked(other=message.other)),
    _heard(complaint.ComplaintAnswered, lambda message: facts.Answered(outcome=message.outcome)),
    _heard(complaint.ComplaintReopened, lambda message: facts.Reopened(why=message.why)),
    _heard(complaint.ComplaintClosed, lambda message: facts.Closed(outcome=message.outcome)),
    _heard(escalation.GroupNoted, _grouped),
    _heard(
        escalation.BypassThreatened,
        lambda message: facts.Bypassed(step="threatened", target=message.target),
    ),
    _heard(
        escalation.BypassRecorded,
        lambda message: facts.Bypassed(step="recorded", target=message.target),
    ),
    _heard(
        escalation.BypassSentBack,
        lambda message: facts.Bypassed(step="sent_back", target=message.target),
    ),
    _heard(
        escalation.BypassRepeated,
        lambda message: facts.Bypassed(step="repeated", target=message.target),
    ),
)
