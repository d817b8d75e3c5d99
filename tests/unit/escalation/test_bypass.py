from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.escalation.domain.escalation.events import (
    AccountFrozen,
    AccountRequested,
    BypassRecorded,
    BypassRepeated,
    BypassSentBack,
    BypassThreatened,
    EarlierRecord,
    FactNoted,
    Routed,
)
from services.escalation.domain.escalation.facts import Corrected, Replied
from services.escalation.domain.escalation.state import AccountAsked
from tests.unit.escalation.story import (
    ACKNOWLEDGE,
    ANNA,
    CARL,
    CARL_OWNS,
    CLASSIFY_BYPASS,
    CLOSE,
    CORRECT_TO_NO_BYPASS,
    CUSTOMER,
    EARLIER,
    FREEZE,
    LINK,
    MARA,
    NOON,
    POLICY,
    RECORD_BYPASS,
    REGISTER,
    REPLY,
    SECOND_BYPASS,
    SEND_BACK,
    bypassed,
    given,
    labelled,
    last_route,
    later,
    note,
    registered,
    routed,
    state_of,
)

THREATEN = note(labelled(bypass="threatened", target="media"))


def test_a_threatened_bypass_is_said_once_for_each_target() -> None:
    [_, threatened, _] = registered.when(THREATEN).then_types(FactNoted, BypassThreatened, Routed)

    assert isinstance(threatened, BypassThreatened)
    assert threatened.target == "media"
    registered.having(THREATEN).when(
        note(labelled(bypass="threatened", target="media", severity="attitude"))
    ).then_types(FactNoted)


def test_a_bypass_read_from_the_text_records_that_the_front_line_had_nothing() -> None:
    _, recorded, requested, _ = registered.when(CLASSIFY_BYPASS).then_types(
        FactNoted, BypassRecorded, AccountRequested, Routed
    )

    assert isinstance(recorded, BypassRecorded)
    assert (recorded.number, recorded.target, recorded.came_at) == (1, "regulator", NOON)
    assert (recorded.found_by, recorded.earlier_record) == ("classification", None)
    assert isinstance(requested, AccountRequested)
    assert (requested.handler, requested.due) == ("anna", NOON + POLICY.ladder.account)


def test_a_bypass_reported_by_a_person_records_what_the_front_line_had_before() -> None:
    handled = routed.having(LINK, ACKNOWLEDGE, REPLY)

    recorded, *_ = handled.when(RECORD_BYPASS).then_types(BypassRecorded, AccountRequested, Routed)

    assert isinstance(recorded, BypassRecorded)
    assert recorded.earlier_record == EarlierRecord(
        owner="anna",
        acknowledged_at=ACKNOWLEDGE.at,
        replied_at=REPLY.at,
        earlier_complaints=(EARLIER,),
    )


def test_what_came_after_the_bypass_is_no_earlier_record() -> None:
    late_reply = note(Replied(), later(minutes=90))
    handled = routed.having(note(ACKNOWLEDGE.fact, later(minutes=80)), late_reply)

    recorded, *_ = handled.when(RECORD_BYPASS).then_types(BypassRecorded, AccountRequested, Routed)

    assert isinstance(recorded, BypassRecorded)
    assert recorded.earlier_record is None


def test_the_same_bypass_reported_twice_is_one() -> None:
    bypassed.when(RECORD_BYPASS).then_nothing()


def test_the_same_bypass_read_and_reported_is_one() -> None:
    read = registered.having(CLASSIFY_BYPASS)

    read.when(replace(RECORD_BYPASS, came_at=NOON)).then_nothing()


def test_labels_that_come_to_say_what_was_reported_are_no_second_bypass() -> None:
    bypassed.when(note(Corrected(bypass="done"), later(hours=3))).then_types(FactNoted)
    bypassed.when(note(labelled(grade="U4", bypass="done", target="regulator"))).then_types(FactNoted)


def test_a_second_bypass_is_counted_and_calls_for_a_supervisor() -> None:
    _, repeated, _ = bypassed.when(SECOND_BYPASS).then_types(BypassRecorded, BypassRepeated, Routed)

    assert isinstance(repeated, BypassRepeated)
    assert (repeated.count, repeated.call_back_level) == (2, "manager")
    assert repeated.call_back_due == SECOND_BYPASS.at + POLICY.ladder.call_back


def test_only_a_supervisor_calls_back() -> None:
    repeated = bypassed.having(SECOND_BYPASS)
    by_agent = repeated.having(note(Replied(), later(hours=5)))
    by_supervisor = repeated.having(note(Replied(by_supervisor=True), later(hours=5)))

    assert "call_back" in state_of(by_agent).clocks
    assert "call_back" not in state_of(by_supervisor).clocks


def test_a_bypass_corrected_away_no_longer_counts_but_stays_in_history() -> None:
    read = registered.having(CLASSIFY_BYPASS)

    corrected = read.having(CORRECT_TO_NO_BYPASS)

    assert last_route(corrected).rule == "past_serious"
    assert len(state_of(corrected).bypasses) == 1
    corrected.when(RECORD_BYPASS).then_types(BypassRecorded, Routed)


def test_a_bypass_corrected_in_is_recorded_with_its_target_unnamed() -> None:
    _, recorded, *_ = routed.when(note(Corrected(bypass="done"), later(hours=1))).then_types(
        FactNoted, BypassRecorded, AccountRequested, Routed
    )

    assert isinstance(recorded, BypassRecorded)
    assert recorded.target == "unnamed"


