from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from services.intake.domain.classify import Bypass, Label
from services.intake.domain.complaint import commands
from services.intake.domain.complaint.events import (
    ClassificationCorrected,
    ComplaintClassified,
    ComplaintRegraded,
    FactNoted,
    HarmStopped,
    ReplyPromised,
)
from services.intake.domain.complaint.state import NotRegistered, Received
from services.intake.domain.complaint.values import (
    BypassNoted,
    Correction,
    Demanded,
    GroupNoted,
    Moved,
    Referred,
)
from tests.unit.intake.story import (
    ANNA,
    CLASSIFY,
    CLOSE,
    COLLECTIVE,
    CUSTOMER,
    MARA,
    RECORDED,
    REGISTER,
    ROUTED,
    STOP_HARM,
    SYSTEM,
    TO_PAST,
    Story,
    classified,
    classify,
    closed,
    given,
    grade_of,
    in_hand,
    labels,
    last,
    later,
    note,
    registered,
)

UNREADABLE = classify(language=None, needs_review=True)


def correct(correction: Correction) -> commands.CorrectClassification:
    return commands.CorrectClassification(at=later(hours=1), by=ANNA, correction=correction)


def regraded(story: Story) -> ComplaintRegraded:
    event = last(story)
    assert isinstance(event, ComplaintRegraded)
    return event


def test_classifying_grades_and_promises_a_reply_in_the_same_decision() -> None:
    classified_as, promised = registered.when(CLASSIFY).then_types(ComplaintClassified, ReplyPromised)

    assert isinstance(classified_as, ComplaintClassified)
    assert isinstance(promised, ReplyPromised)
    assert classified_as.labels == labels()
    assert (classified_as.grading.grade, classified_as.grading.rule) == ("U2", "ongoing_other")
    assert promised.reply_by in {clock.due for clock in promised.clocks if clock.name == "first_reply"}


def test_classifying_twice_changes_nothing() -> None:
    classified.when(classify("past")).then_nothing()
    closed.when(CLASSIFY).then_nothing()


def test_classifying_follows_from_the_registration_and_not_from_a_person() -> None:
    registered.when(replace(CLASSIFY, by=MARA)).then_refused("system_only")
    given().when(CLASSIFY).then_refused("not_registered")


def test_unreadable_narrative_is_clocked_as_ongoing_and_waits_for_a_person() -> None:
    story = registered.having(UNREADABLE)

    assert grade_of(story) == "U2"
    assert story.state.assessment.needs_review  # type: ignore[union-attr]


def test_bypass_noted_before_the_classification_counts_in_the_first_grade() -> None:
    story = registered.having(note(RECORDED), classify("past"))

    assert grade_of(story) == "U3"


def test_person_corrects_a_label_and_the_grade_follows() -> None:
    corrected, graded = classified.when(TO_PAST).then_types(ClassificationCorrected, ComplaintRegraded)

    assert isinstance(corrected, ClassificationCorrected)
    assert isinstance(graded, ComplaintRegraded)
    assert (corrected.correction, corrected.reason) == (Correction(timing="past"), "It stopped on Monday.")
    assert (graded.was.grade, graded.grading.grade) == ("U2", "U4")


@pytest.mark.parametrize(
    "correction",
    [
        Correction(),
        Correction(timing="ongoing", severity="service", language="zh", bypass="none", threats=()),
        Correction(demands=(Demanded("fix"), Demanded("refund", Decimal("1299.00"), "CNY"))),
    ],
)
def test_correction_that_says_what_is_known_changes_nothing(correction: Correction) -> None:
    classified.when(correct(correction)).then_nothing()


def test_same_correction_twice_changes_nothing() -> None:
    classified.having(TO_PAST).when(TO_PAST).then_nothing()


def test_person_who_confirms_a_doubtful_classification_settles_the_doubt() -> None:
    doubtful = registered.having(UNREADABLE)

    confirmed = doubtful.having(correct(Correction()))

    assert isinstance(last(confirmed), ClassificationCorrected)
    confirmed.when(correct(Correction())).then_nothing()


def test_only_staff_correct() -> None:
    classified.when(replace(TO_PAST, by=CUSTOMER)).then_refused("staff_only")
    classified.when(replace(TO_PAST, by=SYSTEM)).then_refused("staff_only")


def test_correction_waits_for_the_classifier_and_ends_with_the_complaint() -> None:
    registered.when(TO_PAST).then_refused("not_classified")
    closed.when(TO_PAST).then_refused("complaint_closed")


def test_correction_that_leaves_the_grade_is_not_regraded() -> None:
    classified.when(correct(Correction(severity="financial"))).then_types(ClassificationCorrected)


def test_collective_group_regrades_a_running_loss_to_the_top() -> None:
    story = in_hand.having(note(COLLECTIVE))

    assert regraded(story).grading.rule == "ongoing_collective"
    assert grade_of(story) == "U1"


def test_leaving_the_group_regrades_back() -> None:
    left = GroupNoted(group="group-1", role=None, stage=None)

    story = in_hand.having(note(COLLECTIVE, 1), note(left, 2))

    assert (regraded(story).was.grade, grade_of(story)) == ("U1", "U2")


