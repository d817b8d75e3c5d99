"""The bill of a professional complainant: each signal with its line, and what it takes to propose."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.blacklist.domain.flag.events import Reason
from services.blacklist.domain.flag.facts import (
    Demanded,
    Fact,
    Linked,
    Reopened,
    Settled,
    SettledMatterRaised,
    Shared,
    SharedMark,
    Unlinked,
    Withdrawn,
    Wording,
)
from services.blacklist.domain.score import Bill, score
from shared_kernel.money import money
from tests.unit.blacklist.story import (
    LATE,
    NOON,
    POLICY,
    THREEFOLD,
    Story,
    alike,
    bill,
    complaint,
    given,
    labelled,
    later,
    note,
    ones,
    register,
    state_of,
)


def line(story: Story, signal: str) -> Reason:
    """The line of a signal; a line without points when the bill has none."""
    found = [each for each in bill(story).reasons if each.signal == signal]
    return found[0] if found else Reason(signal=signal, value=0, points=0)


def asking(number: int, **fields: Any) -> list[Any]:
    return [register(number, **fields), labelled(number)]


def test_nothing_counted_costs_nothing() -> None:
    assert bill(given().having(note(1, Withdrawn()))).score == 0


def test_frequency_counts_the_densest_window() -> None:
    close = given().having(register(1), register(2), register(3), register(4, later(days=55)))

    assert line(close, "frequency") == Reason(
        signal="frequency", value=3, points=10, complaints=ones(1, 2, 3)
    )


def test_breadth_counts_different_purchases() -> None:
    broad = given().having(register(1), register(2), register(3))
    narrow = given().having(*(register(each, merchant="Shop", product="Thing") for each in (1, 2, 3)))

    assert line(broad, "breadth").points == 10
    assert line(narrow, "breadth").points == 0


def test_breadth_counts_one_order_once() -> None:
    one_order = given().having(
        *(register(each) for each in (1, 2, 3)),
        *(
            note(each, compared_with(same_order=ones(*range(1, each))), later(days=3 * each))
            for each in (2, 3)
        ),
    )

    assert line(one_order, "breadth").points == 0


def compared_with(**fields: Any) -> Fact:
    fact = alike(1).fact
    return fact.model_copy(update=fields)


def test_templated_wording_needs_other_purchases_and_money_asked_for() -> None:
    template = given().having(*asking(1), *asking(2), alike(2, 1))
    same_thing = given().having(
        *asking(1, merchant="S", product="T"), *asking(2, merchant="s.", product="t"), alike(2, 1)
    )
    no_money = given().having(register(1), register(2), alike(2, 1))
    unlike = given().having(*asking(1), *asking(2), alike(2, 1, percent=20))

    assert line(template, "templated_wording") == Reason(
        signal="templated_wording", value=2, points=20, complaints=ones(1, 2)
    )
    assert [line(each, "templated_wording").points for each in (same_thing, no_money, unlike)] == [0, 0, 0]


def test_known_template_is_named_by_the_wording() -> None:
    story = given().having(register(1, wording=Wording(template="missing_label_tenfold")))

    assert line(story, "known_template").points == 5


def test_statute_with_a_fixed_multiple_counts_and_a_statute_alone_does_not() -> None:
    multiples = given().having(register(1, wording=THREEFOLD), register(2, wording=THREEFOLD))
    statutes = given().having(
        *(register(each, wording=Wording(statutes=("cn_price_14",))) for each in (1, 2))
    )

    assert line(multiples, "fixed_multiple").points == 15
    assert bill(statutes).score == 0


def test_demand_is_measured_against_the_price_in_its_currency() -> None:
    def dear(number: int, currency: str = "CNY") -> list[Any]:
        demand = Demanded(kind="compensation", amount=Decimal(400), currency=currency)
        return [register(number, price=money("100.00", "CNY")), labelled(number, demand)]

    greedy = given().having(*dear(1), *dear(2))
    foreign = given().having(*dear(1, "USD"), *dear(2, "USD"))

    assert line(greedy, "demand_to_price") == Reason(
        signal="demand_to_price", value=4.0, points=10, complaints=ones(1, 2)
    )
    assert line(foreign, "demand_to_price").points == 0


def test_settled_matter_raised_again_repeats() -> None:
    linked = note(2, Linked(other=complaint(1)), later(days=9))
    raised = note(2, SettledMatterRaised(other=complaint(1), settled_at=NOON), later(days=9))
    before = given().having(register(1), register(2, NOON + timedelta(hours=1)))

    assert line(before.having(raised, linked), "repeat_after_settlement").complaints == ones(2)
    assert line(before.having(linked, raised), "repeat_after_settlement").complaints == ones(2)


def test_matter_settled_only_after_the_complaint_came_is_no_repeat() -> None:
    linked = note(2, Linked(other=complaint(1)), later(days=9))
    raised = note(2, SettledMatterRaised(other=complaint(1), settled_at=later(days=8)), later(days=9))

    assert (
        line(given().having(register(1), register(2), linked, raised), "repeat_after_settlement").points == 0
    )


def test_matter_linked_by_mistake_is_no_repeat() -> None:
    linked = note(2, Linked(other=complaint(1)), later(days=9))
    raised = note(2, SettledMatterRaised(other=complaint(1), settled_at=NOON), later(days=9))
    unlinked = note(2, Unlinked(other=complaint(1)), later(days=10))
    story = given().having(register(1), register(2, NOON + timedelta(hours=1)), linked, raised, unlinked)

    assert line(story, "repeat_after_settlement").points == 0


def test_demand_soon_after_a_settlement_repeats_and_one_long_after_does_not() -> None:
    settled = note(1, Settled(sum=money("50.00", "CNY")), later(days=3))
    soon = given().having(register(1), settled, *asking(2))
    long_after = given().having(register(1), settled, register(20, later(days=50)), labelled(20))

    assert line(soon, "repeat_after_settlement").complaints == ones(2)
    assert line(long_after, "repeat_after_settlement").points == 0


def test_silence_for_money_counts_in_words_and_in_deed() -> None:
    in_words = given().having(register(1, wording=Wording(settles=True)))
    in_deed = given().having(*asking(1), note(1, Withdrawn()))
    for_nothing = given().having(register(1), note(1, Withdrawn()))

    assert [line(each, "withdrawal_on_payment").points for each in (in_words, in_deed, for_nothing)] == [
        5,
        5,
        0,
    ]


def test_withdrawal_that_was_taken_back_is_none() -> None:
    story = given().having(
        *asking(1), note(1, Withdrawn(), later(days=3)), note(1, Reopened(why="customer"), later(days=4))
    )

    assert line(story, "withdrawal_on_payment").points == 0


def shared_with(number: int, **persons: int) -> Any:
    marks = tuple(SharedMark(mark=mark, persons=count) for mark, count in persons.items())
    return note(number, Shared(marks=marks), later(days=2 * number))


def test_mark_shared_with_other_persons_counts_by_how_many_they_are() -> None:
    one = given().having(register(1), register(2), shared_with(2, address=1))
    several = given().having(register(1), shared_with(1, phone=1, payout_account=3))

    assert line(one, "shared_identity") == Reason(
        signal="shared_identity", value=1, points=5, complaints=ones(2)
    )
    assert line(several, "shared_identity") == Reason(
        signal="shared_identity", value=3, points=10, complaints=ones(1)
    )


def test_address_of_a_whole_house_says_nothing_of_anybody() -> None:
    house = given().having(register(1), shared_with(1, address=POLICY.score.shared_persons_max + 1))

    assert line(house, "shared_identity").points == 0


def test_family_in_one_household_is_not_proposed() -> None:
    family = given().having(
        *(step for each in (1, 2, 3) for step in asking(each)),
        *(shared_with(each, phone=3, address=3, payout_account=3) for each in (1, 2, 3)),
    )

    assert not bill(family).calls_for_a_proposal(POLICY.score)


@pytest.mark.parametrize(("purchases", "points"), [(3, 10), (4, 0), (2, 10), (0, 0), (None, 0), (40, 0)])
def test_who_complains_about_nearly_all_that_was_bought_buys_to_claim(
    purchases: int | None, points: int
) -> None:
    story = given().having(*(register(each, purchases_12m=purchases) for each in (1, 2, 3)))

    assert line(story, "buys_to_claim").points == points


def test_purchases_are_held_against_complaints_of_the_same_twelve_months() -> None:
    year_ago = register(1, later(days=-400))
    story = given().having(year_ago, *(register(each, purchases_12m=3) for each in (2, 3)))
    longer = replace(POLICY.score, look_back=timedelta(days=900))

    signals = {line.signal for line in score(state_of(story).cases, LATE, longer).reasons}

    assert "buys_to_claim" not in signals


def test_purchases_are_held_against_complaints_of_the_same_source() -> None:
    elsewhere = given().having(
        register(1, source="market"), *(register(each, purchases_12m=3) for each in (2, 3))
    )
    one_thing = given().having(
        *(register(each, merchant="S", product="T", purchases_12m=3) for each in (1, 2, 3))
    )

    assert line(elsewhere, "buys_to_claim").points == 0
    assert line(one_thing, "buys_to_claim").points == 0


def test_no_single_signal_suffices() -> None:
    known = Bill(
        score=90, reasons=(Reason(signal="x", value=1, points=90),), guards=(), counted=ones(1, 2, 3)
    )

    assert not known.calls_for_a_proposal(POLICY.score)


def test_two_complaints_are_no_pattern_whatever_they_say() -> None:
    worst = Wording(multiple=3, settles=True, template="t")
    steps = [step for each in (1, 2) for step in asking(each, wording=worst)]
    found = bill(given().having(*steps, alike(2, 1)))

    assert found.score >= POLICY.score.threshold
    assert not found.calls_for_a_proposal(POLICY.score)


def test_score_ends_at_a_hundred_and_rests_on_what_its_lines_name() -> None:
    steps = [register(each, wording=Wording(multiple=3, settles=True, template="t")) for each in range(1, 9)]
    story = given().having(
        *steps, *(labelled(each) for each in range(1, 9)), *(alike(e, 1) for e in range(2, 9))
    )

    assert bill(story).score == 100
    assert bill(story).evidence == set(ones(*range(1, 9)))
