"""What a settlement says: gathered from the opened history, for the document, the letter and the payment order.

State keeps nothing personal. Whoever renders reads the history with its keys and asks here; what is erased
stays `Erased`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from eventlog.message import Personal
from services.compensation.domain.negotiation.events import (
    AnyNegotiationEvent,
    ApprovalRequested,
    FactNoted,
    OfferMade,
)
from services.compensation.domain.negotiation.evolve import evolve
from services.compensation.domain.negotiation.facts import Customer
from services.compensation.domain.negotiation.records import Agreement, Liability, Settlement
from services.compensation.domain.negotiation.state import Agreeing, Binding, NotHeard, State
from services.compensation.domain.negotiation.values import Demanded, Language
from shared_kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """All that the settlement of one round says, as of the end of the given history.

    `customer` has name, product and how to reach and pay; None when the register told nothing. `terms` are
    what the accepted offer said in words. `accepted_by` is the customer, or the owner who passed it on.
    """

    complaint: str
    person: str
    source: str
    reference: str
    round: int
    offer: int
    sum: Money
    remedies: tuple[str, ...]
    concessions: tuple[str, ...]
    terms: Personal[str] | None
    language: Language
    customer: Personal[Customer] | None
    demands: tuple[Demanded, ...]
    demand: Money | None
    liability: Liability | None
    proposer: str
    approver: str | None
    agreed_at: datetime
    accepted_by: str
    settlement: Settlement | None


def contents_of(history: Sequence[AnyNegotiationEvent]) -> Contents | None:
    """Return what the last round of an opened history agreed to, None while (or because) it did not."""
    state: State = NotHeard()
    for event in history:
        state = evolve(state, event)
    if not isinstance(state, Agreeing | Binding) or state.case.register is None:
        return None
    offer = state.agreement.offer
    return Contents(
        complaint=state.case.complaint,
        person=state.case.person,
        source=state.case.register.source,
        reference=state.case.register.reference,
        round=state.round.number,
        offer=offer.number,
        sum=offer.sum,
        remedies=offer.remedies,
        concessions=offer.concessions,
        terms=_terms(history, state.round.number, state.agreement),
        language=state.case.language,
        customer=customer_of(history),
        demands=state.round.demands,
        demand=state.round.demand,
        liability=state.round.liability,
        proposer=offer.proposer,
        approver=offer.approver,
        agreed_at=state.agreement.agreed_at,
        accepted_by=state.agreement.accepted_by,
        settlement=state.settlement if isinstance(state, Binding) else None,
    )


def _terms(history: Sequence[AnyNegotiationEvent], number: int, agreement: Agreement) -> Personal[str] | None:
    said = [
        event.terms
        for event in history
        if isinstance(event, OfferMade | ApprovalRequested)
        and (event.round, event.offer) == (number, agreement.offer.number)
        and event.terms is not None
    ]
    return said[-1] if said else None


def customer_of(history: Sequence[AnyNegotiationEvent]) -> Personal[Customer] | None:
    """Return whom the register of an opened history names, whatever round is on; None when it named nobody."""
    known = [event.customer for event in history if isinstance(event, FactNoted) and event.customer]
    return known[-1] if known else None
