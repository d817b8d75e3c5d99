from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.escalation.domain.escalation import commands
from services.escalation.domain.escalation.decide import PersonCommand
from services.escalation.domain.escalation.events import (
    Conceded,
    HandlerChanged,
    LineHeld,
    ReferralReturned,
    Referred,
    Resumed,
    Routed,
    Shelved,
)
from services.escalation.domain.escalation.facts import OwnerChanged
from services.escalation.domain.policy import ESCALATION_COMMANDS
from tests.unit.escalation.story import (
    ANNA,
    ANSWER,
    CARL_OWNS,
    CHANGE_HANDLER,
    CLASSIFY_ONGOING,
    CONCEDE,
    CUSTOMER,
    FREEZE,
    HOLD_LINE,
    POLICY,
    RECORD_BYPASS,
    REFER,
    RESUME,
    RETURN,
    SEND_BACK,
    SHELVE,
    closed,
    given,
    later,
    note,
    registered,
    routed,
    state_of,
)

MOVES: list[commands.Move] = [SHELVE, CHANGE_HANDLER, HOLD_LINE, CONCEDE]
ASKED: list[PersonCommand] = [
    *MOVES,
    RESUME,
    RECORD_BYPASS,
    FREEZE,
    SEND_BACK,
    REFER,
    RETURN,
]


@pytest.mark.parametrize(
    ("move", "said"),
    [(SHELVE, Shelved), (HOLD_LINE, LineHeld), (CONCEDE, Conceded)],
    ids=lambda each: str(each)[:9],
)
def test_cold_handling_is_recorded_with_reason_and_end(
    move: commands.Shelve | commands.HoldLine | commands.Concede, said: type[Shelved | LineHeld | Conceded]
) -> None:
    [event] = routed.when(move).then_types(said)

    assert isinstance(event, said)
    assert (event.until, event.reason) == (move.until, move.reason)


@pytest.mark.parametrize("move", MOVES, ids=lambda move: type(move).__name__)
def test_the_same_move_to_the_same_end_is_quiet(move: commands.Move) -> None:
    routed.having(move).when(move).then_nothing()


@pytest.mark.parametrize("move", [*MOVES, REFER], ids=lambda move: type(move).__name__)
def test_a_move_ends_in_the_future_and_within_its_limit(move: commands.Move | commands.Refer) -> None:
    routed.when(replace(move, until=move.at)).then_refused("end_not_ahead")
    routed.when(replace(move, until=move.at + timedelta(days=400))).then_refused("end_too_far")


@pytest.mark.parametrize("move", [*MOVES, REFER, RESUME], ids=lambda move: type(move).__name__)
def test_a_move_has_a_reason(move: commands.Move | commands.Refer | commands.Resume) -> None:
    routed.when(replace(move, reason=" ")).then_refused("reason_missing")


def test_prolonging_counts_from_the_beginning() -> None:
    resting = routed.having(SHELVE)
    limit = SHELVE.at + POLICY.ladder.longest["shelve"]

    def prolonged(until: datetime) -> commands.Shelve:
        return replace(SHELVE, at=later(days=4), until=until)

    resting.when(prolonged(limit)).then_types(Shelved)
    resting.when(prolonged(limit + timedelta(seconds=1))).then_refused("end_too_far")


def test_a_running_loss_is_not_shelved() -> None:
    registered.having(CLASSIFY_ONGOING).when(SHELVE).then_refused("loss_still_running")


def test_a_person_ends_the_rest_early() -> None:
    [resumed] = routed.having(SHELVE).when(RESUME).then_types(Resumed)

    assert isinstance(resumed, Resumed)
    assert resumed.why == "person"


def test_resuming_what_does_not_rest_is_quiet() -> None:
    routed.when(RESUME).then_nothing()
    routed.having(SHELVE, RESUME).when(RESUME).then_nothing()
    routed.having(HOLD_LINE).when(RESUME).then_nothing()


