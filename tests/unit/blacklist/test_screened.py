"""What is said of each complaint: at registration and whenever what stands changes, never twice the same."""

from __future__ import annotations

from dataclasses import replace

from services.blacklist.domain.flag.events import FactNoted, Screened
from services.blacklist.domain.flag.facts import Reopened
from tests.unit.blacklist.story import (
    CONFIRM,
    LIFT,
    OVERTURN,
    PROPOSE,
    WARN,
    appealed,
    closing,
    complaint,
    confirmed,
    labelled,
    later,
    note,
    observed,
    only_flag,
    proposed,
    register,
    said_of,
)


def test_complaint_of_a_person_without_flags_is_not_spoken_of() -> None:
    assert said_of(observed, 1) == []


def test_new_complaint_of_a_flagged_person_is_taken_in_and_spoken_of() -> None:
    [_, said] = confirmed.when(register(30)).then_types(FactNoted, Screened)

    assert isinstance(said, Screened)
    assert said.complaint == complaint(30)
    assert [(each.kind, each.state) for each in said.flags] == [("professional", "confirmed")]


def test_what_is_told_carries_when_it_ends_and_is_looked_at() -> None:
    (told,) = said_of(confirmed, 1)[-1].flags
    flag = only_flag(confirmed)

    assert (told.since, told.expires_at, told.review_due) == (flag.since, flag.expires_at, flag.review_due)


def test_every_open_complaint_hears_of_a_change_and_a_closed_one_does_not() -> None:
    one_closed = proposed.having(closing(2, at=later(days=8)))
    after = one_closed.having(CONFIRM)

    assert [each.flags[0].state for each in said_of(after, 1)] == ["proposed", "confirmed"]
    assert [each.flags[0].state for each in said_of(after, 2)] == ["proposed"]


def test_complaint_that_is_reopened_hears_how_it_stands_by_then() -> None:
    closed = proposed.having(closing(2, at=later(days=8)), CONFIRM)

    [_, said] = closed.when(note(2, Reopened(why="customer"), later(days=30))).then_types(FactNoted, Screened)

    assert isinstance(said, Screened)
    assert said.flags[0].state == "confirmed"


def test_last_flag_that_goes_leaves_an_empty_word_behind() -> None:
    assert said_of(proposed.having(LIFT), 1)[-1].flags == ()
    assert said_of(appealed.having(OVERTURN), 1)[-1].flags == ()


def test_two_flags_are_told_together() -> None:
    both = proposed.having(replace(PROPOSE, at=later(days=8)))

    assert [each.kind for each in said_of(both, 1)[-1].flags] == ["professional", "coercive"]


def test_what_changes_no_flag_is_not_told() -> None:
    before = len(said_of(confirmed, 1))

    assert len(said_of(confirmed.having(replace(WARN, at=later(days=10)), labelled(1)), 1)) == before


def test_complaint_that_is_only_talked_of_is_not_spoken_of_before_it_is_registered() -> None:
    talked_of = confirmed.having(labelled(30))

    assert said_of(talked_of, 30) == []
    assert len(said_of(talked_of.having(register(30)), 30)) == 1
