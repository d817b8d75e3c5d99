"""What the topics tell of the demo as a whole: endings, growth, pace."""

from __future__ import annotations

import pytest

from operate.demo.measures import OPEN, counted, growth_of, lives_of, paces_of, spread_of, tabled
from tests.unit.operate.demo_cases import COMPLAINT
from tests.unit.operate.demo_records import (
    AGENT,
    CLASSIFIED,
    GROUP,
    LIFE,
    graded,
    read,
    registered,
    told,
)

OFFERED = told("complaint.handover_offered", seconds=0.3)


def test_a_life_ends_with_its_last_outcome() -> None:
    reopened = told("complaint.reopened", seconds=10, why="customer")

    assert lives_of(read(*LIFE))[COMPLAINT].outcome == "answered"
    assert lives_of(read(*LIFE, reopened))[COMPLAINT].outcome == OPEN


def test_timing_is_as_people_left_it_and_the_grade_the_most_urgent_ever() -> None:
    corrected = told("complaint.classification_corrected", seconds=1, correction={"timing": "past"})
    urgent = graded("complaint.regraded", "U1", seconds=2)
    calm = graded("complaint.regraded", "U4", seconds=3)

    life = lives_of(read(registered(), CLASSIFIED, corrected, urgent, calm))[COMPLAINT]

    assert (life.read_as, life.timing, life.grade) == ("ongoing", "past", "U1")


def test_lives_are_counted_by_two_of_their_attributes() -> None:
    lives = lives_of(read(*LIFE)).values()

    assert tabled(lives, "timing", "outcome") == {("ongoing", "answered"): 1}


def test_missed_deadlines_are_counted_by_clock_too() -> None:
    names = counted(read(told("complaint.deadline_missed", clock="acknowledge")))

    assert names["complaint.deadline_missed"] == names["complaint.deadline_missed acknowledge"] == 1


def test_a_group_grows_by_persons_and_the_largest_comes_first() -> None:
    joined = told(
        "group.member_joined",
        seconds=1,
        group=GROUP,
        role="initiator",
        reasons={"causes": ["lift_stuck"], "shared": ["product", "site"], "likeness_percent": 12},
    )
    again = told("group.member_joined", seconds=2, group=GROUP, role="follower", reasons={})
    advanced = told("group.stage_advanced", seconds=3, group=GROUP, stage="followers")

    growth = growth_of(read(registered(), joined, again, advanced))[GROUP]

    assert [each.persons for each in growth] == [1, 1, 1]
    assert (growth[0].reference, growth[0].causes, growth[0].likeness_percent) == (
        "NC-1",
        ("lift_stuck",),
        12,
    )
    assert growth[-1].stage == "followers"


def test_our_own_pace_is_from_registered_to_offered() -> None:
    paces = paces_of(read(registered(), CLASSIFIED, told("escalation.routed", seconds=0.2), OFFERED))

    assert [round(pace.p50) for pace in paces.values()] == [100, 200, 300]


def test_an_offer_after_a_person_acted_is_not_our_pace() -> None:
    corrected = told("complaint.classification_corrected", seconds=0.2, correction={}, by=AGENT)

    assert list(paces_of(read(registered(), corrected, OFFERED)).values())[-1].count == 0


def test_what_waited_for_a_person_is_not_our_pace() -> None:
    late = told("complaint.handover_offered", seconds=3600)

    assert list(paces_of(read(registered(), late)).values())[-1].count == 0


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [([], (0, 0.0, 0.0)), ([0.1], (1, 100.0, 100.0)), ([0.3, 0.1, 0.2], (3, 200.0, 300.0))],
)
def test_a_spread_is_the_median_and_the_slowest_of_few(
    seconds: list[float], expected: tuple[int, float, float]
) -> None:
    spread = spread_of(seconds)

    assert (spread.count, spread.p50, spread.p99) == expected
