from __future__ import annotations

from dataclasses import replace

import pytest

from eventlog.message import By
from services.compensation.domain.negotiation import events as said
from services.compensation.domain.negotiation.state import Archived, Paid, Settled, TermsAwaited
from shared_kernel.money import money
from tests.unit.compensation.story import (
    ACCEPT,
    ARCHIVE,
    CARL,
    COMPANY_SIGNS,
    CUSTOMER,
    EVE,
    FIND,
    ISSUE,
    MARA,
    OFFER,
    OPEN_ROUND,
    PLATFORM,
    POLICY,
    RENDER,
    SIGN,
    STRANGER,
    Story,
    archived,
    bargaining,
    case_of,
    later,
    linked,
    name_account,
    paid,
    pay,
    payment_of,
    registered,
    reverse,
    settled,
    yuan,
)

WITHOUT_MONEY = bargaining.having(
    replace(OFFER, sum=yuan("0.00")), ACCEPT, RENDER, ISSUE, SIGN, COMPANY_SIGNS
)
RETURNED = archived.having(reverse(archived))
OWED_AGAIN = RETURNED.having(name_account(archived))


def test_the_agreed_sum_goes_out() -> None:
    [out] = settled.when(pay(settled)).then_types(said.Paid)

    assert isinstance(out, said.Paid)
    assert (out.payment, out.sum) == (payment_of(settled), OFFER.sum)
    assert isinstance(paid.state, Paid)


def test_the_same_callback_again_is_quiet() -> None:
    for story in (paid, archived):
        story.when(pay(settled)).then_nothing()


@pytest.mark.parametrize("amount", ["399.99", "400.01", "0.00"])
def test_a_payment_above_or_below_the_agreed_sum_is_refused(amount: str) -> None:
    for story in (settled, paid):
        story.when(pay(settled, amount)).then_refused("payment_not_as_agreed")


def test_a_payment_in_another_currency_is_not_as_agreed() -> None:
    settled.when(replace(pay(settled), sum=money("400.00", "USD"))).then_refused("payment_not_as_agreed")


def test_a_payment_nobody_instructed_is_refused() -> None:
    for story in (linked, settled):
        story.when(replace(pay(settled), payment="another")).then_refused("payment_unknown")
        story.when(replace(reverse(settled), payment="another")).then_refused("payment_unknown")
    registered.when(pay(settled)).then_refused("no_round_open")


def test_payments_are_told_by_the_platform() -> None:
    settled.when(replace(pay(settled), by=CARL)).then_refused("platform_only")
    settled.when(replace(reverse(settled), by=CARL)).then_refused("platform_only")


@pytest.mark.parametrize("story", [settled, paid, archived])
def test_a_payment_that_came_back_is_not_sent_there_again_and_waits_for_an_account(story: Story) -> None:
    [back] = story.when(reverse(settled)).then_types(said.PaymentReversed)
    waits = story.having(reverse(settled))
    [returned] = case_of(waits).returned

    assert isinstance(back, said.PaymentReversed)
    assert back.payment == returned.payment == payment_of(settled)
    assert back.due == returned.due == back.at + POLICY.terms.payee
    assert isinstance(waits.state, Settled)


@pytest.mark.parametrize("by", [CUSTOMER, CARL, MARA], ids=lambda by: by.actor)
def test_to_the_account_named_it_is_instructed_anew_under_another_id(by: By) -> None:
    [again] = RETURNED.when(replace(name_account(archived), by=by)).then_types(said.PaymentInstructed)

    assert isinstance(again, said.PaymentInstructed)
    assert again.payment != payment_of(archived)
    assert (again.sum, again.due) == (OFFER.sum, again.at + POLICY.terms.payment)
    assert (again.account, again.reason) == ("6222 0000 2222", "the old account is closed")
    assert case_of(OWED_AGAIN).returned == ()


def test_customer_owner_and_supervisors_name_the_account_and_nobody_else() -> None:
    asked = name_account(archived)

    RETURNED.when(replace(asked, by=STRANGER)).then_refused("own_complaint_only")
    for by in (EVE, PLATFORM):
        RETURNED.when(replace(asked, by=by)).then_refused("owner_or_supervisor_only")
    RETURNED.when(replace(asked, account=" ")).then_refused("account_missing")
    RETURNED.when(replace(asked, reason=" ")).then_refused("reason_missing")


def test_only_what_came_back_is_instructed_anew_and_once() -> None:
    asked = name_account(archived)

    for story in (settled, archived, OWED_AGAIN):
        story.when(asked).then_refused("payment_not_returned")
    RETURNED.when(replace(asked, payment="another")).then_refused("payment_unknown")


def test_what_comes_back_again_waits_again() -> None:
    [back] = OWED_AGAIN.when(reverse(OWED_AGAIN)).then_types(said.PaymentReversed)
    waits = OWED_AGAIN.having(reverse(OWED_AGAIN))

    assert isinstance(back, said.PaymentReversed)
    assert [each.payment for each in case_of(waits).returned] == [payment_of(OWED_AGAIN)]
    waits.when(name_account(archived)).then_refused("payment_not_returned")
    waits.when(name_account(OWED_AGAIN)).then_types(said.PaymentInstructed)


def test_the_same_reversal_again_is_quiet() -> None:
    RETURNED.when(reverse(settled)).then_nothing()


def test_why_it_came_back_is_a_code_and_no_sentence() -> None:
    paid.when(replace(reverse(settled), why="Li Hua has no account")).then_refused("code_unreadable")


def test_what_is_paid_is_archived() -> None:
    [put_away] = paid.when(ARCHIVE).then_types(said.Archived)

    assert isinstance(put_away, said.Archived)
    assert put_away.manifest == ARCHIVE.manifest
    assert isinstance(archived.state, Archived)
    archived.when(ARCHIVE).then_nothing()
    archived.when(replace(ARCHIVE, manifest="f" * 64)).then_refused("already_archived")


def test_what_has_nothing_to_pay_is_archived_once_settled() -> None:
    WITHOUT_MONEY.when(ARCHIVE).then_types(said.Archived)


def test_nothing_is_archived_before_it_is_paid() -> None:
    settled.when(ARCHIVE).then_refused("payment_outstanding")
    for story in (RETURNED, OWED_AGAIN):
        story.when(ARCHIVE).then_refused("payment_outstanding")
    linked.when(ARCHIVE).then_refused("not_settled")
    paid.when(replace(ARCHIVE, by=CARL)).then_refused("system_only")


def test_what_was_paid_after_all_is_archived_anew() -> None:
    again = OWED_AGAIN.having(pay(OWED_AGAIN))

    again.when(replace(ARCHIVE, manifest="f" * 64)).then_types(said.Archived)


def test_a_payment_of_an_earlier_round_comes_back_without_disturbing_the_next() -> None:
    next_round = archived.having(OPEN_ROUND, replace(FIND, at=later(days=7)))
    owed_again = next_round.having(reverse(settled), name_account(archived))
    back, again = owed_again.history[-2:]

    assert isinstance(back, said.PaymentReversed)
    assert isinstance(again, said.PaymentInstructed)
    assert (back.round, again.round) == (1, 1)
    assert isinstance(owed_again.state, TermsAwaited)
    paid_again = owed_again.having(pay(owed_again))
    assert isinstance(paid_again.state, TermsAwaited)
    assert [payment.status for payment in case_of(paid_again).payments] == ["reversed", "paid"]
