"""What is told of a payment and cannot be: kept word by word, reviewed by a supervisor, never paid twice meanwhile."""

from __future__ import annotations

from dataclasses import replace

from services.compensation.domain.negotiation import events as said
from services.compensation.domain.negotiation.state import Paid, Settled
from tests.unit.compensation.story import (
    ARCHIVE,
    CARL,
    CUSTOMER,
    EVE,
    MARA,
    PLATFORM,
    POLICY,
    archived,
    case_of,
    later,
    name_account,
    pay,
    payment_of,
    reverse,
    review,
    settled,
)

RETURNED = archived.having(reverse(archived))
OWED_AGAIN = RETURNED.having(name_account(archived))

LATE = replace(pay(settled), at=later(days=5))
REVIEW = review(settled)


def test_paid_told_of_what_came_back_is_a_contradiction_that_waits_for_a_review() -> None:
    [told] = RETURNED.when(LATE).then_types(said.PaymentContradicted)

    assert isinstance(told, said.PaymentContradicted)
    assert (told.payment, told.told, told.due) == (payment_of(settled), "paid", LATE.at + POLICY.terms.review)
    assert isinstance(RETURNED.having(LATE).state, Settled)
    RETURNED.having(LATE).when(LATE).then_nothing()


def test_further_word_on_what_is_reviewed_is_kept_and_does_not_put_the_review_off() -> None:
    """What was tried again and bounced must not be found paid because nobody saw it come back."""
    back = replace(reverse(settled), at=later(days=6))
    [first] = case_of(RETURNED.having(LATE)).payments
    [further] = RETURNED.having(LATE).when(back).then_types(said.PaymentContradicted)
    [reviewed] = case_of(RETURNED.having(LATE, back)).payments

    assert isinstance(further, said.PaymentContradicted)
    assert (further.told, further.due) == ("reversed", first.due)
    assert (reviewed.told, reviewed.since, reviewed.due) == ("reversed", first.since, first.due)
    RETURNED.having(LATE, back).when(back).then_nothing()


def test_what_was_instructed_in_its_place_is_called_back() -> None:
    """Or the first would be found paid and the second go out as well."""
    _, called_back = OWED_AGAIN.when(LATE).then_types(said.PaymentContradicted, said.PaymentCancelled)
    contradicted = OWED_AGAIN.having(LATE)

    assert isinstance(called_back, said.PaymentCancelled)
    assert called_back.payment == payment_of(OWED_AGAIN)
    assert [each.status for each in case_of(contradicted).payments] == ["contradicted", "cancelled"]
    contradicted.when(LATE).then_nothing()
    contradicted.when(replace(reverse(OWED_AGAIN), at=LATE.at)).then_nothing()


def test_what_went_out_although_it_was_called_back_waits_for_a_review() -> None:
    contradicted = OWED_AGAIN.having(LATE)

    contradicted.when(replace(pay(OWED_AGAIN), at=later(days=6))).then_types(said.PaymentContradicted)


def test_what_is_found_returned_is_instructed_anew_though_another_was_called_back() -> None:
    found = OWED_AGAIN.having(LATE, REVIEW)

    assert [each.payment for each in case_of(found).returned] == [payment_of(settled)]
    found.when(replace(name_account(archived), at=later(days=7))).then_types(said.PaymentInstructed)


def test_an_old_word_told_once_more_does_not_undo_a_review() -> None:
    found_paid = RETURNED.having(LATE, replace(REVIEW, stands="paid"))
    again = replace(reverse(settled), at=later(days=7))
    [told] = found_paid.when(again).then_types(said.PaymentContradicted)

    assert isinstance(told, said.PaymentContradicted)
    assert told.told == "reversed"
    found_paid.having(again).when(replace(name_account(archived), at=later(days=8))).then_refused(
        "payment_contradicted"
    )


def test_what_the_bank_contradicts_itself_about_is_not_paid_again_before_it_is_reviewed() -> None:
    contradicted = RETURNED.having(LATE)

    for by in (CUSTOMER, CARL, MARA):
        contradicted.when(replace(name_account(archived), at=LATE.at, by=by)).then_refused(
            "payment_contradicted"
        )
    contradicted.when(ARCHIVE).then_refused("payment_outstanding")
    second_back = OWED_AGAIN.having(LATE, replace(reverse(OWED_AGAIN), at=LATE.at))
    second_back.when(replace(name_account(OWED_AGAIN), at=LATE.at)).then_refused("payment_contradicted")


def test_a_review_that_finds_it_returned_lets_an_account_be_named_in_its_time() -> None:
    reviewed = RETURNED.having(LATE).having(REVIEW)
    [told] = [event for event in reviewed.history if isinstance(event, said.PaymentReviewed)]
    [returned] = case_of(reviewed).returned

    assert (told.stands, told.reason) == ("reversed", REVIEW.reason)
    assert returned.due == told.due == REVIEW.at + POLICY.terms.payee
    reviewed.when(REVIEW).then_nothing()
    reviewed.when(replace(name_account(archived), at=later(days=7))).then_types(said.PaymentInstructed)


def test_a_review_that_finds_it_paid_ends_it_and_nothing_is_instructed_anew() -> None:
    found_paid = replace(REVIEW, stands="paid")
    RETURNED.having(LATE).when(found_paid).then_types(said.PaymentReviewed, said.Paid)
    reviewed = RETURNED.having(LATE, found_paid)

    assert isinstance(reviewed.state, Paid)
    reviewed.when(found_paid).then_nothing()
    reviewed.when(replace(name_account(archived), at=later(days=7))).then_refused("payment_not_returned")
    reviewed.when(replace(ARCHIVE, manifest="f" * 64)).then_types(said.Archived)


def test_contradictions_are_reviewed_by_supervisors_with_a_reason() -> None:
    contradicted = RETURNED.having(LATE)

    for by in (CARL, EVE, CUSTOMER, PLATFORM):
        contradicted.when(replace(REVIEW, by=by)).then_refused("supervisor_only")
    contradicted.when(replace(REVIEW, reason=" ")).then_refused("reason_missing")
    contradicted.when(replace(REVIEW, payment="another")).then_refused("payment_unknown")
    settled.when(REVIEW).then_refused("payment_not_in_review")


def test_what_went_out_twice_waits_for_a_review_too() -> None:
    """The first one was found paid after all, when the second was on its way."""
    paid_once = OWED_AGAIN.having(LATE, replace(REVIEW, stands="paid"))
    second = replace(pay(OWED_AGAIN), at=later(days=7))

    assert isinstance(paid_once.state, Paid)
    paid_once.when(second).then_types(said.PaymentContradicted)
    twice = paid_once.having(second)
    back = twice.having(replace(REVIEW, at=later(days=8), payment=payment_of(OWED_AGAIN)))
    assert isinstance(back.state, Paid)
    assert case_of(back).returned == ()


def test_what_was_paid_once_is_not_owed_again_because_the_second_came_back() -> None:
    paid_once = OWED_AGAIN.having(LATE, replace(REVIEW, stands="paid"))
    back = paid_once.having(replace(reverse(OWED_AGAIN), at=later(days=7)))

    assert isinstance(back.state, Paid)
    assert case_of(back).returned == ()
    back.when(replace(name_account(OWED_AGAIN), at=later(days=8))).then_refused("payment_not_returned")
