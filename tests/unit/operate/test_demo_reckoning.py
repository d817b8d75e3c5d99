"""The demo's books: what reconciles, and which check fails for which reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from operate.demo.books import Books
from operate.demo.doors import Answer
from operate.demo.reckoning import closed_on_topic, reckon
from tests.unit.operate.demo_cases import COMPLAINT, tale
from tests.unit.operate.demo_records import (
    CLOSED,
    FIGURES,
    LIFE,
    OPEN_ROW,
    OTHER,
    WELL,
    read,
    refed,
    registered,
    told,
    well,
)

LETTER = {"topic": "amends.complaint.v1", "partition": 0, "offset": 9, "settled_as": None}


def failing(books: Books) -> list[str]:
    return [check.text_en.split(",")[0] for check in reckon(books) if not check.holds]


def test_books_that_fit_reconcile() -> None:
    assert failing(well()) == []


@pytest.mark.parametrize(
    ("books", "check"),
    [
        (refed(well(), refused=["NC-3: field_missing"]), "Every complaint sent is registered once"),
        (
            replace(well(), counts=[{"stage": "closed", "complaints": 2}]),
            "Registered = closed + open",
        ),
        (
            replace(well(), open_ones=[{**OPEN_ROW, "next_due": None}]),
            "Every open complaint has an owner and a clock",
        ),
        (
            replace(well(), tales={"NC-1": tale(), "NC-2": tale("answered")}),
            "Every story ended as it was meant to",
        ),
        (
            refed(well(), conflicts=[Answer(202, {}, 0.0)]),
            "The same reference again changes nothing; with other content it is refused",
        ),
        (
            refed(
                well(),
                duplicates=[Answer(202, {"events": ["complaint.registered"], "complaint": OTHER}, 0.0)],
            ),
            "The same reference again changes nothing; with other content it is refused",
        ),
        (
            replace(well(), public_events={"complaint": 5}),
            "Events with public bytes = distinct records on amends.complaint.v1",
        ),
        (
            replace(well(), dead_letters={"intake": [LETTER], "escalation": []}),
            "No dead letters but the planted ones",
        ),
        (
            replace(well(), dead_letters={"intake": [], "escalation": []}),
            "No dead letters but the planted ones",
        ),
        (
            replace(well(), figures={"intake": {**FIGURES, "parked": 1}, "escalation": FIGURES}),
            "Nothing is parked",
        ),
        (
            replace(well(), chains={"intake": {**WELL, "whole": False}, "escalation": WELL}),
            "The hash chain of intake verifies",
        ),
        (
            replace(well(), chains={"intake": WELL, "escalation": {**WELL, "positions": 6}}),
            "The hash chain of escalation verifies",
        ),
    ],
)
def test_what_does_not_fit_is_named(books: Books, check: str) -> None:
    assert failing(books) == [check]


def test_a_complaint_that_the_topic_does_not_tell_of_fails() -> None:
    assert "Every complaint sent is registered once" in failing(replace(well(), read_back=read(*LIFE)))


def test_a_reopened_complaint_is_closed_only_when_its_last_word_says_so() -> None:
    reopened = told("complaint.reopened", seconds=10, why="customer")

    assert closed_on_topic(read(registered(), CLOSED)) == {COMPLAINT}
    assert closed_on_topic(read(registered(), CLOSED, reopened)) == set()
    assert closed_on_topic(read(registered(), CLOSED, reopened, replace(CLOSED, sequence=99_999))) == {
        COMPLAINT
    }