def test_another_target_restates_the_bypass_under_its_number() -> None:
    read = registered.having(CLASSIFY_BYPASS)

    _, restated, _ = read.when(note(labelled(grade="U3", bypass="done", target="media"))).then_types(
        FactNoted, BypassRecorded, Routed
    )

    assert isinstance(restated, BypassRecorded)
    assert (restated.number, restated.target) == (1, "media")


def test_an_earlier_complaint_linked_later_is_attached_to_the_bypass() -> None:
    read = registered.having(CLASSIFY_BYPASS)

    _, restated = read.when(LINK).then_types(FactNoted, BypassRecorded)

    assert isinstance(restated, BypassRecorded)
    assert restated.number == 1
    assert restated.earlier_record is not None
    assert restated.earlier_record.earlier_complaints == (EARLIER,)
    read.having(LINK).when(LINK).then_nothing()


def test_a_bypass_cannot_be_reported_before_it_happens() -> None:
    routed.when(replace(RECORD_BYPASS, came_at=later(days=1))).then_refused("bypass_in_future")


def test_the_customer_does_not_record_a_bypass() -> None:
    routed.when(replace(RECORD_BYPASS, by=CUSTOMER)).then_refused("level_too_low")


def test_no_second_account_is_asked_for_while_one_is_owed() -> None:
    bypassed.when(SECOND_BYPASS).then_types(BypassRecorded, BypassRepeated, Routed)


def test_after_the_account_a_new_bypass_asks_for_a_new_one() -> None:
    bypassed.having(FREEZE).when(SECOND_BYPASS).then_types(
        BypassRecorded, AccountRequested, BypassRepeated, Routed
    )


def test_the_handlers_own_account_is_frozen() -> None:
    [frozen] = bypassed.when(FREEZE).then_types(AccountFrozen)

    assert isinstance(frozen, AccountFrozen)
    assert (frozen.bypass, frozen.handler, frozen.absent) == (1, "anna", False)
    assert frozen.account == FREEZE.account


def test_a_frozen_account_does_not_change() -> None:
    bypassed.having(FREEZE).when(FREEZE).then_refused("account_already_frozen")


def test_only_the_handler_asked_gives_the_account() -> None:
    bypassed.when(replace(FREEZE, by=CARL)).then_refused("only_own_account")


def test_nobody_hands_in_an_account_unasked() -> None:
    routed.when(FREEZE).then_refused("no_account_requested")


def test_a_desk_that_owned_the_complaint_answers_by_anybody() -> None:
    nobody = given().having(
        replace(REGISTER, fact=REGISTER.fact.model_copy(update={"owner": None})), CLASSIFY_BYPASS
    )

    nobody.when(replace(FREEZE, by=CARL)).then_types(AccountFrozen)


def test_the_account_is_owed_beyond_the_end() -> None:
    ended = bypassed.having(CLOSE)

    assert isinstance(state_of(ended).account, AccountAsked)
    ended.when(FREEZE).then_types(AccountFrozen)


def test_a_matter_sent_back_goes_to_a_different_and_higher_handler_with_a_clock() -> None:
    sent_back, route = bypassed.having(CARL_OWNS).when(SEND_BACK).then_types(BypassSentBack, Routed)

    assert isinstance(sent_back, BypassSentBack)
    assert (sent_back.target, sent_back.due) == ("regulator", SEND_BACK.at + POLICY.ladder.sent_back)
    assert isinstance(route, Routed)
    assert (route.level, route.handler, route.not_to) == ("manager", "ines", ("carl",))


def test_a_matter_sent_back_does_not_fall_below_that_level_again() -> None:
    sent_back = bypassed.having(SEND_BACK)

    assert last_route(sent_back.having(note(labelled(grade="U4", severity="attitude")))).level == "manager"


def test_sending_back_to_the_same_handler_again_is_quiet() -> None:
    bypassed.having(SEND_BACK).when(SEND_BACK).then_nothing()


def test_second_handling_is_not_for_the_present_or_an_earlier_handler() -> None:
    bypassed.when(replace(SEND_BACK, handler="anna")).then_refused("not_a_different_handler")
    again = bypassed.having(SEND_BACK)
    again.when(replace(SEND_BACK, handler="anna", level="executive")).then_refused("not_a_different_handler")


def test_second_handling_is_higher_up() -> None:
    bypassed.when(replace(SEND_BACK, level="lead")).then_refused("not_a_higher_handler")


def test_at_the_top_a_different_executive_will_do() -> None:
    top = bypassed.having(replace(SEND_BACK, level="executive"))

    top.when(replace(SEND_BACK, level="executive", handler="otto")).then_types(BypassSentBack, Routed)


def test_nothing_is_sent_back_without_a_bypass() -> None:
    routed.when(SEND_BACK).then_refused("no_bypass_to_send_back")


def test_a_lead_does_not_send_back() -> None:
    bypassed.when(replace(SEND_BACK, by=ANNA)).then_refused("level_too_low")


@pytest.mark.parametrize("hours", [0, 1])
def test_an_account_may_be_asked_for_long_after_registration(hours: int) -> None:
    late = replace(RECORD_BYPASS, at=RECORD_BYPASS.at + timedelta(hours=hours), by=MARA)

    _, requested, _ = routed.when(late).then_types(BypassRecorded, AccountRequested, Routed)

    assert isinstance(requested, AccountRequested)
    assert requested.due == late.at + POLICY.ladder.account