def test_the_next_move_takes_the_place_of_the_one_before() -> None:
    held = routed.having(SHELVE, HOLD_LINE)

    assert {"hold_line": HOLD_LINE.until} == state_of(held).clocks


def test_another_handler_is_proposed_and_the_present_one_barred() -> None:
    changed, route = routed.when(CHANGE_HANDLER).then_types(HandlerChanged, Routed)

    assert isinstance(changed, HandlerChanged)
    assert (changed.previous, changed.handler) == ("anna", "dora")
    assert isinstance(route, Routed)
    assert (route.handler, route.not_to) == ("dora", ("anna",))


def test_the_choice_of_another_handler_may_be_left_to_the_desk() -> None:
    _, route = routed.when(replace(CHANGE_HANDLER, handler=None)).then_types(HandlerChanged, Routed)

    assert isinstance(route, Routed)
    assert (route.handler, route.not_to) == (None, ("anna",))


def test_a_changed_handler_is_a_different_one() -> None:
    routed.when(replace(CHANGE_HANDLER, handler="anna")).then_refused("not_a_different_handler")


def test_the_handler_before_a_change_does_not_get_it_back() -> None:
    changed = routed.having(CHANGE_HANDLER, note(OwnerChanged(owner="dora"), later(hours=3)))
    back = replace(CHANGE_HANDLER, at=later(hours=4), handler="anna")

    changed.when(back).then_refused("not_a_different_handler")


def test_the_change_is_over_once_the_handler_has_taken_over() -> None:
    by_another = routed.having(CHANGE_HANDLER, CARL_OWNS)
    by_the_chosen = routed.having(CHANGE_HANDLER, note(OwnerChanged(owner="dora"), later(hours=3)))

    assert "change_handler" in state_of(by_another).clocks
    assert "change_handler" not in state_of(by_the_chosen).clocks


def test_the_answer_ends_the_moves_but_not_the_referral() -> None:
    answered = routed.having(REFER, SHELVE, ANSWER)

    assert {"referral": REFER.until} == state_of(answered).clocks


def test_a_third_party_looks_into_it_until_a_time() -> None:
    [referred] = routed.when(REFER).then_types(Referred)

    assert isinstance(referred, Referred)
    assert (referred.to, referred.until) == ("mediator", REFER.until)


def test_referring_is_quiet_the_second_time_and_may_be_prolonged() -> None:
    away = routed.having(REFER)

    away.when(REFER).then_nothing()
    away.when(replace(REFER, until=later(days=60))).then_types(Referred)


def test_one_third_party_at_a_time() -> None:
    routed.having(REFER).when(replace(REFER, to="court")).then_refused("already_referred")


def test_a_referral_returns_once() -> None:
    away = routed.having(REFER)

    [returned] = away.when(RETURN).then_types(ReferralReturned)

    assert isinstance(returned, ReferralReturned)
    assert returned.outcome == "settled"
    away.having(RETURN).when(RETURN).then_refused("not_referred")


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: type(asked).__name__)
def test_nothing_is_asked_of_a_complaint_nobody_heard_of(asked: PersonCommand) -> None:
    given().when(asked).then_refused("not_registered")


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: type(asked).__name__)
def test_a_closed_complaint_moves_no_more(asked: PersonCommand) -> None:
    closed.when(asked).then_refused(
        "no_account_requested" if isinstance(asked, commands.FreezeAccount) else "complaint_closed"
    )


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: type(asked).__name__)
def test_the_customer_moves_nothing(asked: PersonCommand) -> None:
    routed.when(replace(asked, by=CUSTOMER)).then_refused("level_too_low")


def test_an_agent_does_not_let_a_matter_rest() -> None:
    routed.when(replace(SHELVE, by=ANNA)).then_refused("level_too_low")


def test_every_command_of_a_person_has_its_authority_in_the_table() -> None:
    assert len(ASKED) == len(ESCALATION_COMMANDS)
    assert set(ESCALATION_COMMANDS) == set(POLICY.ladder.authority)
