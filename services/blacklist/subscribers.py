"""From topics to commands: what is said of a person's complaints is noted on the person's stream."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final, TypeVar

from contracts import complaint, escalation, negotiation
from contracts.complaint_parts import Demand, Price
from contracts.complaint_parts import Demanded as DemandedPart
from contracts.message import ComplaintMessage
from eventlog.incoming import Heard, Incoming
from eventlog.message import Command
from services.blacklist.domain.flag import facts
from services.blacklist.domain.flag.commands import NoteFact
from services.blacklist.domain.wording import read_wording
from services.blacklist.handlers import stream_of
from services.blacklist.policy_files import load_wording
from services.blacklist.reactions import BLACKLIST
from shared_kernel.money import Money, MoneyError, money
from shared_kernel.sketches import sketch

M = TypeVar("M", bound=ComplaintMessage)

IDENTIFYING: Final = ("account", "email", "phone", "name", "address", "order", "payout_account")


def _heard(kind: type[M], fact: Callable[[M], facts.Fact | None]) -> Heard:
    def note(incoming: Incoming, message: M, _opened: Mapping[str, Any]) -> tuple[str, Command] | None:
        found = fact(message)
        return None if found is None else _noted(incoming, message, found, None)

    return Heard(kind.TYPE, kind.model_validate_json, note)


def _noted(
    incoming: Incoming, message: ComplaintMessage, fact: facts.Fact, attributes: facts.Attributes | None
) -> tuple[str, Command]:
    command = NoteFact(
        at=incoming.at,
        by=BLACKLIST,
        person=message.person,
        complaint=message.complaint,
        cause=incoming.id,
        fact=fact,
        attributes=attributes,
    )
    return stream_of(message.person), command


def _registered(
    incoming: Incoming, message: complaint.ComplaintRegistered, opened: Mapping[str, Any]
) -> tuple[str, Command]:
    # Without the key nothing of the person is known: then a person must look before anything is concluded.
    who: Mapping[str, Any] = opened.get("complainant") or {}
    narrative: str = opened.get("narrative") or ""
    words = f"{narrative}\n{opened.get('asks_for') or ''}"
    fact = facts.Registered(
        received_at=message.received_at,
        source=message.source,
        owner=message.owner.actor,
        merchant=message.merchant,
        product=message.product.name if message.product else None,
        price=_price(message.product.price if message.product else None),
        purchases_12m=message.purchases_12m,
        wording=read_wording(words, load_wording()),
        human_review=_calls_for_a_person(who, narrative, opened.get("representative")),
    )
    attributes = facts.Attributes(
        source=message.source,
        **{name: who.get(name) for name in IDENTIFYING},
        region=message.jurisdiction[:2] if message.jurisdiction else None,
        sketch=sketch(narrative),
    )
    return _noted(incoming, message, fact, attributes)


def _calls_for_a_person(who: Mapping[str, Any], narrative: str, representative: object) -> bool:
    """Say whether nothing may be concluded by software alone, without saying why (`domain.md` 5, guards)."""
    return bool(who.get("vulnerable") or who.get("protected") or representative or not narrative)


def _price(price: Price | None) -> Money | None:
    if price is None or price.amount is None:
        return None
    try:
        return money(price.amount, price.currency)
    except MoneyError:
        return None


def _demanded(each: Demand | DemandedPart) -> facts.Demanded:
    amount = None if each.amount is None else Decimal(each.amount)
    return facts.Demanded(kind=each.kind, amount=amount, currency=each.currency)


def _classified(message: complaint.ComplaintClassified) -> facts.Classified:
    return facts.Classified(demands=tuple(_demanded(each) for each in message.labels.demands))


def _corrected(message: complaint.ClassificationCorrected) -> facts.Corrected | None:
    found = message.correction.demands
    return None if found is None else facts.Corrected(demands=tuple(_demanded(each) for each in found))


def _owner_changed(message: complaint.OwnerChanged) -> facts.OwnerChanged | None:
    return None if message.owner.actor is None else facts.OwnerChanged(owner=message.owner.actor)


def _visited(message: complaint.ReturnVisitRecorded) -> facts.Visited | None:
    # A visit in vain finds nothing.
    return None if message.solved is None else facts.Visited(solved=message.solved)


HEARD: Final = (
    Heard(
        complaint.ComplaintRegistered.TYPE,
        complaint.ComplaintRegistered.model_validate_json,
        _registered,
        opens=True,
    ),
    _heard(complaint.ComplaintClassified, _classified),
    _heard(complaint.ClassificationCorrected, _corrected),
    _heard(complaint.OwnerChanged, _owner_changed),
    _heard(complaint.ComplaintReopened, lambda message: facts.Reopened(why=message.why)),
    _heard(complaint.ReturnVisitRecorded, _visited),
    _heard(complaint.ComplaintClosed, lambda message: facts.Closed(outcome=message.outcome)),
    _heard(complaint.ComplaintLinked, lambda message: facts.Linked(other=message.other)),
    _heard(complaint.ComplaintUnlinked, lambda message: facts.Unlinked(other=message.other)),
    _heard(
        escalation.BypassRecorded,
        lambda message: facts.BypassRecorded(number=message.number, target=message.target),
    ),
    _heard(
        escalation.GroupNoted,
        lambda message: facts.Grouped(group=message.group, role=message.role, stage=message.stage),
    ),
    _heard(
        negotiation.Settled,
        lambda message: facts.Settled(sum=money(message.sum.amount, message.sum.currency)),
    ),
    _heard(
        negotiation.Refused,
        lambda message: facts.DemandRefused(refusal_class=message.refusal_class, basis=message.basis),
    ),
    _heard(negotiation.Withdrawn, lambda _message: facts.Withdrawn()),
    _heard(
        negotiation.SettledMatterRaised,
        lambda message: facts.SettledMatterRaised(other=message.other, settled_at=message.settled_at),
    ),
)
