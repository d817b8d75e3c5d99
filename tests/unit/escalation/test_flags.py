"""A flag changes the route, never the door: no lower level, no lower grade, and nothing before it is confirmed."""

from __future__ import annotations

import pytest

from services.escalation.domain.escalation.events import FactNoted, Routed
from services.escalation.domain.escalation.state import Label
from shared_kernel.roles import LADDER
from tests.unit.escalation.story import (
    ANSWER,
    CLASSIFY_ONGOING,
    CLOSE,
    POLICY,
    REOPEN,
    SETTLED,
    flagged,
    last_route,
    registered,
    routed,
    routes,
    state_of,
)

KINDS = ("professional", "coercive", "vip", "aftercare")


def test_a_screened_flag_routes_anew_and_its_end_routes_back() -> None:
    before = last_route(routed)
    [_, route] = routed.when(flagged("professional")).then_types(FactNoted, Routed)

    assert isinstance(route, Routed)
    assert (route.desk, route.skill, route.rule) == ("evidence", "evidence_first", "flag_professional")
    back = last_route(routed.having(flagged("professional"), flagged()))
    assert (back.desk, back.level, back.rule) == (before.desk, before.level, before.rule)


@pytest.mark.parametrize("state", ["proposed", "appealed"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_decided_decides_nothing(kind: str, state: str) -> None:
    routed.when(flagged(kind, state=state)).then_types(FactNoted)  # type: ignore[arg-type]  # from the list


def test_flags_heard_again_are_no_news() -> None:
    routed.having(flagged("vip")).when(flagged("vip")).then_nothing()


def test_flags_heard_before_the_classification_route_once_it_is_there() -> None:
    waiting = registered.having(flagged("professional"))

    assert routes(waiting) == []
    assert last_route(waiting.having(CLASSIFY_ONGOING)).desk == "urgent"


@pytest.mark.parametrize("kind", KINDS)
def test_a_running_loss_is_stopped_first_whoever_suffers_it(kind: str) -> None:
    route = last_route(registered.having(CLASSIFY_ONGOING, flagged(kind)))

    assert (route.desk, route.clock) == ("urgent", "stop_the_loss")


@pytest.mark.parametrize("kind", KINDS)
def test_a_flag_touches_no_label_and_ends_nothing(kind: str) -> None:
    plain, told = state_of(routed), state_of(routed.having(flagged(kind)))

    assert isinstance(told.label, Label)
    assert (told.label, told.progress, told.missed, told.clocks) == (
        plain.label,
        "open",
        plain.missed,
        plain.clocks,
    )


def test_a_closed_complaint_is_not_routed_by_a_flag() -> None:
    routed.having(CLOSE).when(flagged("coercive")).then_types(FactNoted)


def test_a_flag_still_counts_when_the_complaint_comes_back() -> None:
    assert last_route(routed.having(flagged("professional"), ANSWER, REOPEN)).desk == "evidence"


def test_no_flag_lowers_the_level() -> None:
    """Without its flags a complaint falls to some later rule: none of those may lead higher."""
    rules = POLICY.routing.rules
    for place, rule in enumerate(rules):
        if "flag" in rule.when:
            below = [LADDER.index(later.level) for later in rules[place + 1 :] if "flag" not in later.when]

            assert LADDER.index(rule.level) >= max(below), rule.id


def test_what_a_customer_got_is_kept_and_routes_nothing() -> None:
    routed.when(SETTLED).then_types(FactNoted)
    kept = state_of(routed.having(SETTLED)).settlement

    assert kept is not None
    assert (kept.round, kept.sum.text, kept.sum.currency, kept.remedies) == (1, "80.00", "GBP", ("fix",))
    routed.having(SETTLED).when(SETTLED).then_nothing()
