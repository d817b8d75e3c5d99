from __future__ import annotations

import tomllib
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared_kernel.calendars import ALWAYS, Calendar, business_calendar_from
from shared_kernel.clocks import ClockError, ClockPolicy, clock_policy_from

POLICIES = Path(__file__).parents[3] / "services" / "intake" / "policies"
TABLE = tomllib.loads((POLICIES / "clocks.toml").read_text(encoding="utf-8"))
CALENDARS: dict[str, Calendar] = {
    "always": ALWAYS,
    "business": business_calendar_from(
        tomllib.loads((POLICIES / "calendar.toml").read_text(encoding="utf-8"))
    ),
}
POLICY = clock_policy_from(TABLE, CALENDARS)

# Wednesday 11 March 2026, 10:00 in Shanghai: open, no holiday near.
WEDNESDAY = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("grade", "clock", "due"),
    [
        ("U1", "acknowledge", WEDNESDAY + timedelta(minutes=15)),
        ("U1", "stop_the_loss", WEDNESDAY + timedelta(hours=2)),
        ("U1", "first_reply", WEDNESDAY + timedelta(hours=2)),
        ("U1", "return_visit", WEDNESDAY + timedelta(days=1)),
        ("U1", "final_answer", WEDNESDAY + timedelta(days=3)),
        ("U2", "acknowledge", WEDNESDAY + timedelta(minutes=30)),
        ("U2", "stop_the_loss", WEDNESDAY + timedelta(hours=8)),
        ("U2", "first_reply", WEDNESDAY + timedelta(hours=8)),  # 18:00 the same day, closing time
        ("U2", "return_visit", WEDNESDAY + timedelta(days=2)),
        ("U2", "final_answer", WEDNESDAY + timedelta(days=7)),
        ("U3", "acknowledge", WEDNESDAY + timedelta(hours=4)),
        ("U3", "stop_the_loss", None),
        ("U3", "first_reply", datetime(2026, 3, 12, 10, 0, tzinfo=UTC)),
        ("U3", "return_visit", WEDNESDAY + timedelta(days=3)),
        ("U3", "final_answer", WEDNESDAY + timedelta(days=15)),
        ("U4", "acknowledge", datetime(2026, 3, 12, 10, 0, tzinfo=UTC)),
        ("U4", "stop_the_loss", None),
        ("U4", "first_reply", datetime(2026, 3, 13, 10, 0, tzinfo=UTC)),
        ("U4", "return_visit", WEDNESDAY + timedelta(days=7)),
        ("U4", "final_answer", WEDNESDAY + timedelta(days=30)),
    ],
)
def test_the_in_house_clocks_are_those_of_the_design(grade: str, clock: str, due: datetime | None) -> None:
    assert due == POLICY.due(grade, clock, WEDNESDAY)


def test_a_more_urgent_grade_is_never_due_later() -> None:
    for clock in POLICY.kinds:
        dues = [POLICY.due(grade, clock, WEDNESDAY) for grade in ("U1", "U2", "U3", "U4")]
        running = [due for due in dues if due is not None]

        assert running == sorted(running)


def test_a_safety_complaint_on_a_holiday_night_is_acknowledged_in_a_quarter_of_an_hour() -> None:
    spring_festival = datetime(2026, 2, 17, 19, 30, tzinfo=UTC)

    assert POLICY.due("U1", "acknowledge", spring_festival) == spring_festival + timedelta(minutes=15)


def test_reopening_starts_first_reply_and_final_answer_again_and_nothing_else() -> None:
    assert POLICY.started_by("U3", "complaint.reopened") == ("first_reply", "final_answer")


def test_the_answer_starts_the_return_visit() -> None:
    assert POLICY.started_by("U2", "complaint.answered") == ("return_visit",)


def test_an_explanation_says_how_long_in_both_languages_and_by_which_calendar() -> None:
    explained = POLICY.explain("U3", "acknowledge")

    assert "4 business hours" in explained.text_en
    assert "4个工作小时" in explained.text_zh
    assert explained.calendar == "cn-office@2026-1"
    assert POLICY.version in explained.source


def test_one_day_is_not_days() -> None:
    assert "1 day of" in POLICY.explain("U1", "return_visit").text_en


def test_a_clock_the_grade_does_not_have_is_never_due_and_has_no_explanation() -> None:
    assert POLICY.due("U4", "stop_the_loss", WEDNESDAY) is None
    with pytest.raises(ClockError, match=r"presets\.U4\.stop_the_loss"):
        POLICY.explain("U4", "stop_the_loss")


def test_every_clock_of_every_grade_explains_itself() -> None:
    for grade, clocks in POLICY.presets.items():
        for clock in clocks:
            explained = POLICY.explain(grade, clock)

            assert "{" not in explained.text_en + explained.text_zh


def test_asking_for_a_grade_or_clock_nobody_has_is_an_error() -> None:
    with pytest.raises(ClockError, match=r"presets\.U9: no such grade"):
        POLICY.due("U9", "acknowledge", WEDNESDAY)
    with pytest.raises(ClockError, match=r"clocks\.coffee: no such clock"):
        POLICY.due("U1", "coffee", WEDNESDAY)


def changed(path: str, value: Any) -> ClockPolicy:
    table: Any = deepcopy(TABLE)
    *parents, last = path.split(".")
    at = table
    for parent in parents:
        at = at[parent]
    at[last] = value
    return clock_policy_from(table, CALENDARS)


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("version", 3, "top.version"),
        ("source", "", "top.source"),
        ("clocks", [], "top.clocks"),
        ("presets", None, "top.presets"),
        ("presets.U1", 4, "presets.U1"),
        ("clocks.acknowledge", 4, "clocks.acknowledge"),
        ("clocks.acknowledge.starts", "complaint.registered", "clocks.acknowledge.starts"),
        ("clocks.acknowledge.starts", [], "clocks.acknowledge.starts"),
        ("clocks.acknowledge.stops", None, "clocks.acknowledge.stops"),
        ("clocks.acknowledge.text_zh", "没有时长", "clocks.acknowledge.text_zh"),
        ("clocks.acknowledge.text_en", "{duration} {other}", "clocks.acknowledge.text_en"),
        ("presets.U1.acknowledge", 15, "presets.U1.acknowledge"),
        ("presets.U1.tea", {"amount": 1, "unit": "days", "calendar": "always"}, "presets.U1.tea"),
        ("presets.U1.acknowledge.amount", 0, "presets.U1.acknowledge"),
        ("presets.U1.acknowledge.amount", 1.5, "presets.U1.acknowledge"),
        ("presets.U1.acknowledge.amount", True, "presets.U1.acknowledge"),
        ("presets.U1.acknowledge.unit", "fortnights", "presets.U1.acknowledge"),
        ("presets.U1.acknowledge.calendar", "lunar", "presets.U1.acknowledge.calendar"),
        ("presets.U1.acknowledge.note", "x", "presets.U1.acknowledge"),
    ],
)
def test_a_broken_table_is_refused_by_table_and_key(path: str, value: Any, named: str) -> None:
    with pytest.raises(ClockError) as refusal:
        changed(path, value)

    assert str(refusal.value).startswith(f"{named}: ")
    assert f"{refusal.value.table}.{refusal.value.key}" == named
