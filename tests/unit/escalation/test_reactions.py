from __future__ import annotations

from eventlog.reactions import FollowUp
from eventlog.recorded import Recorded
from services.escalation.domain.escalation.commands import NoteFact
from services.escalation.domain.escalation.facts import Grouped
from services.escalation.domain.group.commands import FormGroup, JoinGroup
from services.escalation.domain.group.events import AnyGroupEvent
from services.escalation.domain.group.state import Group
from services.escalation.reactions import ESCALATION, detect, react
from tests.unit.escalation.crowd import (
    AGREE,
    APPROVE,
    CHANGE_ROLE,
    DECIDER,
    FORM,
    GROUP,
    POLICY,
    REMOVE,
    complaint_of,
    facts,
    formed,
    given,
    joining,
    later,
    person_of,
)


def told(*history: AnyGroupEvent) -> tuple[FollowUp, ...]:
    """What the last event of a group's history calls for."""
    state = DECIDER.fold(history)
    assert isinstance(state, Group)
    recorded = Recorded(
        position=1,
        stream=f"group-{GROUP}",
        version=len(history),
        recorded_at=later(),
        correlation_id=GROUP,
        causation_id=None,
        public_sequence=None,
        event=history[-1],
    )
    return react(recorded, later(minutes=1), state)


def facts_in(follow_ups: tuple[FollowUp, ...]) -> list[Grouped]:
    notes = [each.command for each in follow_ups if isinstance(each.command, NoteFact)]
    return [note.fact for note in notes if isinstance(note.fact, Grouped)]


def test_a_member_that_joined_notes_where_it_stands() -> None:
    [follow_up] = told(*formed.having(joining(4)).history)

    note = follow_up.command
    assert isinstance(note, NoteFact)
    assert follow_up.stream == f"escalation-{complaint_of(4)}"
    assert (note.complaint, note.person, note.by) == (complaint_of(4), person_of(4), ESCALATION)
    assert note.fact == Grouped(group=GROUP, role="follower", stage="followers")


def test_a_new_stage_is_told_to_every_member_under_its_own_name() -> None:
    follow_ups = told(*formed.history)

    assert {
        role: sum(fact.role == role for fact in facts_in(follow_ups)) for role in ("initiator", "follower")
    } == {"initiator": 1, "follower": 2}
    assert {"followers"} == {fact.stage for fact in facts_in(follow_ups)}
    assert len({each.name for each in follow_ups}) == 3


def test_a_remedy_is_told_to_every_member() -> None:
    facts_told = facts_in(told(*formed.having(AGREE).history))

    assert [AGREE.kind] * 3 == [fact.remedy.kind for fact in facts_told if fact.remedy is not None]


def test_who_joins_after_the_remedy_hears_of_it_too() -> None:
    [fact] = facts_in(told(*formed.having(AGREE, joining(4)).history))

    assert fact.remedy is not None


def test_a_member_with_another_role_notes_it() -> None:
    [fact] = facts_in(told(*formed.having(CHANGE_ROLE).history))

    assert fact.role == "representative"


def test_a_member_taken_out_notes_that_it_stands_alone() -> None:
    [follow_up] = told(*formed.having(REMOVE).history)

    assert isinstance(follow_up.command, NoteFact)
    assert follow_up.command.person == person_of(2)
    assert follow_up.command.fact == Grouped(group=GROUP, role=None, stage=None)


def test_founding_and_statements_call_for_nothing() -> None:
    assert told(formed.history[0]) == ()
    assert told(*formed.having(APPROVE).history) == ()


def test_alike_complaints_found_a_group() -> None:
    [follow_up] = detect(facts(3), [facts(1), facts(2)], POLICY, later(hours=4))

    command = follow_up.command
    assert isinstance(command, FormGroup)
    assert follow_up.stream == f"group-{command.group}"
    assert len(given().when(command).events) == 5


def test_one_more_alike_joins_the_group() -> None:
    member = facts(1, group=FORM.group, group_causes=frozenset(FORM.causes))

    [follow_up] = detect(facts(4), [member], POLICY, later(hours=5))

    assert follow_up.stream == f"group-{GROUP}"
    assert isinstance(follow_up.command, JoinGroup)
    assert len(formed.when(follow_up.command).events) == 1


def test_a_complaint_of_its_own_calls_for_nothing() -> None:
    assert detect(facts(3), [], POLICY, later(hours=4)) == ()
