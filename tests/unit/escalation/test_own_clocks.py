from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from services.escalation.domain.escalation.commands import ExpireClock
from services.escalation.domain.escalation.events import (
    AccountFrozen,
    FactNoted,
    HandlerChanged,
    ReferralReturned,
    Resumed,
    Routed,
)
from services.escalation.domain.escalation.state import timers
from services.escalation.reactions import on_timer
from tests.unit.escalation.story import (
    ANSWER,
    CHANGE_HANDLER,
    CLOSE,
    COMPLAINT,
    CONCEDE,
    DECIDER,
    FREEZE,
    HOLD_LINE,
    POLICY,
    RECORD_BYPASS,
    REFER,
    RETURN,
    SECOND_BYPASS,
    SEND_BACK,
    SHELVE,
    Story,
    bypassed,
    given,
    last_route,
    later,
    routed,
    state_of,
)

ACCOUNT_DUE = RECORD_BYPASS.at + POLICY.ladder.account
CALL_BACK_DUE = SECOND_BYPASS.at + POLICY.ladder.call_back
SENT_BACK_DUE = SEND_BACK.at + POLICY.ladder.sent_back


def fired(clock: str, due: datetime) -> ExpireClock:
    return on_timer(f"escalation-{COMPLAINT}", clock, due, due)


def test_the_clocks_running_are_the_timers() -> None:
    story = bypassed.having(SEND_BACK, SECOND_BYPASS, SHELVE, REFER)

    assert timers(story.state) == {
        "account": ACCOUNT_DUE,
        "call_back": CALL_BACK_DUE,
        "sent_back": SENT_BACK_DUE,
        "shelve": SHELVE.until,
        "referral": REFER.until,
    }
    assert DECIDER.timers(given().state) == {}


def test_an_account_that_does_not_come_is_recorded_as_absent() -> None:
    [frozen] = bypassed.when(fired("account", ACCOUNT_DUE)).then_types(AccountFrozen)

    assert isinstance(frozen, AccountFrozen)
    assert (frozen.absent, frozen.account, frozen.handler) == (True, None, "anna")


def test_an_account_owed_at_the_end_is_still_recorded_as_absent() -> None:
    bypassed.having(CLOSE).when(fired("account", ACCOUNT_DUE)).then_types(AccountFrozen)


def test_an_absent_account_is_frozen_too() -> None:
    bypassed.having(fired("account", ACCOUNT_DUE)).when(FREEZE).then_refused("account_already_frozen")


def test_the_date_of_a_rest_resumes() -> None:
    [resumed] = routed.having(SHELVE).when(fired("shelve", SHELVE.until)).then_types(Resumed)

    assert isinstance(resumed, Resumed)
    assert resumed.why == "date_reached"


def test_a_third_party_that_does_not_answer_in_time_gives_the_matter_back() -> None:
    [returned] = routed.having(REFER).when(fired("referral", REFER.until)).then_types(ReferralReturned)

    assert isinstance(returned, ReferralReturned)
    assert (returned.outcome, returned.findings) == ("no_answer", None)


CLIMBING = [
    (routed.having(HOLD_LINE), "hold_line", HOLD_LINE.until, "senior"),
    (routed.having(CONCEDE), "concede", CONCEDE.until, "senior"),
    (routed.having(CHANGE_HANDLER), "change_handler", CHANGE_HANDLER.until, "senior"),
    (bypassed.having(SECOND_BYPASS), "call_back", CALL_BACK_DUE, "executive"),
    (bypassed.having(SEND_BACK), "sent_back", SENT_BACK_DUE, "manager"),
]


@pytest.mark.parametrize(("story", "clock", "due", "level"), CLIMBING, ids=[row[1] for row in CLIMBING])
def test_an_own_clock_that_runs_out_climbs_once(story: Story, clock: str, due: datetime, level: str) -> None:
    command = fired(clock, due)

    once = story.having(command)

    assert last_route(once).level == level
    assert clock not in timers(once.state)
    once.when(command).then_nothing()


def test_the_handler_who_let_it_run_out_is_no_longer_proposed() -> None:
    [_, route] = (
        routed.having(CHANGE_HANDLER)
        .when(fired("change_handler", CHANGE_HANDLER.until))
        .then_types(FactNoted, Routed)
    )

    assert isinstance(route, Routed)
    assert route.handler is None


STOPPED: list[tuple[Story, str, datetime]] = [
    (bypassed.having(FREEZE), "account", ACCOUNT_DUE),
    (routed.having(SHELVE, ANSWER), "shelve", SHELVE.until),
    (routed.having(REFER, RETURN), "referral", REFER.until),
    (routed.having(REFER, CLOSE), "referral", REFER.until),
    (given(), "account", ACCOUNT_DUE),
]


@pytest.mark.parametrize(("story", "clock", "due"), STOPPED)
def test_a_clock_that_was_stopped_fires_into_nothing(story: Story, clock: str, due: datetime) -> None:
    story.when(fired(clock, due)).then_nothing()


def test_a_clock_set_anew_does_not_fire_at_its_old_time() -> None:
    longer = replace(REFER, at=later(days=1), until=later(days=60))

    routed.having(REFER, longer).when(fired("referral", REFER.until)).then_nothing()


def test_after_a_change_of_handler_ran_out_another_one_may_be_made() -> None:
    ran_out = routed.having(CHANGE_HANDLER, fired("change_handler", CHANGE_HANDLER.until))
    again = replace(CHANGE_HANDLER, handler="zoe", at=later(days=4), until=later(days=5))

    assert state_of(ran_out).move is None
    ran_out.when(again).then_types(HandlerChanged, Routed)
