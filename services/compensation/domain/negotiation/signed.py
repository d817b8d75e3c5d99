"""How document, signatures, settlement and payment change where a negotiation stands. Records, never judges."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TypeAlias, assert_never

from services.compensation.domain.negotiation import signatures as said
from services.compensation.domain.negotiation.records import (
    Case,
    CompanySignature,
    CustomerSignature,
    Given,
    Link,
    Payment,
    PaymentStatus,
    Rendering,
    Settlement,
)
from services.compensation.domain.negotiation.state import (
    Agreed,
    Archived,
    Paid,
    Rounded,
    Settled,
    Signing,
)

SigningEvent: TypeAlias = (
    said.DocumentRendered | said.SigningLinkIssued | said.CustomerSigned | said.CompanySigned
)
SettlingEvent: TypeAlias = (
    said.Settled
    | said.PaymentInstructed
    | said.Paid
    | said.PaymentReversed
    | said.PaymentContradicted
    | said.PaymentCancelled
    | said.PaymentReviewed
    | said.Archived
)
PaymentTold: TypeAlias = (
    said.Paid | said.PaymentReversed | said.PaymentContradicted | said.PaymentCancelled | said.PaymentReviewed
)


def signing(state: Rounded, event: SigningEvent) -> Rounded:
    """Return the state after a step on the way to both signatures."""
    if isinstance(event, said.DocumentRendered):
        return _rendered(state, event)
    if not isinstance(state, Signing):
        return state
    match event:
        case said.SigningLinkIssued():
            return _invited(state, event)
        case said.CustomerSigned():
            return replace(state, customer=CustomerSignature(event.means, event.consent, event.at))
        case said.CompanySigned():
            return replace(state, company=CompanySignature(event.signed, event.certificate))
        case _:
            assert_never(event)


def settling(  # noqa: PLR0911 - one flat case per event
    state: Rounded, event: SettlingEvent
) -> Rounded:
    """Return the state after a step from the settlement to its archive."""
    match event:
        case said.Settled():
            return _settled(state, event)
        case said.PaymentInstructed():
            due = Payment(
                payment=event.payment,
                round=event.round,
                sum=event.sum,
                since=event.at,
                due=event.due,
                status="instructed",
            )
            return replace(state, case=replace(state.case, payments=(*state.case.payments, due)))
        case said.Paid():
            return _paid(replace(state, case=_with_payment(state.case, event, "paid")), event)
        case said.PaymentReversed():
            case = _with_payment(state.case, event, "reversed", event.due)
            return _owed_again(replace(state, case=case), event)
        case said.PaymentContradicted():
            return replace(state, case=_contradicted(state.case, event))
        case said.PaymentCancelled():
            return replace(state, case=_with_payment(state.case, event, "cancelled"))
        case said.PaymentReviewed():
            return replace(state, case=_reviewed(state.case, event))
        case said.Archived():
            return _archived(state, event)
        case _:
            assert_never(event)


def _rendered(state: Rounded, event: said.DocumentRendered) -> Rounded:
    if not isinstance(state, Agreed):
        return state
    rendering = Rendering(event.document, event.language, event.pages)
    return Signing(case=state.case, round=state.round, agreement=state.agreement, rendering=rendering)


def _invited(state: Signing, event: said.SigningLinkIssued) -> Signing:
    link = Link(event.number, event.token_hash, event.at, event.expires_at)
    case = replace(state.case, token_hashes=(*state.case.token_hashes, event.token_hash))
    return replace(state, case=case, links=(*state.links, link))


def _settled(state: Rounded, event: said.Settled) -> Rounded:
    if not isinstance(state, Signing):
        return state
    offer = state.agreement.offer
    given = Given(round=event.round, proposer=offer.proposer, sum=offer.sum, at=offer.made_at)
    settlement = Settlement(
        round=event.round,
        sum=event.sum,
        remedies=event.remedies,
        document=event.document,
        language=state.rendering.language,
        signed=event.signed,
        certificate="" if state.company is None else state.company.certificate,
        extract=event.extract,
        custody=event.custody,
        settled_at=event.at,
    )
    case = replace(
        state.case,
        settlements=(*state.case.settlements, settlement),
        given=(*state.case.given, given),
        echo="settled",
    )
    return Settled(case=case, round=state.round, agreement=state.agreement, settlement=settlement)


def _contradicted(case: Case, event: said.PaymentContradicted) -> Case:
    """Keep the last word; a further one does not put the review off."""
    known = case.payment(event.payment)
    if known is None or known.status != "contradicted":
        case = _with_payment(case, event, "contradicted", event.due)
    told = (
        replace(each, told=event.told) if each.payment == event.payment else each for each in case.payments
    )
    return replace(case, payments=tuple(told))


def _reviewed(case: Case, event: said.PaymentReviewed) -> Case:
    # One that stands as paid is said to be by `paid`, in the same decision.
    if event.stands == "reversed":
        case = _with_payment(case, event, "reversed", event.due)
    found = (
        replace(each, told=None, is_reviewed=True) if each.payment == event.payment else each
        for each in case.payments
    )
    return replace(case, payments=tuple(found))


def _with_payment(
    case: Case,
    event: PaymentTold,
    status: PaymentStatus,
    due: datetime | None = None,
) -> Case:
    told = (
        replace(each, status=status, since=event.at, due=due or each.due)
        if each.payment == event.payment
        else each
        for each in case.payments
    )
    return replace(case, payments=tuple(told))


def _paid(state: Rounded, event: said.Paid) -> Rounded:
    # A payment of an earlier round does not move the one that is on.
    if not isinstance(state, Settled) or state.round.number != event.round:
        return state
    return Paid(case=state.case, round=state.round, agreement=state.agreement, settlement=state.settlement)


def _owed_again(state: Rounded, event: said.PaymentReversed) -> Rounded:
    if not isinstance(state, Paid | Archived) or state.round.number != event.round:
        return state
    if event.round not in {each.round for each in state.case.owed}:
        return state  # another payment for the same went out
    return Settled(case=state.case, round=state.round, agreement=state.agreement, settlement=state.settlement)


def _archived(state: Rounded, event: said.Archived) -> Rounded:
    if not isinstance(state, Settled | Paid):
        return state
    return Archived(
        case=state.case,
        round=state.round,
        agreement=state.agreement,
        settlement=state.settlement,
        manifest=event.manifest,
    )
