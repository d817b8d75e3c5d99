"""A flag is a note for the desk: it changes nothing of the complaint, and only the desk reads it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hosting.policy_files import PolicyFileError
from services.intake.domain.complaint.events import FactNoted
from services.intake.domain.complaint.state import NotRegistered
from services.intake.domain.complaint.values import Flag
from services.intake.policy_files import desk_notes_from
from services.intake.views import FlagView, as_view
from tests.unit.intake.story import (
    POLICY,
    PROFESSIONAL,
    Story,
    answered,
    classified,
    closed,
    grade_of,
    in_hand,
    later,
    registered,
    running,
    screened,
)

NOTE = {"note_en": "Look.", "note_zh": "请看。"}


def flags_shown(story: Story, *, for_desk: bool = True) -> tuple[FlagView, ...]:
    found = as_view(story.state, later(hours=1), POLICY, for_desk=for_desk)
    assert found is not None
    return found.flags


@pytest.mark.parametrize("story", [registered, classified, in_hand, answered, closed])
def test_flags_are_noted_whatever_the_stage(story: Story) -> None:
    noted = story.having(screened(PROFESSIONAL))

    assert [type(event) for event in noted.history[len(story.history) :]] == [FactNoted]
    assert [flag.kind for flag in flags_shown(noted)] == ["professional"]


def test_a_flag_changes_neither_grade_nor_clocks_nor_owner() -> None:
    flagged = in_hand.having(screened(PROFESSIONAL))

    assert (grade_of(flagged), running(flagged)) == (grade_of(in_hand), running(in_hand))
    assert not isinstance(flagged.state, NotRegistered)
    assert not isinstance(in_hand.state, NotRegistered)
    assert flagged.state.case.owner == in_hand.state.case.owner


def test_the_latest_screening_counts_and_none_clears_the_note() -> None:
    flagged = in_hand.having(screened(PROFESSIONAL))
    vip = replace(PROFESSIONAL, kind="vip")

    assert [flag.kind for flag in flags_shown(flagged.having(screened(vip, version=2)))] == ["vip"]
    assert flags_shown(flagged.having(screened(version=2))) == ()
    flagged.when(screened(vip)).then_nothing()


def test_a_flag_is_shown_with_its_dates_and_what_the_desk_is_to_do_in_both_languages() -> None:
    [shown] = flags_shown(in_hand.having(screened(PROFESSIONAL)))

    assert (shown.since, shown.expires_at, shown.review_due) == (
        PROFESSIONAL.since,
        PROFESSIONAL.expires_at,
        PROFESSIONAL.review_due,
    )
    assert shown.note_en.startswith("Evidence first")
    assert "证据" in shown.note_zh


def test_what_is_proposed_or_appealed_is_to_be_treated_as_no_flag() -> None:
    for state in ("proposed", "appealed"):
        undecided = replace(PROFESSIONAL, state=state)
        [shown] = flags_shown(in_hand.having(screened(undecided)))

        assert "as if there were no" in shown.note_en


def test_a_kind_the_notes_do_not_know_has_a_note_all_the_same() -> None:
    [shown] = flags_shown(in_hand.having(screened(replace(PROFESSIONAL, kind="new_kind"))))

    assert "handled like any other" in shown.note_en


def test_flags_are_not_shown_to_the_customer_in_passing() -> None:
    assert flags_shown(in_hand.having(screened(PROFESSIONAL)), for_desk=False) == ()


@pytest.mark.parametrize("kind", ["professional", "coercive", "vip", "aftercare"])
def test_every_kind_of_flag_has_a_note_of_its_own(kind: str) -> None:
    notes = POLICY.desk_notes
    flag: Flag = replace(PROFESSIONAL, kind=kind)

    assert notes.of(flag) not in (notes.other, notes.proposed, notes.appealed)


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ({}, "version"),
        ({"version": "1"}, "confirmed"),
        ({"version": "1", "confirmed": {"vip": NOTE}}, "confirmed.other"),
        ({"version": "1", "confirmed": {"other": NOTE}}, "proposed"),
        ({"version": "1", "confirmed": {"other": NOTE}, "proposed": NOTE}, "appealed"),
        ({"version": "1", "confirmed": {"other": {"note_en": "Look."}}}, "confirmed.other.note_zh"),
        ({"version": "1", "confirmed": {"other": {**NOTE, "note_zh": ""}}}, "confirmed.other.note_zh"),
    ],
)
def test_table_of_notes_that_says_too_little_is_refused(table: dict[str, Any], key: str) -> None:
    with pytest.raises(PolicyFileError) as refused:
        desk_notes_from(table)

    assert key == refused.value.key
