from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta, timezone

import pytest

from services.intake.domain.complaint import commands
from services.intake.domain.complaint.authority import INTAKE
from services.intake.domain.complaint.events import (
    ComplaintAcknowledged,
    ComplaintClassified,
    DeadlineMissed,
    ReplyPromised,
)
from services.intake.domain.complaint.state import NotRegistered
from services.intake.domain.complaint.values import Owner, StartedClock
from tests.unit.intake.story import (
    ACCEPT,
    ACKNOWLEDGE,
    ANSWER,
    CLASSIFY,
    CLOSE,
    COLLECTIVE,
    DECIDER,
    ELSEWHERE,
    MARA,
    NOT_SOLVED,
    OFFER,
    REGISTER,
    REOPEN,
    REPLY,
    SOLVED,
    STOP_HARM,
    TEN,
    UNREACHED,
    WITHDRAW,
    answered,
    classified,
    classify,
    given,
    in_hand,
    later,
    misses,
    names,
    note,
    ran_out,
    registered,
    reopened,
    running,
    statuses,
)

AT_TEN = "2026-03-03T02:00:00+00:00"


def test_running_loss_starts_four_clocks_at_the_received_time() -> None:
    assert running(classified) == {
        f"acknowledge@{AT_TEN}": later(minutes=30),
        f"stop_the_loss@{AT_TEN}": later(hours=8),
        f"first_reply@{AT_TEN}": later(hours=8),
        f"final_answer@{AT_TEN}": later(days=7),
    }


def test_past_loss_has_no_clock_to_stop_it() -> None:
    assert names(registered.having(classify("past"))) == {"acknowledge", "first_reply", "final_answer"}


def test_past_loss_lifted_by_tier_has_no_clock_to_stop_it_either() -> None:
    lifted = given().having(replace(REGISTER, tier="vip"), classify("past", "financial"))

    assert names(lifted) == {"acknowledge", "first_reply", "final_answer"}


def test_clocks_start_at_the_received_time_even_when_registered_later() -> None:
    late = given().having(replace(REGISTER, received_at=later(hours=-5)), CLASSIFY)

    assert min(running(late).values()) == later(hours=-5, minutes=30)


def test_imported_history_was_promised_nothing() -> None:
    imported = given().having(replace(REGISTER, imported=True))

    imported.when(CLASSIFY).then_types(ComplaintClassified)
    assert running(imported.having(CLASSIFY, note(COLLECTIVE))) == {}


def test_imported_complaint_gets_clocks_by_what_happens_now() -> None:
    imported = given().having(replace(REGISTER, imported=True), classify("past"), ANSWER)

    assert names(imported) == {"return_visit"}
    assert names(imported.having(NOT_SOLVED)) == {"first_reply", "final_answer"}


def test_nothing_known_and_nothing_classified_wants_no_timer() -> None:
    assert running(registered) == {}
    assert dict(DECIDER.timers(NotRegistered())) == {}


@pytest.mark.parametrize(
    ("command", "clock"),
    [
        (ACKNOWLEDGE, "acknowledge"),
        (STOP_HARM, "stop_the_loss"),
        (REPLY, "first_reply"),
        (ANSWER, "final_answer"),
    ],
)
def test_each_clock_stops_with_its_own_event(command: commands.ComplaintCommand, clock: str) -> None:
    story = classified.having(ACKNOWLEDGE, command)

    assert clock not in names(story)
    assert statuses(story)[clock] == "met"


def test_return_visit_clock_starts_at_the_answer_and_stops_with_the_visit() -> None:
    assert running(answered) == {"return_visit@2026-03-03T08:00:00+00:00": later(hours=6, days=7)}
    assert running(answered.having(SOLVED)) == {}


def test_visit_in_vain_starts_the_clock_of_the_next_but_the_last_does_not() -> None:
    once = answered.having(UNREACHED)
    thrice = once.having(replace(UNREACHED, at=later(hours=40)), replace(UNREACHED, at=later(hours=50)))

    assert running(once) == {"return_visit@2026-03-04T08:00:00+00:00": later(hours=30, days=7)}
    assert running(thrice) == {}


def test_reopening_starts_new_first_reply_and_final_answer_clocks() -> None:
    start = "2026-03-04T08:00:00+00:00"

    assert set(running(reopened)) == {f"first_reply@{start}", f"final_answer@{start}"}
    assert running(reopened)[f"final_answer@{start}"] == later(hours=30, days=30)


def test_loss_still_running_gets_its_clock_back_when_the_complaint_is_reopened() -> None:
    unstopped = in_hand.having(replace(ANSWER, at=later(hours=1)))
    back = unstopped.having(replace(WITHDRAW, at=later(hours=2)), replace(REOPEN, at=later(hours=3)))

    assert "stop_the_loss@2026-03-03T02:00:00+00:00" in running(unstopped)
    assert running(back)["stop_the_loss@2026-03-03T05:00:00+00:00"] == later(hours=11)


