from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from eventlog.message import ERASED
from eventlog.reactions import FollowUp
from eventlog.recorded import Recorded
from services.intake.classifying import steady_classifier
from services.intake.domain.classify import Classification
from services.intake.domain.complaint import commands
from services.intake.domain.complaint.authority import INTAKE
from services.intake.domain.complaint.events import AnyComplaintEvent, ComplaintRegistered, FactNoted
from services.intake.domain.complaint.values import Routed
from services.intake.policy_files import load_rules
from services.intake.reactions import Context, SameMatter, classifier_by, on_timer, react
from tests.unit.intake.story import (
    COLLECTIVE,
    COMPLAINT,
    DECIDER,
    NOT_SOLVED,
    OTHER,
    PROFESSIONAL,
    REGISTER,
    SOLVED,
    TEN,
    UNREACHED,
    Story,
    answered,
    classified,
    closed,
    in_hand,
    labels,
    last,
    later,
    note,
    open_round,
    outcome_of,
    registered,
    running,
    screened,
    talked,
    visited,
)

STREAM = f"complaint-{COMPLAINT}"
NOW = later(hours=60)


def classifier(event: ComplaintRegistered) -> Classification:
    return labels(rules_version=f"{event.narrative}|{event.received_at.isoformat()}")


def same_order(_event: ComplaintRegistered) -> Iterable[SameMatter]:
    return [SameMatter(OTHER, "same_order")]


def recorded(event: AnyComplaintEvent) -> Recorded[AnyComplaintEvent]:
    return Recorded(
        position=7,
        stream=STREAM,
        version=3,
        recorded_at=TEN,
        correlation_id=COMPLAINT,
        causation_id=None,
        public_sequence=None,
        event=event,
    )


def follow_ups(event: AnyComplaintEvent, context: Context | None = None) -> tuple[FollowUp, ...]:
    return react(recorded(event), NOW, context or Context(classifier))


def test_registration_is_classified() -> None:
    event = last(registered)
    assert isinstance(event, ComplaintRegistered)

    [follow_up] = follow_ups(event)

    assert follow_up == FollowUp(
        "classify", STREAM, commands.Classify(at=NOW, by=INTAKE, labels=classifier(event))
    )


def test_narrative_and_wish_are_read_and_what_is_erased_is_read_as_never_told() -> None:
    event = last(registered)
    assert isinstance(event, ComplaintRegistered)
    told = event.model_copy(
        update={"narrative": "The lift stood still yesterday.", "asks_for": "Refund of £80"}
    )
    read = classifier_by(load_rules())

    assert [each.kind for each in read(told).demands] == ["refund"]
    assert read(told.model_copy(update={"asks_for": ERASED})).demands == ()
    assert read(told.model_copy(update={"narrative": ERASED, "asks_for": ERASED})).language is None


def test_registration_is_linked_to_what_the_look_up_finds() -> None:
    _, follow_up = follow_ups(last(registered), Context(classifier, same_order))

    assert follow_up.name == f"link {OTHER}"
    assert follow_up.command == commands.Link(at=NOW, by=INTAKE, other=OTHER, why="same_order")


def test_noted_route_becomes_an_offer() -> None:
    route = Routed(desk="technical", level="lead", handler="carl", not_to=("anna",), rule="r7", policy="p2")
    [note_of_it] = [event for event in in_hand.having(note(route)).history if isinstance(event, FactNoted)]

    [follow_up] = follow_ups(note_of_it)

    assert follow_up.name == "offer_handover"
    assert follow_up.command == commands.OfferHandover(
        at=NOW,
        by=INTAKE,
        desk="technical",
        level="lead",
        handler="carl",
        not_to=("anna",),
        rule="r7",
        policy="p2",
        as_of=note_of_it.at,
    )


