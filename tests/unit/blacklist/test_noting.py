from __future__ import annotations

from dataclasses import replace

import pytest

from services.blacklist.domain.flag import facts
from services.blacklist.domain.flag.commands import NoteFact
from services.blacklist.domain.flag.events import FactNoted
from services.blacklist.domain.flag.facts import (
    BypassRecorded,
    Corrected,
    Demanded,
    DemandRefused,
    Grouped,
    Linked,
    OwnerChanged,
    Reopened,
    Settled,
    SettledMatterRaised,
    Unlinked,
    Withdrawn,
)
from services.blacklist.reactions import BLACKLIST
from shared_kernel.money import money
from tests.unit.blacklist.story import (
    NOON,
    PERSON,
    STRANGER,
    alike,
    closing,
    complaint,
    given,
    labelled,
    later,
    note,
    observed,
    register,
    state_of,
)

TOLD = [
    register(1),
    labelled(1),
    note(1, Corrected(demands=(Demanded(kind="refund"),)), later(hours=1)),
    note(1, OwnerChanged(owner="carl"), later(hours=2)),
    note(1, Linked(other=complaint(2)), later(hours=3)),
    note(1, Unlinked(other=complaint(2)), later(hours=4)),
    note(1, BypassRecorded(number=1, target="regulator"), later(hours=5)),
    note(1, Grouped(group=complaint(9), role="follower", stage="initiator"), later(hours=6)),
    note(1, Settled(sum=money("12.00", "CNY")), later(hours=7)),
    note(1, DemandRefused(refusal_class="excessive"), later(hours=8)),
    note(1, Withdrawn(), later(hours=9)),
    note(1, SettledMatterRaised(other=complaint(2), settled_at=NOON), later(hours=10)),
    alike(1, 2),
    closing(1),
    note(1, Reopened(why="customer"), later(days=9)),
]


def test_what_a_topic_tells_of_a_complaint_is_noted_on_the_person() -> None:
    told = register(1)

    given().when(told).then(
        FactNoted(
            at=told.at,
            by=BLACKLIST,
            person=PERSON,
            complaint=complaint(1),
            cause=told.cause,
            fact=told.fact,
        )
    )


@pytest.mark.parametrize("told", TOLD, ids=lambda told: str(told.fact.kind))
def test_what_is_told_twice_is_noted_once(told: NoteFact) -> None:
    known = given().having(*TOLD[: TOLD.index(told) + 1])

    known.when(told).then_nothing()


@pytest.mark.parametrize("told", TOLD, ids=lambda told: str(told.fact.kind))
def test_any_topic_may_speak_first(told: NoteFact) -> None:
    given().when(told).then_types(FactNoted)


def test_same_words_from_another_cause_are_noted_again() -> None:
    again = replace(labelled(1), cause="another")

    given().having(register(1), labelled(1)).when(again).then_types(FactNoted)


def test_fact_about_another_person_is_refused() -> None:
    observed.when(replace(labelled(1), person=STRANGER)).then_refused("other_person")


def test_everybody_who_owned_a_complaint_is_remembered() -> None:
    story = given().having(
        register(1, owner="anna"), register(2, owner=None), note(2, OwnerChanged(owner="carl"))
    )

    assert state_of(story).owners == {"anna", "carl"}


def test_corrected_demands_replace_what_was_read() -> None:
    story = given().having(register(1), labelled(1), note(1, Corrected(demands=(Demanded(kind="apology"),))))
    untouched = story.having(note(1, Corrected(demands=None), later(hours=1)))

    assert state_of(untouched).cases[complaint(1)].demands == (Demanded(kind="apology"),)


def test_closed_complaint_that_is_reopened_is_open_again() -> None:
    closed = given().having(register(1), closing(1))
    reopened = closed.having(note(1, Reopened(why="not_solved"), later(days=9)))

    assert not state_of(closed).cases[complaint(1)].is_open
    assert state_of(reopened).cases[complaint(1)].is_open
    assert state_of(reopened).cases[complaint(1)].not_solved


def test_complaint_on_a_matter_that_is_open_already_is_marked_as_a_repetition() -> None:
    link = note(2, Linked(other=complaint(1)), later(days=5))
    story = given().having(register(1), register(2), link)

    assert state_of(story).cases[complaint(2)].again_while_open
    assert not state_of(story).cases[complaint(1)].again_while_open


def test_link_said_of_the_earlier_complaint_before_the_later_is_heard_of_counts_too() -> None:
    link = note(1, Linked(other=complaint(2)), later(days=2))
    story = given().having(register(1), link, register(2))

    assert state_of(story).cases[complaint(2)].again_while_open


def test_complaint_on_a_matter_that_had_ended_is_no_repetition() -> None:
    link = note(2, Linked(other=complaint(1)), later(days=5))
    story = given().having(register(1), closing(1), register(2), link)

    assert not state_of(story).cases[complaint(2)].again_while_open


def test_link_that_was_a_mistake_is_forgotten() -> None:
    link = note(2, Linked(other=complaint(1)), later(days=5))
    unlink = note(2, Unlinked(other=complaint(1)), later(days=6))
    story = given().having(register(1), register(2), link, unlink)

    assert not state_of(story).cases[complaint(2)].again_while_open


def test_codes_of_a_later_release_are_noted_and_can_be_read_back() -> None:
    told = [
        note(1, facts.Classified(demands=(facts.Demanded(kind="exchange"),))),
        note(1, facts.BypassRecorded(number=1, target="ministry")),
        note(1, facts.Grouped(group="g", role="observer", stage="some_new_stage")),
        note(1, facts.DemandRefused(refusal_class="some_new_class")),
        note(1, facts.Reopened(why="some_new_reason")),
        note(1, facts.Closed(outcome="forgiven")),
    ]

    history = given().having(register(1), *told).history

    assert [type(event).model_validate_json(event.model_dump_json()) for event in history] == list(history)
