"""Paying what was agreed, exactly and once, and putting the settlement away."""

from __future__ import annotations

import re
from typing import Final, TypedDict

from typing_extensions import Unpack

from eventlog.decider import Refused
from eventlog.ids import derived_id
from services.compensation.domain.negotiation import authority
from services.compensation.domain.negotiation import events as said
from services.compensation.domain.negotiation.commands import (
    Archive,
    InstructAgain,
    RecordPayment,
    ReversePayment,
    ReviewPayment,
)
from services.compensation.domain.negotiation.records import Case, Payment
from services.compensation.domain.negotiation.stages import (
    AboutRound,
    about,
    about_round,
    require_round,
    require_text,
)
from services.compensation.domain.negotiation.state import Archived, Paid, Settled, State
from services.compensation.domain.negotiation.values import PaymentStands
from services.compensation.domain.policy import NegotiationPolicy
from shared_kernel.money import Money

# Codes are public; whoever could write a sentence into one would write it in clear.
CODE: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class Anew(TypedDict, total=False):
    """Where a payment that came back is to go instead, and why there."""

    account: str
    reason: str


def instructed(
    policy: NegotiationPolicy, case: Case, head: AboutRound, owed: Money, **anew: Unpack[Anew]
) -> said.PaymentInstructed:
    """Return the instruction to pay a sum by policy's time, under an id that follows from the case alone."""
    number = len(case.payments) + 1
    return said.PaymentInstructed(
        **head,
        payment=str(derived_id("payment", case.complaint, str(number))),
        sum=owed,
        due=head["at"] + policy.terms.payment,
        **anew,
    )


def record_payment(
    policy: NegotiationPolicy, state: State, command: RecordPayment
) -> list[said.Paid | said.PaymentContradicted | said.PaymentCancelled]:
    """Record that a payment went out; of whatever round, and never more or less than agreed.

    That cannot be of one that came back or was called back, or for which another went out: all words stay until a
    supervisor has said which holds, and what was instructed in its place is called back. Whether it is the first
    callback told once more nobody can tell from here.
    """
    authority.require_platform(command.by)
    case = require_round(state).case
    payment = _require_payment(case, command.payment)
    if command.sum != payment.sum:
        raise Refused("payment_not_as_agreed", f"agreed are {payment.sum.text} {payment.sum.currency}")
    if payment.status == "paid":
        return []
    head = _head(case, payment, command)
    if payment.status == "instructed" and payment.round in {each.round for each in case.owed}:
        return [said.Paid(**head, payment=payment.payment, sum=payment.sum)]
    called_back = [
        said.PaymentCancelled(**head, payment=each.payment)
        for each in case.payments
        if each.round == payment.round and each.status == "instructed" and each is not payment
    ]
    return [*_contradicted(policy, payment, head, "paid"), *called_back]


def reverse_payment(
    policy: NegotiationPolicy, state: State, command: ReversePayment
) -> list[said.PaymentReversed | said.PaymentContradicted]:
    """Record that a payment came back. It is not sent there again: by policy's time somebody names an account.

    Of one that a supervisor found to have gone out it is a contradiction: it may be an old word told once more.
    """
    authority.require_platform(command.by)
    case = require_round(state).case
    payment = _require_payment(case, command.payment)
    if not CODE.fullmatch(command.why):
        raise Refused("code_unreadable", "why is a code of letters, digits, dots, hyphens and underscores")
    if payment.status in {"reversed", "cancelled"}:
        return []
    head = _head(case, payment, command)
    if payment.status == "contradicted" or (payment.status == "paid" and payment.is_reviewed):
        return [*_contradicted(policy, payment, head, "reversed")]
    due = command.at + policy.terms.payee
    return [said.PaymentReversed(**head, payment=payment.payment, why=command.why, due=due)]


def instruct_again(
    policy: NegotiationPolicy, state: State, command: InstructAgain
) -> list[said.PaymentInstructed]:
    """Instruct what came back anew under another id, to the account named; the sum stays what was agreed."""
    case = require_round(state).case
    authority.require_customer_or_mover(case, command.by)
    payment = _require_payment(case, command.payment)
    if any(each.status == "contradicted" for each in case.payments if each.round == payment.round):
        raise Refused("payment_contradicted", "a supervisor says first whether it went out or came back")
    if payment not in case.returned:
        raise Refused("payment_not_returned", "it did not come back, or is instructed anew")
    if not command.account.strip():
        raise Refused("account_missing", "name where the money is to go")
    anew = Anew(account=command.account, reason=require_text(command.reason))
    return [instructed(policy, case, _head(case, payment, command), payment.sum, **anew)]


def review_payment(
    policy: NegotiationPolicy, state: State, command: ReviewPayment
) -> list[said.PaymentReviewed | said.Paid]:
    """Say which of two things told of a payment holds; one that came back waits for an account again."""
    case = require_round(state).case
    authority.require_supervisor(command.by)
    payment = _require_payment(case, command.payment)
    reason = require_text(command.reason)
    if payment.status == command.stands:
        return []
    if payment.status != "contradicted":
        raise Refused("payment_not_in_review", f"it is {payment.status}")
    is_back = command.stands == "reversed"
    head = _head(case, payment, command)
    reviewed = said.PaymentReviewed(
        **head,
        payment=payment.payment,
        stands=command.stands,
        due=command.at + policy.terms.payee if is_back else None,
        reason=reason,
    )
    return [reviewed] if is_back else [reviewed, said.Paid(**head, payment=payment.payment, sum=payment.sum)]


def archive(state: State, command: Archive) -> list[said.Archived]:
    """Put the settlement away once it is paid, or when there was nothing to pay."""
    authority.require_system(command.by)
    found = require_round(state)
    if isinstance(found, Archived):
        if found.manifest == command.manifest:
            return []
        raise Refused("already_archived", "with another manifest")
    if isinstance(found, Settled) and found.settlement.sum.amount:
        raise Refused("payment_outstanding")
    if not isinstance(found, Settled | Paid):
        raise Refused("not_settled")
    return [said.Archived(**about_round(found, command), manifest=command.manifest)]


def _contradicted(
    policy: NegotiationPolicy, payment: Payment, head: AboutRound, told: PaymentStands
) -> list[said.PaymentContradicted]:
    """Return the contradiction by a word, none if it was the last one already. A further one does not put the review off."""
    if payment.status != "contradicted":
        due = head["at"] + policy.terms.review
    elif payment.told != told:
        due = payment.due
    else:
        return []
    return [said.PaymentContradicted(**head, payment=payment.payment, due=due, told=told)]


def _require_payment(case: Case, payment: str) -> Payment:
    found = case.payment(payment)
    if found is None:
        raise Refused("payment_unknown")
    return found


def _head(
    case: Case, payment: Payment, command: RecordPayment | ReversePayment | InstructAgain | ReviewPayment
) -> AboutRound:
    return AboutRound(**about(case, command), round=payment.round)