@pytest.mark.parametrize("outcome", ["settled", "refused"])
def test_what_the_negotiation_decided_becomes_the_answer_without_a_word_of_ours(outcome: str) -> None:
    noted = open_round.having(talked(outcome, 2))

    [follow_up] = follow_ups(last(noted))

    answer = commands.Answer(at=NOW, by=INTAKE, outcome=outcome, text=None)  # type: ignore[arg-type]  # one of the two
    assert follow_up == FollowUp("answer", STREAM, answer)


def test_withdrawn_negotiation_becomes_a_withdrawal() -> None:
    [follow_up] = follow_ups(last(open_round.having(talked("withdrawn", 2))))

    assert follow_up == FollowUp("withdraw", STREAM, commands.Withdraw(at=NOW, by=INTAKE))


@pytest.mark.parametrize("step", ["opened", "offer_accepted", "referred", "ended", "paid", "archived"])
def test_other_steps_of_a_negotiation_call_for_nothing(step: str) -> None:
    assert follow_ups(last(in_hand.having(talked(step)))) == ()


def test_flags_call_for_nothing() -> None:
    assert follow_ups(last(in_hand.having(screened(PROFESSIONAL)))) == ()


def test_solved_visit_closes() -> None:
    [follow_up] = follow_ups(last(visited))

    assert follow_up == FollowUp("close", STREAM, commands.Close(at=NOW, by=INTAKE))


def test_third_visit_in_vain_closes_and_not_the_ones_before() -> None:
    once = answered.having(UNREACHED)
    twice = once.having(replace(UNREACHED, at=later(hours=40)))
    thrice = twice.having(replace(UNREACHED, at=later(hours=50)))

    assert [len(follow_ups(last(story))) for story in (once, twice, thrice)] == [0, 0, 1]


@pytest.mark.parametrize(
    "story",
    [classified, in_hand, in_hand.having(note(COLLECTIVE)), answered, answered.having(NOT_SOLVED), closed],
)
def test_nothing_else_calls_for_a_command(story: Story) -> None:
    assert follow_ups(last(story)) == ()


def test_timer_leads_to_the_clock_that_armed_it() -> None:
    for name, due in running(classified).items():
        command = on_timer(STREAM, name, due, due)

        assert isinstance(command, commands.ClockRanOut)
        assert (command.at, command.by, command.start) == (due, INTAKE, TEN)
        assert len(DECIDER.decide(command, classified.state)) == 1


def test_timer_of_no_clock_is_an_error_of_ours() -> None:
    with pytest.raises(ValueError, match="isoformat"):
        on_timer(STREAM, "acknowledge", TEN, NOW)


def test_reactions_bring_a_complaint_from_registration_to_its_end() -> None:
    answer = commands.Answer(at=later(hours=1), by=REGISTER.by, outcome="answered", text="Done.")
    handled = followed(registered).having(answer, SOLVED)

    assert outcome_of(followed(handled)) == "answered"


def test_reaction_run_again_changes_nothing() -> None:
    decided = [open_round.having(talked(step, 2)) for step in ("settled", "refused", "withdrawn")]
    for story in (registered, visited, *decided):
        for follow_up in follow_ups(last(story)):
            followed(story).when(asked(follow_up)).then_nothing()


def followed(story: Story) -> Story:
    """Return the story after what its last event calls for."""
    return story.having(*(asked(follow_up) for follow_up in follow_ups(last(story))))


def asked(follow_up: FollowUp) -> commands.ComplaintCommand:
    assert isinstance(follow_up.command, commands.ComplaintCommand)
    return follow_up.command


def test_text_that_breaks_the_classifier_is_for_a_person_to_read() -> None:
    def broken(_event: ComplaintRegistered) -> Classification:
        raise KeyError(1)

    event = last(registered)
    assert isinstance(event, ComplaintRegistered)
    with capture_logs() as lines:
        found = steady_classifier(load_rules(), lambda _rules: broken)(event)

    assert found.needs_review
    assert found.demands == ()
    assert [line["event"] for line in lines] == ["classifier_failed"]
