from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime

import pytest

from services.intake.domain.complaint.state import Received
from services.intake.domain.complaint.values import Owner
from services.intake.views import ClockView, ComplaintView, as_view
from tests.unit.intake.story import (
    ACKNOWLEDGE,
    ANSWER,
    CANARY,
    CLASSIFY,
    COLLECTIVE,
    LINK,
    OTHER,
    PERSONAL_REGISTER,
    POLICY,
    REFERRED,
    REOPEN,
    STOP_HARM,
    UNREACHED,
    WITHDRAW,
    Story,
    answered,
    classified,
    classify,
    closed,
    given,
    in_hand,
    later,
    note,
    offered,
    registered,
    reopened,
    visited,
)

ELEVEN = later(hours=1)


def view(story: Story, now: datetime = ELEVEN) -> ComplaintView:
    found = as_view(story.state, now, POLICY, for_desk=True)
    assert found is not None
    return found


def clock(story: Story, name: str, now: datetime = ELEVEN) -> ClockView:
    [found] = [each for each in view(story, now).clocks if each.name == name]
    return found


def test_nothing_known_has_no_view() -> None:
    assert as_view(given().state, later(), POLICY, for_desk=True) is None


@pytest.mark.parametrize(
    ("story", "stage", "outcome"),
    [
        (registered, "received", None),
        (classified, "classified", None),
        (in_hand, "in_hand", None),
        (answered, "answered", "answered"),
        (visited, "visited", "answered"),
        (closed, "closed", "answered"),
        (reopened, "in_hand", None),
        (registered.having(WITHDRAW), "closed", "withdrawn"),
    ],
)
def test_view_tells_the_stage_and_the_outcome(story: Story, stage: str, outcome: str | None) -> None:
    assert (view(story).stage, view(story).outcome) == (stage, outcome)


def test_view_tells_owner_and_offered_hand_over() -> None:
    found = view(offered)

    assert found.owner == Owner("anna", "front", "agent")
    assert found.offered is not None
    assert (found.offered.desk, found.offered.level) == ("technical", "senior")
    assert view(in_hand).offered is None


def test_view_tells_grade_and_harm() -> None:
    running = view(classified).assessment
    stopped = view(in_hand.having(STOP_HARM)).assessment
    over = view(registered.having(classify("past"))).assessment

    assert running is not None
    assert stopped is not None
    assert over is not None
    assert (running.timing, running.grading.grade, running.harm) == ("ongoing", "U2", "running")
    assert (stopped.harm, stopped.harm_stopped_at, stopped.grading.grade) == ("stopped", later(hours=3), "U4")
    assert (over.harm, over.harm_stopped_at) == ("over", None)
    assert view(registered).assessment is None
    assert isinstance(registered.state, Received)


def test_clock_tells_whether_it_runs_was_met_missed_or_stopped() -> None:
    late = classified.having(replace(ACKNOWLEDGE, at=later(minutes=40)))

    assert clock(classified, "acknowledge").status == "running"
    assert clock(in_hand, "acknowledge").status == "met"
    assert (clock(late, "acknowledge").status, clock(late, "acknowledge").ended_at) == (
        "missed",
        later(minutes=40),
    )
    assert clock(in_hand.having(replace(WITHDRAW, at=later(hours=1))), "final_answer").status == "stopped"


def test_clock_is_overdue_from_its_due_time_until_made_good() -> None:
    assert not clock(classified, "acknowledge", later(minutes=29)).is_overdue
    assert clock(classified, "acknowledge", later(minutes=30)).is_overdue
    assert not clock(in_hand, "acknowledge", later(hours=9)).is_overdue


def test_clock_is_explained_in_both_languages() -> None:
    found = clock(classified, "first_reply")

    assert "8 business hours" in found.explanation_en
    assert "Due 2026-03-03 10:00 UTC" in found.explanation_en
    assert "cn-office@" in found.explanation_en
    assert "in-house" in found.explanation_en
    assert "U2" in found.explanation_en
    assert "8个工作小时" in found.explanation_zh
    assert "2026-03-03 10:00 UTC" in found.explanation_zh


def test_clock_is_explained_by_the_grade_that_set_it() -> None:
    regraded = in_hand.having(note(COLLECTIVE, minutes=20))

    assert "2 hours (24×7)" in clock(regraded, "first_reply").explanation_en
    assert "30 minutes" in clock(regraded, "acknowledge").explanation_en


def test_clock_of_another_policy_is_not_explained_by_this_one() -> None:
    other = replace(POLICY, clocks=replace(POLICY.clocks, version="next-year"))
    found = as_view(classified.state, later(hours=1), other, for_desk=True)

    assert found is not None
    assert found.clocks[0].explanation_en == (
        f"Clock acknowledge. Due 2026-03-03 02:30 UTC; source: {POLICY.clocks.version}, U2."
    )


def test_referral_is_explained_as_a_clock_of_escalation() -> None:
    found = clock(in_hand.having(note(REFERRED)), "referral")

    assert found.explanation_en == "Clock referral. Due 2026-03-23 02:00 UTC; source: escalation."
    assert view(in_hand.having(note(REFERRED))).referred_to == "mediator"


def test_view_tells_links_groups_visits_and_reopenings() -> None:
    found = view(in_hand.having(LINK, note(COLLECTIVE)))

    assert (found.links, found.group, found.group_stage) == ((OTHER,), "group-1", "collective")
    assert view(answered.having(UNREACHED)).unreached_visits == 1
    assert (view(reopened).reopenings, view(closed.having(REOPEN)).reopenings) == (1, 1)


def test_view_is_plain_and_shows_nothing_personal() -> None:
    story = given().having(PERSONAL_REGISTER, CLASSIFY, ANSWER)

    text = json.dumps(asdict(view(story)), default=str)

    assert CANARY not in text
    assert '"stage": "answered"' in text
