"""Negotiations, signatures, payments and flags of the demo: what fits, and which check fails for which reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from operate.demo.books import Books
from operate.demo.dealings import ends_of, flags_of, sums_of
from operate.demo.doors import Answer
from operate.demo.pen import drawn
from operate.demo.playing import Attempt
from operate.demo.pledges import kept
from operate.demo.reading import Told
from operate.demo.reviewing import Judged
from tests.unit.operate.demo_cases import COMPLAINT, NOON, PERSON, tale
from tests.unit.operate.demo_records import CLOSED, LIFE, OTHER, read, registered, told, well

NINETY = {"amount": "90.00", "currency": "GBP"}
NOTHING = {"amount": "0.00", "currency": "GBP"}


def agreed(complaint: str = COMPLAINT, sum_: dict[str, str] = NINETY) -> list[Told]:
    """A negotiation from its opening to its archive."""
    steps = ["opened", "customer_signed", "company_signed", "settled", "archived"]
    if sum_ is NINETY:
        steps[4:4] = ["payment_instructed", "paid"]
    return [
        told(f"negotiation.{name}", complaint=complaint, seconds=1 + step, sum=sum_, payment=f"p-{complaint}")
        for step, name in enumerate(steps)
    ]


def answered(outcome: str, complaint: str = COMPLAINT) -> Told:
    return told("complaint.answered", complaint=complaint, seconds=8, outcome=outcome)


def fitting(*more: Told, **changes: Any) -> Books:
    """One complaint settled, signed and paid; another without any negotiation."""
    books = well()
    read_back = read(*LIFE, registered(OTHER, "NC-2"), *agreed(), answered("settled"), *more)
    tales = {"NC-1": tale(bargain="plain"), "NC-2": tale("referred")}
    usual = replace(books, read_back=read_back, tales=tales, orders=[{"payment": f"p-{COMPLAINT}"}])
    return replace(usual, **changes)


def failing(books: Books) -> list[str]:
    return [check.text_en.split(",")[0] for check in kept(books) if not check.holds]


def without(books: Books, name: str) -> Books:
    events = {
        category: [event for event in told_of if event.name != name]
        for category, told_of in books.read_back.events.items()
    }
    return replace(books, read_back=replace(books.read_back, events=events))


def test_what_was_settled_signed_and_paid_fits() -> None:
    assert failing(fitting()) == []


@pytest.mark.parametrize(
    ("books", "checks"),
    [
        (
            without(fitting(), "negotiation.company_signed"),
            ["Settled = signed by both = archived; with money = paid; instructions = payment orders"],
        ),
        (
            fitting(orders=[]),
            ["Settled = signed by both = archived; with money = paid; instructions = payment orders"],
        ),
        (
            without(fitting(), "negotiation.paid"),
            [
                "Settled = signed by both = archived; with money = paid; instructions = payment orders",
                "The sums agreed are the sums paid",
            ],
        ),
        (
            without(fitting(), "complaint.answered"),
            ["What is settled or refused is answered so by itself"],
        ),
        (
            fitting(tales={"NC-1": tale(bargain="excessive"), "NC-2": tale("referred")}),
            ["Every negotiation ended as its story says"],
        ),
        (
            fitting(told("negotiation.settled_matter_raised", seconds=9, other=OTHER)),
            ["Who complains again after a settlement is shown what was signed"],
        ),
        (
            fitting(told("flag.proposed", seconds=9, reasons=(), score=70)),
            ["The professional complainant is proposed and confirmed; the justified frequent one is not"],
        ),
        (
            fitting(attempts=[Attempt(COMPLAINT, NOON, "offers", "customer_terms_first", "", "a-017", 3)]),
            ["What had to be refused was"],
        ),
        (
            fitting(
                judged={PERSON: [Judged("confirmation", "a-017", Answer(200, {}, 0.0), "reviewer_only")]}
            ),
            ["What had to be refused was"],
        ),
        (fitting(surprises={"offers: liability_first": 1}), ["Whatever else anybody tried was done"]),
        (fitting(bundle_holds=False), ["The evidence bundle that is told of verifies offline"]),
    ],
)
def test_what_does_not_fit_is_named(books: Books, checks: list[str]) -> None:
    assert failing(books) == checks


def test_a_settlement_without_money_needs_no_payment() -> None:
    books = fitting(orders=[])
    read_back = read(*LIFE, registered(OTHER, "NC-2"), *agreed(sum_=NOTHING), answered("settled"))

    assert failing(replace(books, read_back=read_back)) == []


def test_a_confirmed_flag_asks_for_every_later_complaint_to_be_screened() -> None:
    proposed = told("flag.proposed", seconds=1, reasons=(), score=70)
    confirmed = told("flag.confirmed", seconds=2)
    later = told("complaint.registered", complaint=OTHER, seconds=3, reference="NC-2")
    screened = told("flag.screened", complaint=OTHER, seconds=4, flags=[{"kind": "professional"}])
    books = replace(well(), read_back=read(*LIFE, later, proposed, confirmed))

    assert failing(books)[1:] == ["Every later complaint of a flagged person is registered like any other"]
    routed = told("escalation.routed", complaint=OTHER, seconds=5, rule="flag_professional")
    screened_and_routed = read(*LIFE, later, proposed, confirmed, screened, routed)
    assert len(failing(replace(books, read_back=screened_and_routed))) == 1


def test_a_reopened_negotiation_is_open_until_its_next_end() -> None:
    refused = told("negotiation.refused", seconds=2)
    reopened = told("negotiation.opened", seconds=3, round=2)

    assert ends_of(read(refused)) == {COMPLAINT: "refused"}
    assert ends_of(read(refused, reopened)) == {COMPLAINT: "open"}


def test_money_that_came_back_counts_once_it_has_gone_out_again() -> None:
    back = told("negotiation.payment_reversed", seconds=20, payment=f"p-{COMPLAINT}")
    again = told("negotiation.paid", seconds=21, payment="p-2", sum=NINETY)

    assert sums_of(read(*agreed(), back)).paid == {}
    assert sums_of(read(*agreed(), back, again)).paid == sums_of(read(*agreed())).paid


def test_a_screening_that_says_the_last_flag_is_gone_flags_nothing() -> None:
    gone = told("flag.screened", seconds=5, flags=[])

    assert flags_of(read(gone))[PERSON].screened == set()


def test_a_closed_complaint_needs_no_negotiation() -> None:
    assert failing(replace(well(), read_back=read(registered(), CLOSED, registered(OTHER, "NC-2")))) == []


def test_a_signature_is_a_picture_and_the_same_for_the_same_name() -> None:
    assert drawn("Maeve").startswith(b"\x89PNG\r\n")
    assert drawn("Maeve") == drawn("Maeve") != drawn("Ruth")
