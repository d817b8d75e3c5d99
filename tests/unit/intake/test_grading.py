from __future__ import annotations

import tomllib
from typing import Any

import pytest

from services.intake.domain.grading import (
    GRADES,
    Circumstances,
    Grade,
    GradeTable,
    GradeTableError,
    grade_table_from,
)
from services.intake.policy_files import load_complaint_policy

TABLE = load_complaint_policy().grades

SMALL = """
version = "1"
[lift]
tiers = ["gold"]
up_to = "U2"
[[rows]]
id = "running"
grade = "U1"
timing = ["ongoing"]
[[rows]]
id = "rest"
grade = "U4"
"""


def table(text: str) -> GradeTable:
    return grade_table_from(tomllib.loads(text))


@pytest.mark.parametrize(
    ("grade", "rule", "circumstances"),
    [
        ("U1", "ongoing_safety", {"timing": "ongoing", "severity": "safety"}),
        (
            "U1",
            "ongoing_collective",
            {"timing": "ongoing", "severity": "service", "group_stage": "collective"},
        ),
        ("U2", "ongoing_other", {"timing": "ongoing", "severity": "service"}),
        ("U2", "ongoing_other", {"timing": "ongoing", "severity": "financial"}),
        ("U2", "ongoing_other", {"timing": "ongoing", "severity": "attitude", "threatened": True}),
        ("U2", "ongoing_other", {"timing": "ongoing", "severity": "service", "group_stage": "followers"}),
        ("U3", "past_safety_or_financial", {"timing": "past", "severity": "safety"}),
        ("U3", "past_safety_or_financial", {"timing": "past", "severity": "financial"}),
        ("U3", "past_threat", {"timing": "past", "severity": "service", "threatened": True}),
        ("U3", "past_bypass", {"timing": "past", "severity": "attitude", "bypass": "threatened"}),
        ("U3", "past_bypass", {"timing": "past", "severity": "attitude", "bypass": "done"}),
        ("U4", "past_other", {"timing": "past", "severity": "service"}),
        ("U4", "past_other", {"timing": "past", "severity": "attitude", "group_stage": "collective"}),
    ],
)
def test_shipped_table_grades_as_clocks_md_says(grade: str, rule: str, circumstances: dict[str, Any]) -> None:
    graded = TABLE.grade(Circumstances(**circumstances))

    assert (grade, rule, False) == (graded.grade, graded.rule, graded.lifted)
    assert graded.policy == TABLE.version


@pytest.mark.parametrize(
    ("severity", "timing", "plain", "lifted"),
    [
        ("service", "past", "U4", "U3"),
        ("financial", "past", "U3", "U2"),
        ("service", "ongoing", "U2", "U2"),
        ("safety", "ongoing", "U1", "U1"),
    ],
)
def test_tier_lifts_by_one_and_never_above_u2(
    severity: Any, timing: Any, plain: Grade, lifted: Grade
) -> None:
    without = TABLE.grade(Circumstances(timing=timing, severity=severity, tier="standard"))
    graded = TABLE.grade(Circumstances(timing=timing, severity=severity, tier="gold"))

    assert (without.grade, graded.grade) == (plain, lifted)
    assert graded.lifted == (plain != lifted)


def test_first_row_that_holds_decides() -> None:
    assert table(SMALL).grade(Circumstances(timing="ongoing", severity="service")).rule == "running"
    assert table(SMALL).grade(Circumstances(timing="past", severity="service")).rule == "rest"


@pytest.mark.parametrize(
    ("found", "instead", "names"),
    [
        ('grade = "U4"', 'grade = "U5"', "rest"),
        ('timing = ["ongoing"]', 'timing = ["yesterday"]', "running"),
        ('timing = ["ongoing"]', 'weather = ["wet"]', "running"),
        ('timing = ["ongoing"]', "timing = []", "running"),
        ('id = "rest"', 'id = "rest"\ntiming = ["ongoing"]', "rows"),
        ('version = "1"', "version = 1", "version"),
        ('up_to = "U2"', 'up_to = "U0"', "lift"),
        ('id = "rest"', 'id = ""', "row"),
    ],
)
def test_table_that_says_too_little_or_too_much_is_refused(found: str, instead: str, names: str) -> None:
    with pytest.raises(GradeTableError) as refused:
        table(SMALL.replace(found, instead))

    assert names == refused.value.row


def test_grades_run_from_the_most_to_the_least_urgent() -> None:
    assert GRADES == ("U1", "U2", "U3", "U4")
