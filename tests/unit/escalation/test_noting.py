from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from services.escalation.domain.escalation.commands import NoteFact
from services.escalation.domain.escalation.events import FactNoted, GroupNoted, Routed
from services.escalation.domain.escalation.facts import (
    Acknowledged,
    Answered,
    Attributes,
    Fact,
    Flag,
    Screened,
    Unlinked,
)
from services.escalation.reactions import ESCALATION
from tests.unit.escalation.story import (
    ACKNOWLEDGE,
    ANSWER,
    CARL_OWNS,
    CLASSIFY,
    CLASSIFY_ONGOING,
    CLOSE,
    COMPLAINT,
    EARLIER,
    GROUP,
    LEFT,
    LINK,
    NOON,
    PERSON,
    REGISTER,
    REGRADE,
    REOPEN,
    REPLY,
    STOP_HARM,
    given,
    grouped,
    labelled,
    later,
    missed,
    note,
    registered,
    routed,
    state_of,
)

TOLD = [
    REGISTER,
    CLASSIFY_ONGOING,
    LINK,
    ACKNOWLEDGE,
    REPLY,
    CARL_OWNS,
    REGRADE,
    STOP_HARM,
    missed("first_reply"),
    ANSWER,
    REOPEN,
    CLOSE,
]


def test_a_registration_is_noted_with_its_attributes_and_waits_for_the_classification() -> None:
    outcome = given().when(REGISTER)

    outcome.then(
        FactNoted(
            at=NOON,
            by=ESCALATION,
            complaint=COMPLAINT,
            person=PERSON,
            cause=REGISTER.cause,
            fact=REGISTER.fact,
            attributes=REGISTER.attributes,
        )
    )


def test_a_classification_is_noted_and_routed_in_one_decision() -> None:
    registered.when(CLASSIFY).then_types(FactNoted, Routed)


@pytest.mark.parametrize("told", TOLD, ids=lambda told: str(told.fact.kind))
def test_what_is_told_twice_is_noted_once(told: NoteFact) -> None:
    known = given().having(*TOLD[: TOLD.index(told) + 1])

    known.when(told).then_nothing()


def test_a_fact_about_another_complaint_or_person_is_refused() -> None:
    registered.when(replace(CLASSIFY, complaint=EARLIER)).then_refused("other_complaint")
    registered.when(replace(CLASSIFY, person=EARLIER)).then_refused("other_complaint")


def test_a_group_may_be_heard_of_before_the_complaint_itself() -> None:
    before = given().having(note(grouped("followers")))

    [*_, route] = before.having(REGISTER).when(CLASSIFY).then_types(FactNoted, Routed)

    assert isinstance(route, Routed)
    assert route.rule == "group_member"


def test_what_a_group_says_is_passed_on_for_the_complaint() -> None:
    [_, passed_on, _] = routed.when(note(grouped("followers"))).then_types(FactNoted, GroupNoted, Routed)

    assert isinstance(passed_on, GroupNoted)
    assert (passed_on.group, passed_on.role, passed_on.stage) == (GROUP, "follower", "followers")


def test_leaving_a_group_is_passed_on_and_routes_as_before() -> None:
    member = routed.having(note(grouped("followers")))

    [_, passed_on, route] = member.when(note(LEFT, later(hours=1))).then_types(FactNoted, GroupNoted, Routed)

    assert isinstance(passed_on, GroupNoted)
    assert passed_on.role is None
    assert isinstance(route, Routed)
    assert route.rule == "past_other"


def test_leaving_an_old_group_does_not_touch_the_new_one() -> None:
    moved = routed.having(
        note(grouped("followers")), note(grouped("collective", group=EARLIER), later(hours=1))
    )

    membership = state_of(moved.having(note(LEFT, later(hours=2)))).membership

    assert membership is not None
    assert membership.stage == "collective"


def test_of_two_live_groups_the_younger_membership_counts_whichever_is_heard_first() -> None:
    older = note(grouped("followers"), later(hours=1))
    younger = note(grouped("collective", group=EARLIER), later(hours=2))

    for told in ((older, younger), (younger, older)):
        membership = state_of(routed.having(*told)).membership

        assert membership is not None
        assert membership.stage == "collective"


def test_news_of_the_older_group_does_not_make_its_membership_younger() -> None:
    told = routed.having(
        note(grouped("initiator"), later(hours=1)),
        note(grouped("collective", group=EARLIER), later(hours=2)),
        note(grouped("followers"), later(hours=3)),
    )

    membership = state_of(told).membership

    assert membership is not None
    assert membership.stage == "collective"


def test_a_mistaken_link_is_taken_back() -> None:
    linked = registered.having(LINK)

    assert frozenset() == state_of(linked.having(note(Unlinked(other=EARLIER), later(hours=1)))).linked


def test_nothing_is_routed_for_a_closed_complaint() -> None:
    closed = routed.having(CLOSE)

    closed.when(note(grouped("collective"), later(hours=7))).then_types(FactNoted, GroupNoted)


def test_personal_attributes_do_not_decide_what_is_news() -> None:
    registered.when(replace(REGISTER, attributes=Attributes(site="elsewhere"))).then_nothing()


def from_intake(version: int, fact: Fact, at: datetime = NOON) -> NoteFact:
    return note(fact, at, cause=f"complaint-{COMPLAINT}@{version}")


def test_what_is_told_again_after_other_news_does_not_undo_it() -> None:
    first, then = from_intake(3, labelled(severity="safety")), from_intake(4, labelled(severity="attitude"))
    known = registered.having(first, then)

    known.when(first).then_nothing()
    known.when(then).then_nothing()


def test_like_facts_of_two_causes_are_two_notes() -> None:
    known = routed.having(from_intake(3, Acknowledged()))

    known.when(from_intake(4, Acknowledged())).then_types(FactNoted)


def test_each_stream_is_heard_in_its_own_order() -> None:
    known = routed.having(from_intake(9, Acknowledged()))

    known.when(note(Screened(flags=()), cause=f"flag-{PERSON}@2")).then_types(FactNoted)


def test_group_that_says_where_the_complaint_stood_already_is_not_noted() -> None:
    member = routed.having(note(grouped("followers"), cause=f"group-{GROUP}@3"))

    member.when(note(grouped("followers"), cause=f"group-{GROUP}@4")).then_nothing()


@pytest.mark.parametrize("cause", ["", "complaint", "complaint@", "complaint@x", "@1", "complaint@0"])
def test_cause_that_is_no_event_is_refused(cause: str) -> None:
    given().when(replace(REGISTER, cause=cause)).then_refused("cause_unreadable")


def test_codes_of_a_later_release_are_noted_and_can_be_read_back() -> None:
    told = [
        note(labelled(severity="dignity", grade="U9", language="fr", bypass="done", target="ministry")),
        note(Answered(outcome="forgiven"), later(hours=1)),
        missed("some_new_clock"),
        note(Screened(flags=(Flag(kind="some_new_kind", state="confirmed"),)), later(hours=2)),
    ]

    history = registered.having(*told).history

    assert [type(event).model_validate_json(event.model_dump_json()) for event in history] == list(history)


def test_note_stored_before_causes_were_kept_is_still_read() -> None:
    [noted] = [event for event in registered.history if isinstance(event, FactNoted)]
    stored = noted.model_dump_json(exclude={"cause"})

    assert FactNoted.model_validate_json(stored) == noted.model_copy(update={"cause": None})