@pytest.mark.parametrize("step", ["threatened", "recorded", "sent_back", "repeated"])
def test_noted_bypass_regrades_a_past_loss(step: object) -> None:
    past = registered.having(classify("past"))

    story = past.having(note(BypassNoted(step=step, target="regulator")))  # type: ignore[arg-type]

    assert regraded(story).grading.rule == "past_bypass"


def test_bypass_threatened_after_one_was_recorded_takes_nothing_back() -> None:
    story = registered.having(classify("past"), note(RECORDED))

    story.when(note(BypassNoted(step="threatened", target="media"), 2)).then_types(FactNoted)


@pytest.mark.parametrize(("found_by", "rule"), [("classification", "past_other"), ("person", "past_bypass")])
def test_bypass_read_from_our_own_label_goes_with_the_label(found_by: str, rule: str) -> None:
    read = registered.having(classify("past", bypass=Bypass("done", 0.9)))
    noted = read.having(note(BypassNoted(step="recorded", target="regulator", found_by=found_by)))

    set_right = noted.having(correct(Correction(bypass="none")))

    assert noted.state.assessment.grading.rule == "past_bypass"  # type: ignore[union-attr]
    assert set_right.state.assessment.grading.rule == rule  # type: ignore[union-attr]


def test_noting_what_changes_no_grade_only_notes() -> None:
    in_hand.when(note(ROUTED)).then_types(FactNoted)
    in_hand.when(note(Moved(move="shelved", until=later(days=3)))).then_types(FactNoted)
    in_hand.when(note(GroupNoted(group="g", role="initiator", stage="initiator"))).then_types(FactNoted)


def test_same_event_is_noted_once() -> None:
    story = in_hand.having(note(ROUTED, 4))

    story.when(note(ROUTED, 4)).then_nothing()
    story.when(note(RECORDED, 3)).then_nothing()


def test_same_fact_from_a_later_event_is_noted_again() -> None:
    in_hand.having(note(ROUTED, 4)).when(note(ROUTED, 5)).then_types(FactNoted)


def test_closed_complaint_still_notes_and_is_not_regraded() -> None:
    closed.when(note(RECORDED)).then_types(FactNoted)


def test_only_the_service_itself_notes() -> None:
    in_hand.when(replace(note(ROUTED), by=MARA)).then_refused("system_only")
    given().when(note(ROUTED)).then_refused("not_registered")


@pytest.mark.parametrize("cause", ["", "escalation-1", "@3", "escalation-1@x", "escalation-1@-1"])
def test_note_without_a_readable_cause_is_refused(cause: str) -> None:
    in_hand.when(replace(note(ROUTED), cause=cause)).then_refused("cause_unreadable")


def test_stopped_harm_turns_ongoing_into_past_and_regrades() -> None:
    stopped, graded = in_hand.when(STOP_HARM).then_types(HarmStopped, ComplaintRegraded)

    assert isinstance(stopped, HarmStopped)
    assert isinstance(graded, ComplaintRegraded)
    assert (stopped.stopped_at, stopped.how) == (later(hours=3), "valve closed")
    assert (graded.was.grade, graded.grading.grade) == ("U2", "U4")


def test_stopping_harm_that_does_not_run_changes_nothing() -> None:
    in_hand.having(STOP_HARM).when(STOP_HARM).then_nothing()
    registered.having(classify("past")).when(STOP_HARM).then_nothing()


def test_harm_cannot_stop_in_the_future() -> None:
    in_hand.when(replace(STOP_HARM, stopped_at=later(hours=5))).then_refused("harm_stopped_in_future")


def test_only_the_owner_stops_harm() -> None:
    in_hand.when(replace(STOP_HARM, by=MARA)).then_refused("owner_only")
    closed.when(STOP_HARM).then_refused("complaint_closed")


def test_harm_that_runs_again_is_a_correction() -> None:
    again = in_hand.having(
        STOP_HARM, replace(TO_PAST, at=later(hours=5), correction=Correction(timing="ongoing"))
    )

    assert grade_of(again) == "U2"
    assert again.state.assessment.harm_stopped_at is None  # type: ignore[union-attr]


def test_customers_tier_lifts_the_grade_but_never_to_the_top() -> None:
    gold = given().having(replace(REGISTER, tier="gold"))

    assert grade_of(gold.having(classify("past"))) == "U3"
    assert grade_of(gold.having(classify("past", "financial"))) == "U2"
    assert grade_of(gold.having(classify("ongoing"))) == "U2"


def test_label_bypass_counts_like_a_noted_one() -> None:
    assert grade_of(registered.having(classify("past", bypass=Bypass("threatened", 0.6)))) == "U3"
    assert grade_of(registered.having(classify("past", threats=(Label("media", 0.6),)))) == "U3"


def test_received_stays_received_until_the_classifier_speaks() -> None:
    assert isinstance(registered.having(note(Referred(to="mediator"))).state, Received)
    assert isinstance(given().state, NotRegistered)
    registered.when(CLOSE).then_refused("not_ready_to_close")
