from __future__ import annotations

from dataclasses import replace

from services.intake.domain.complaint import commands
from services.intake.domain.complaint.events import (
    ClassificationCorrected,
    ComplaintRegraded,
    DeadlineMissed,
    FactNoted,
)
from services.intake.domain.complaint.values import Correction
from tests.unit.intake.story import (
    ACKNOWLEDGE,
    ANNA,
    COLLECTIVE,
    REFERRED,
    REGISTER,
    RETURNED,
    STOP_HARM,
    TEN,
    TO_PAST,
    classified,
    classify,
    given,
    in_hand,
    later,
    misses,
    names,
    note,
    ran_out,
    running,
    statuses,
)

AT_TEN = "2026-03-03T02:00:00+00:00"


def test_regrading_asks_again_from_the_same_start() -> None:
    story = in_hand.having(note(COLLECTIVE, minutes=20))

    assert running(story) == {
        f"stop_the_loss@{AT_TEN}": later(hours=2),
        f"first_reply@{AT_TEN}": later(hours=2),
        f"final_answer@{AT_TEN}": later(days=3),
    }


def test_due_time_already_past_after_regrading_fires_once() -> None:
    graded = classified.having(ACKNOWLEDGE, note(COLLECTIVE, hours=3))
    fired = graded.having(ran_out("first_reply", later(hours=3)), ran_out("stop_the_loss", later(hours=3)))

    assert running(graded)[f"first_reply@{AT_TEN}"] == later(hours=2)
    assert misses(fired) == [("first_reply", TEN), ("stop_the_loss", TEN)]


def test_clock_missed_under_one_grade_is_not_missed_again_under_another() -> None:
    missed = classified.having(ran_out("acknowledge", later(minutes=30)))

    graded = missed.having(note(COLLECTIVE, hours=1))

    assert "acknowledge" not in names(graded)
    assert misses(graded.having(replace(ACKNOWLEDGE, at=later(hours=2)))) == [("acknowledge", TEN)]


def test_lower_grade_gives_later_due_times() -> None:
    story = classified.having(replace(TO_PAST, at=later(minutes=10)))

    assert running(story)[f"final_answer@{AT_TEN}"] == later(days=30)
    assert names(story) == {"acknowledge", "first_reply", "final_answer"}
    assert statuses(story)["stop_the_loss"] == "stopped"


def test_correction_back_to_ongoing_lets_the_same_clock_run_on() -> None:
    ongoing = commands.CorrectClassification(
        at=later(minutes=20), by=ANNA, correction=Correction(timing="ongoing")
    )
    story = classified.having(replace(TO_PAST, at=later(minutes=10)), ongoing)

    assert running(story)[f"stop_the_loss@{AT_TEN}"] == later(hours=8)


def test_harm_that_runs_anew_after_it_was_stopped_starts_a_new_clock() -> None:
    ongoing = commands.CorrectClassification(
        at=later(hours=5), by=ANNA, correction=Correction(timing="ongoing")
    )
    story = in_hand.having(STOP_HARM, ongoing)

    assert running(story)["stop_the_loss@2026-03-03T07:00:00+00:00"] == later(hours=13)


def test_missed_loss_clock_is_not_started_twice_while_the_loss_runs_on() -> None:
    missed = in_hand.having(ran_out("stop_the_loss", later(hours=8)))

    graded = missed.having(note(COLLECTIVE, hours=9))

    assert "stop_the_loss" not in names(graded)


def test_set_of_clocks_that_changes_without_the_grade_is_said_too() -> None:
    lifted = given().having(replace(REGISTER, tier="vip"), classify("past", "financial"))
    ongoing = commands.CorrectClassification(
        at=later(minutes=5), by=ANNA, correction=Correction(timing="ongoing", severity="service")
    )

    _, graded = lifted.when(ongoing).then_types(ClassificationCorrected, ComplaintRegraded)

    assert isinstance(graded, ComplaintRegraded)
    assert graded.was.grade == graded.grading.grade == "U2"
    assert "stop_the_loss" in names(lifted.having(ongoing))


def test_referral_runs_under_a_clock_of_its_own() -> None:
    story = in_hand.having(note(REFERRED, 1))

    assert running(story)["referral@2026-03-03T04:00:00+00:00"] == later(days=20)
    assert "referral" in names(story.having(note(COLLECTIVE, 2, hours=3)))
    assert "referral" not in names(story.having(note(RETURNED, 2, hours=3)))
    renewed = story.having(note(replace(REFERRED, until=later(days=30)), 2, hours=5))
    assert [due for name, due in running(renewed).items() if name.startswith("referral")] == [later(days=30)]


def test_referral_that_runs_out_is_a_missed_deadline() -> None:
    story = in_hand.having(note(REFERRED, 1))

    story.when(ran_out("referral", later(days=20), start=later(hours=2))).then_types(DeadlineMissed)


def test_referral_without_a_date_has_no_clock() -> None:
    in_hand.when(note(replace(REFERRED, until=None))).then_types(FactNoted)

    assert "referral" not in names(in_hand.having(note(replace(REFERRED, until=None))))
