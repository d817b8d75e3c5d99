from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from services.escalation.domain.escalation.commands import NoteFact
from services.escalation.domain.escalation.events import FactNoted, Routed
from services.escalation.domain.escalation.facts import (
    Answered,
    Corrected,
    DeadlineMissed,
    OwnerChanged,
    Registered,
    Regraded,
    Reopened,
)
from services.escalation.domain.escalation.routing import lifted
from services.escalation.domain.escalation.state import Missed
from tests.unit.escalation.story import (
    ANSWER,
    CARL_OWNS,
    CHANGE_HANDLER,
    CLASSIFY,
    CLASSIFY_ONGOING,
    CLOSE,
    NOON,
    POLICY,
    RECORD_BYPASS,
    REGISTER,
    REOPEN,
    SECOND_BYPASS,
    SHELVE,
    STOP_HARM,
    flagged,
    given,
    grouped,
    labelled,
    last_route,
    later,
    missed,
    note,
    registered,
    routed,
    routes,
)

VIP = note(Registered(received_at=NOON, source="callcentre", tier="vip"))
ONGOING_COERCIVE = [REGISTER, CLASSIFY_ONGOING, flagged("coercive")]

ROWS: list[tuple[str, str, str, list[Any]]] = [
    ("bypass_repeated", "customer_relations", "manager", [REGISTER, CLASSIFY, RECORD_BYPASS, SECOND_BYPASS]),
    ("threat_of_violence", "security", "lead", [REGISTER, note(labelled(threats=("violence",)))]),
    (
        "bypass_to_press",
        "public_affairs",
        "manager",
        [REGISTER, note(labelled(bypass="done", target="media"))],
    ),
    ("bypass_to_authority", "regulatory", "lead", [REGISTER, note(labelled(bypass="done", target="court"))]),
    ("bypass_inside", "customer_relations", "lead", [REGISTER, note(labelled(bypass="done"))]),
    ("group_collective", "groups", "manager", [REGISTER, CLASSIFY, note(grouped("collective"))]),
    ("group_initiator", "groups", "lead", [REGISTER, CLASSIFY, note(grouped("followers", "initiator"))]),
    ("group_member", "groups", "senior", [REGISTER, CLASSIFY, note(grouped("followers"))]),
    (
        "ongoing_safety",
        "urgent",
        "lead",
        [REGISTER, note(labelled(timing="ongoing", severity="safety", grade="U1"))],
    ),
    ("ongoing_flag_coercive", "urgent", "lead", ONGOING_COERCIVE),
    (
        "timing_uncertain",
        "urgent",
        "senior",
        [REGISTER, note(labelled(timing="ongoing", grade="U2", needs_review=True))],
    ),
    ("ongoing", "urgent", "senior", [REGISTER, CLASSIFY_ONGOING]),
    ("flag_coercive", "security", "lead", [REGISTER, CLASSIFY, flagged("coercive")]),
    ("language_unclassified", "care", "senior", [REGISTER, note(labelled(language=None))]),
    ("bypass_threatened", "care", "lead", [REGISTER, note(labelled(bypass="threatened", target="court"))]),
    ("flag_professional", "evidence", "senior", [REGISTER, CLASSIFY, flagged("professional")]),
    ("flag_vip", "key_customers", "senior", [REGISTER, CLASSIFY, flagged("vip")]),
    ("key_customer", "key_customers", "senior", [VIP, CLASSIFY]),
    ("flag_aftercare", "care", "senior", [REGISTER, CLASSIFY, flagged("aftercare")]),
    ("reopened", "care", "senior", [REGISTER, CLASSIFY, ANSWER, REOPEN]),
    (
        "loss_just_stopped",
        "care",
        "senior",
        [REGISTER, note(labelled(timing="ongoing", severity="financial", grade="U2")), STOP_HARM],
    ),
    ("past_serious", "care", "senior", [REGISTER, note(labelled(grade="U3"))]),
    ("past_other", "front", "agent", [REGISTER, CLASSIFY]),
]


@pytest.mark.parametrize(("rule", "desk", "level", "told"), ROWS, ids=[row[0] for row in ROWS])
def test_the_row_that_fits_decides(rule: str, desk: str, level: str, told: list[Any]) -> None:
    route = last_route(given().having(*told))

    assert (route.rule, route.desk, route.level) == (rule, desk, level)


def test_every_row_of_the_table_is_tested() -> None:
    assert [rule.id for rule in POLICY.routing.rules] == [row[0] for row in ROWS]


def test_the_route_names_rule_and_policy_versions() -> None:
    route = last_route(routed)

    assert route.policy == f"{POLICY.routing.version} {POLICY.ladder.version}"
    assert (route.rule, route.clock, route.language) == ("past_other", "first_reply", "en")


def test_routing_speaks_only_when_desk_level_or_person_changes() -> None:
    senior = registered.having(note(labelled(grade="U3")))

    senior.when(note(Corrected(severity="attitude"), later(hours=1))).then_types(FactNoted)


def test_a_stopped_loss_is_routed_anew() -> None:
    ongoing = registered.having(CLASSIFY_ONGOING)

    [_, route] = ongoing.when(STOP_HARM).then_types(FactNoted, Routed)

    assert isinstance(route, Routed)
    assert (route.desk, route.rule) == ("front", "past_other")


@pytest.mark.parametrize(("severity", "grade"), [("service", "U4"), ("financial", "U3")])
def test_the_grade_that_follows_a_stopped_loss_does_not_route_twice(severity: str, grade: str) -> None:
    ongoing = registered.having(note(labelled(timing="ongoing", severity=severity, grade="U2")))

    stopped = ongoing.having(STOP_HARM)

    stopped.when(note(Regraded(grade=grade), later(hours=1))).then_types(FactNoted)