def test_closing_stops_every_clock() -> None:
    withdrawn = in_hand.having(replace(WITHDRAW, at=later(hours=1)))

    assert running(withdrawn) == {}
    assert statuses(withdrawn)["final_answer"] == "stopped"


def test_clock_that_runs_out_is_missed_once_and_against_the_owner() -> None:
    due = later(minutes=30)
    [event] = classified.when(ran_out("acknowledge", due)).then_types(DeadlineMissed)

    assert isinstance(event, DeadlineMissed)
    assert (event.clock, event.start, event.due) == ("acknowledge", TEN, due)
    assert (event.owner, event.by) == (Owner("anna", "front", "agent"), INTAKE)
    story = classified.having(ran_out("acknowledge", due))
    assert "acknowledge" not in names(story)
    story.when(ran_out("acknowledge", due)).then_nothing()


def test_offered_hand_over_leaves_the_clock_against_the_giver() -> None:
    story = classified.having(OFFER, ran_out("acknowledge", later(minutes=30)))

    assert [event.owner.actor for event in story.history if isinstance(event, DeadlineMissed)] == ["anna"]
    taken_over = classified.having(OFFER, ACCEPT, ran_out("acknowledge", later(minutes=30)))
    assert [e.owner.actor for e in taken_over.history if isinstance(e, DeadlineMissed)] == ["carl"]


def test_clock_never_fires_early_nor_after_it_was_met() -> None:
    classified.when(ran_out("acknowledge", later(minutes=29))).then_nothing()
    in_hand.when(ran_out("acknowledge", later(minutes=31))).then_nothing()
    classified.when(ran_out("acknowledge", later(hours=1), start=later(hours=-1))).then_nothing()
    classified.when(ran_out("no_such_clock", later(hours=1))).then_nothing()


def test_only_timers_say_that_a_clock_ran_out() -> None:
    late = replace(ran_out("acknowledge", later(hours=1)), by=MARA)

    classified.when(late).then_refused("system_only")
    given().when(ran_out("acknowledge", later(hours=1))).then_refused("not_registered")


def test_overdue_clock_says_so_before_what_it_waited_for_is_recorded() -> None:
    late = replace(ACKNOWLEDGE, at=later(minutes=40))

    missed, _ = classified.when(late).then_types(DeadlineMissed, ComplaintAcknowledged)

    assert isinstance(missed, DeadlineMissed)
    assert (missed.clock, missed.by) == ("acknowledge", INTAKE)
    classified.having(late).when(ran_out("acknowledge", later(minutes=41))).then_nothing()


def test_missed_clock_stays_missed_and_knows_when_it_was_made_good() -> None:
    story = classified.having(replace(ACKNOWLEDGE, at=later(minutes=40)))

    [run] = [run for run in story.state.case.clocks if run.clock.name == "acknowledge"]  # type: ignore[union-attr]
    assert (run.status, run.ended_at) == ("missed", later(minutes=40))


def test_closing_tells_the_clocks_that_had_run_out() -> None:
    withdrawn = classified.having(replace(WITHDRAW, at=later(hours=9)))

    assert {clock for clock, _ in misses(withdrawn)} == {"acknowledge", "stop_the_loss", "first_reply"}


def test_clock_instance_is_the_same_instant_in_any_zone() -> None:
    shanghai = timezone(timedelta(hours=8))
    local = given().having(replace(REGISTER, received_at=TEN.astimezone(shanghai)), CLASSIFY)

    assert set(running(local)) == set(running(classified))
    local.when(ran_out("acknowledge", later(minutes=30), start=TEN.astimezone(UTC))).then_types(
        DeadlineMissed
    )


def test_due_times_come_from_events_and_never_from_the_policy_at_hand() -> None:
    [_, classified_as, promised] = classified.history
    assert isinstance(promised, ReplyPromised)
    odd = StartedClock(name="first_reply", start=TEN, due=later(days=99), grade="U2", policy="of long ago")

    story = given(registered.history[0], classified_as, promised.model_copy(update={"clocks": (odd,)}))

    assert running(story) == {f"first_reply@{AT_TEN}": later(days=99)}


def test_every_clock_is_quiet_after_the_end() -> None:
    for story in (answered.having(SOLVED, CLOSE), in_hand.having(ELSEWHERE)):
        assert running(story) == {}
        for run in story.state.case.clocks:  # type: ignore[union-attr]
            story.when(ran_out(run.clock.name, later(days=99), run.clock.start)).then_nothing()
