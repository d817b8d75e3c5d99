"""The guards of the score: what is left out of the bill of a professional complainant, and what is not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.blacklist.domain.flag.facts import (
    Closed,
    DemandRefused,
    Fact,
    Grouped,
    Linked,
    Reopened,
    Settled,
    Visited,
)
from shared_kernel.money import money
from tests.unit.blacklist.story import (
    NOON,
    POLICY,
    Story,
    bill,
    closing,
    complaint,
    given,
    later,
    note,
    ones,
    register,
    serially,
)


def test_nothing_older_than_the_look_back_counts() -> None:
    story = given().having(*serially(3))
    old = NOON + POLICY.score.look_back + timedelta(days=30)

    assert bill(story).score >= POLICY.score.threshold
    assert bill(story, old).score == 0


def test_complaint_found_justified_and_unsolved_does_not_count() -> None:
    unsolved = [note(each, Reopened(why="not_solved"), later(days=20)) for each in (1, 2, 3)]
    story = given().having(*serially(3), *unsolved)

    assert bill(story).score == 0
    assert bill(story).guards == ("justified_unsolved",)


REFUSED_CITING = DemandRefused(refusal_class="unreasonable", basis="cn_consumer_55")
NOT_SOLVED = Reopened(why="not_solved")
SETTLED = Settled(sum=money("50.00", "CNY"))


def in_turn(*facts: Fact) -> Story:
    """One complaint that these things happened to, an hour apart."""
    steps = [note(1, fact, later(days=3, hours=hour)) for hour, fact in enumerate(facts)]
    return given().having(register(1), *steps)


@pytest.mark.parametrize(
    "facts",
    [
        (NOT_SOLVED,),
        (DemandRefused(refusal_class="unreasonable"), NOT_SOLVED),
        (REFUSED_CITING, NOT_SOLVED, SETTLED),
        (REFUSED_CITING, NOT_SOLVED, Closed(outcome="decided_elsewhere")),
        (NOT_SOLVED, Closed(outcome="answered")),
        (Visited(solved=True), NOT_SOLVED, Closed(outcome="answered")),
        (NOT_SOLVED, Visited(solved=False), NOT_SOLVED, Closed(outcome="answered")),
        (NOT_SOLVED, Closed(outcome="settled"), NOT_SOLVED),
    ],
    ids=[
        "the customer says so and nobody refused",
        "refused without a basis",
        "refused, then settled after all",
        "refused, then decided elsewhere",
        "ended without a visit that reached anybody",
        "solved before it was reopened",
        "a later visit finds it unsolved, too",
        "settled, and unsolved again after that",
    ],
)
def test_unsolved_complaint_does_not_count(facts: tuple[Fact, ...]) -> None:
    assert bill(in_turn(*facts)).counted == ()
    assert bill(in_turn(*facts)).guards == ("justified_unsolved",)


@pytest.mark.parametrize(
    "facts",
    [
        (REFUSED_CITING, NOT_SOLVED),
        (NOT_SOLVED, REFUSED_CITING),
        (SETTLED, NOT_SOLVED, REFUSED_CITING),
        (NOT_SOLVED, Visited(solved=True), Closed(outcome="answered")),
        (NOT_SOLVED, SETTLED, Closed(outcome="settled")),
        (Reopened(why="customer"),),
    ],
    ids=[
        "refused citing a basis, whatever the customer says",
        "refused citing a basis, whichever topic was heard first",
        "refused after a settlement",
        "found solved and closed later",
        "settled and closed later",
        "reopened for another reason",
    ],
)
def test_customers_word_alone_keeps_no_complaint_from_counting(facts: tuple[Fact, ...]) -> None:
    assert bill(in_turn(*facts)).counted == ones(1)
    assert bill(in_turn(*facts)).guards == ()


def test_same_matter_linked_again_while_open_does_not_count() -> None:
    again = [note(each, Linked(other=complaint(1)), later(days=20)) for each in (2, 3)]
    story = given().having(*serially(3), *again)

    assert bill(story).counted == ones(1)
    assert "same_matter_open" in bill(story).guards


def test_matter_raised_again_after_its_end_counts() -> None:
    again = note(2, Linked(other=complaint(1)), later(days=20))
    story = given().having(register(1), closing(1, at=later(days=3)), register(2), again)

    assert bill(story).counted == ones(1, 2)


def test_matter_raised_again_after_its_end_counts_whichever_was_heard_first() -> None:
    again = note(2, Linked(other=complaint(1)), later(days=20))
    story = given().having(register(1), register(2), again, closing(1, at=later(days=3)))

    assert bill(story).counted == ones(1, 2)


def test_matter_that_was_reopened_after_the_next_complaint_was_closed_when_that_came() -> None:
    again = note(2, Linked(other=complaint(1)), later(days=20))
    reopened = note(1, Reopened(why="customer"), later(days=30))
    story = given().having(register(1), closing(1, at=later(days=3)), register(2), again, reopened)

    assert bill(story).counted == ones(1, 2)


@pytest.mark.parametrize(
    ("role", "stage", "counted"),
    [
        ("follower", "followers", False),
        ("initiator", "collective", False),
        ("follower", "initiator", True),
        ("professional", "collective", True),
        (None, None, True),
    ],
)
def test_cause_shared_with_other_persons_does_not_count(
    role: str | None, stage: str | None, counted: bool
) -> None:
    grouped = note(1, Grouped(group=complaint(9), role=role, stage=stage))
    story = given().having(register(1), grouped)

    assert bill(story).counted == (ones(1) if counted else ())


def test_who_buys_in_bulk_is_not_counted_by_frequency_and_breadth() -> None:
    story = given().having(*(register(each, purchases_12m=980) for each in range(1, 9)))

    assert bill(story).score == 0
    assert bill(story).guards == ("bulk_buyer",)


def test_few_purchases_are_no_excuse() -> None:
    story = given().having(*(register(each, purchases_12m=12) for each in range(1, 9)))

    assert bill(story).guards == ()
    assert bill(story).score > 0


def test_status_that_needs_a_person_is_named_without_saying_which() -> None:
    story = given().having(register(1, human_review=True))

    assert bill(story).guards == ("human_review",)