def test_regrading_routes_anew() -> None:
    [_, route] = routed.when(note(Regraded(grade="U3"), later(hours=1))).then_types(FactNoted, Routed)

    assert isinstance(route, Routed)
    assert route.rule == "past_serious"


def test_a_corrected_label_routes_anew() -> None:
    uncertain = registered.having(note(labelled(timing="ongoing", grade="U2", needs_review=True)))

    route = last_route(uncertain.having(note(Corrected(timing="past"), later(hours=1))))

    assert route.desk == "front"


def test_an_accepted_hand_over_is_no_news() -> None:
    routed.when(CARL_OWNS).then_types(FactNoted)


@pytest.mark.parametrize(
    ("clock", "level"),
    [
        ("acknowledge", "senior"),
        ("stop_the_loss", "lead"),
        ("first_reply", "senior"),
        ("return_visit", "senior"),
        ("final_answer", "lead"),
        ("CN-BANK-INS", "lead"),
    ],
)
def test_a_missed_deadline_climbs_the_ladder(clock: str, level: str) -> None:
    [_, route] = routed.when(missed(clock)).then_types(FactNoted, Routed)

    assert isinstance(route, Routed)
    assert (route.level, route.climbed_by) == (level, (clock,))


def test_missed_deadlines_add_up_to_the_top_and_no_further() -> None:
    clocks = ("first_reply", "final_answer", "stop_the_loss")
    top = routed.having(*(missed(clock) for clock in clocks))

    assert last_route(top).level == "executive"
    top.when(missed("final_answer", later(days=3))).then_types(FactNoted)


def runs(*clocks: str, level: str | None = None) -> list[Missed]:
    return [Missed(clock, NOON, level) for clock in clocks]


def test_no_clock_lifts_above_its_own_height() -> None:
    assert lifted("lead", runs("acknowledge", "return_visit"), POLICY.ladder) == ("lead", ())
    assert lifted("manager", runs("first_reply"), POLICY.ladder) == ("manager", ())


@pytest.mark.parametrize("clocks", list(permutations(["stop_the_loss", "acknowledge", "return_visit"])))
def test_the_order_in_which_clocks_were_missed_does_not_matter(clocks: tuple[str, ...]) -> None:
    assert lifted("agent", runs(*clocks), POLICY.ladder) == (
        "executive",
        ("acknowledge", "return_visit", "stop_the_loss"),
    )


def test_each_run_of_a_clock_climbs_once() -> None:
    once = routed.having(missed("first_reply"))

    once.when(missed("first_reply")).then_nothing()
    assert last_route(once.having(missed("first_reply", later(days=2)))).level == "lead"


def test_a_miss_heard_again_does_not_take_the_complaint_from_whoever_was_chosen_since() -> None:
    chosen = routed.having(missed("first_reply"), CHANGE_HANDLER)

    chosen.when(missed("first_reply")).then_nothing()


def test_a_deadline_missed_before_the_classification_climbs_once_it_is_there() -> None:
    waiting = registered.having(missed("acknowledge"))

    assert routes(waiting) == []
    assert last_route(waiting.having(CLASSIFY)).level == "senior"


@pytest.mark.parametrize("clock", ["approval", "signing", "payment", "payee", "review"])
def test_a_missed_clock_of_the_negotiation_climbs_one_rung(clock: str) -> None:
    assert (
        last_route(routed.having(missed(clock))).level
        == last_route(routed.having(missed("first_reply"))).level
    )


def test_a_clock_that_names_who_is_to_act_climbs_as_far_as_that() -> None:
    """A manager owns it, so the signature they owe is the executive's to see to."""
    assert lifted("manager", runs("signing", level="executive"), POLICY.ladder) == ("executive", ("signing",))
    assert lifted("agent", runs("approval", level="lead"), POLICY.ladder) == ("lead", ("approval",))
    assert lifted("lead", runs("approval", level="agent"), POLICY.ladder) == ("manager", ("approval",))
    assert lifted("agent", runs("a new one", level="senior"), POLICY.ladder) == ("senior", ("a new one",))


def test_a_deadline_missed_while_the_matter_rests_climbs_all_the_same() -> None:
    resting = routed.having(SHELVE)

    [_, route] = resting.when(missed("final_answer")).then_types(FactNoted, Routed)

    assert isinstance(route, Routed)
    assert route.level == "lead"


def test_a_reopened_complaint_is_routed_anew_and_never_to_its_last_owner() -> None:
    answered = routed.having(CARL_OWNS, ANSWER)

    route = last_route(answered.having(REOPEN))

    assert route.not_to == ("carl",)


def test_no_owner_of_an_earlier_round_gets_a_complaint_reopened_again() -> None:
    dora = OwnerChanged(owner="dora")
    again = routed.having(
        CARL_OWNS,
        ANSWER,
        REOPEN,
        note(dora, later(hours=6)),
        note(Answered(outcome="answered"), later(days=1)),
        note(Reopened(), later(days=2)),
    )

    assert last_route(again).not_to == ("carl", "dora")


def test_a_closed_complaint_that_comes_back_is_routed_again() -> None:
    assert last_route(routed.having(CARL_OWNS, CLOSE, note(Reopened(), later(days=9)))).rule == "reopened"


@pytest.mark.parametrize(
    "told", [note(Regraded(grade="U1"), later(days=1)), note(Corrected(bypass="none", severity="safety"))]
)
def test_a_closed_complaint_is_not_routed(told: NoteFact) -> None:
    routed.having(CLOSE).when(told).then_types(FactNoted)


def test_a_deadline_missed_after_the_end_is_noted_only() -> None:
    late = note(DeadlineMissed(clock="return_visit", start=later(hours=3)), later(days=9))

    routed.having(CLOSE).when(late).then_types(FactNoted)
