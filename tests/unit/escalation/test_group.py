from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from eventlog.testing import Given
from services.escalation.domain.group.commands import GroupCommand
from services.escalation.domain.group.events import (
    AnyGroupEvent,
    GroupFormed,
    MemberJoined,
    MemberLeft,
    RemedyAgreed,
    RoleChanged,
    StageAdvanced,
    StatementApproved,
)
from services.escalation.domain.group.state import Group, Member, State
from services.escalation.domain.policy import GROUP_COMMANDS
from tests.unit.escalation.crowd import (
    AGREE,
    ANNA,
    APPROVE,
    CHANGE_ROLE,
    DECIDER,
    EVE,
    FORM,
    KEEPER,
    NOON,
    POLICY,
    REMOVE,
    complaint_of,
    formed,
    founder,
    given,
    joining,
    person_of,
)

Story = Given[State, GroupCommand, AnyGroupEvent]


def group_of(story: Story) -> Group:
    assert isinstance(story.state, Group)
    return story.state


def test_three_persons_found_a_group_that_is_at_once_one_of_followers() -> None:
    beginning, *joins, advanced = (
        given().when(FORM).then_types(GroupFormed, MemberJoined, MemberJoined, MemberJoined, StageAdvanced)
    )

    assert isinstance(beginning, GroupFormed)
    assert (beginning.initiator, beginning.stage, beginning.causes) == (
        complaint_of(1),
        "initiator",
        ("water_leak",),
    )
    assert [join.role for join in joins if isinstance(join, MemberJoined)] == [
        "initiator",
        "follower",
        "follower",
    ]
    assert isinstance(advanced, StageAdvanced)
    assert (advanced.stage, advanced.persons) == ("followers", 3)
    assert advanced.contact_due == NOON + timedelta(hours=8)


def test_two_persons_are_no_group_however_often_they_complain() -> None:
    crowd = (founder(1), founder(2), founder(3, person=2), founder(4, person=1))

    given().when(replace(FORM, founders=crowd)).then_refused("too_few_persons")


def test_forming_a_group_that_is_there_is_quiet() -> None:
    formed.when(FORM).then_nothing()


def test_forming_a_group_that_is_there_joins_who_is_missing() -> None:
    crowd = (*FORM.founders, founder(4))

    [join] = formed.when(replace(FORM, founders=crowd)).then_types(MemberJoined)

    assert isinstance(join, MemberJoined)
    assert join.complaint == complaint_of(4)


def test_a_complaint_joins_for_its_reasons() -> None:
    [join] = formed.when(joining(4)).then_types(MemberJoined)

    assert isinstance(join, MemberJoined)
    assert (join.role, join.reasons) == ("follower", founder(4).reasons)


def test_joining_twice_is_quiet() -> None:
    formed.having(joining(4)).when(joining(4)).then_nothing()


def test_nothing_is_asked_of_a_group_that_does_not_exist() -> None:
    for command in (joining(4), REMOVE, CHANGE_ROLE, APPROVE, AGREE):
        given().when(command).then_refused("group_unknown")


def test_ten_persons_make_a_collective() -> None:
    nine = formed.having(*(joining(number) for number in range(4, 10)))

    _, advanced = nine.when(joining(10)).then_types(MemberJoined, StageAdvanced)

    assert isinstance(advanced, StageAdvanced)
    assert (advanced.stage, advanced.persons) == ("collective", 10)


def test_several_complaints_by_one_person_count_once() -> None:
    nine = formed.having(*(joining(number) for number in range(4, 10)))

    nine.when(joining(10, person=9)).then_types(MemberJoined)


def test_a_wrong_join_is_undone_and_stays_in_history() -> None:
    [left] = formed.when(REMOVE).then_types(MemberLeft)

    assert isinstance(left, MemberLeft)
    assert (left.complaint, left.person) == (complaint_of(2), person_of(2))
    assert group_of(formed.having(REMOVE)).persons.size == 2
    formed.having(REMOVE).when(REMOVE).then_nothing()


def test_a_stage_never_goes_back_and_is_not_announced_twice() -> None:
    smaller = formed.having(REMOVE)

    assert group_of(smaller).stage == "followers"
    smaller.when(joining(4)).then_types(MemberJoined)


def test_who_was_taken_out_does_not_join_again_by_itself() -> None:
    smaller = formed.having(REMOVE)

    smaller.when(joining(2)).then_refused("removed_from_group")
    smaller.when(FORM).then_nothing()


def test_a_person_may_put_back_what_was_taken_out() -> None:
    smaller = formed.having(REMOVE)

    smaller.when(replace(joining(2), by=EVE)).then_types(MemberJoined)


def test_only_a_member_can_be_taken_out() -> None:
    formed.when(replace(REMOVE, complaint=complaint_of(9))).then_refused("not_a_member")


def test_taking_out_has_a_reason() -> None:
    formed.when(replace(REMOVE, reason="")).then_refused("reason_missing")


def test_a_member_plays_another_part() -> None:
    [changed] = formed.when(CHANGE_ROLE).then_types(RoleChanged)

    assert isinstance(changed, RoleChanged)
    assert changed.role == "representative"
    formed.having(CHANGE_ROLE).when(CHANGE_ROLE).then_nothing()
    assert group_of(formed.having(CHANGE_ROLE)).members.get(complaint_of(2)) == Member(
        person_of(2), "representative"
    )


def test_only_a_member_has_a_part() -> None:
    formed.when(replace(CHANGE_ROLE, complaint=complaint_of(9))).then_refused("not_a_member")


def test_one_statement_is_approved_at_a_time() -> None:
    [approved] = formed.when(APPROVE).then_types(StatementApproved)

    assert isinstance(approved, StatementApproved)
    assert (approved.number, approved.sha256) == (1, sha256(APPROVE.text.encode()).hexdigest())
    told = formed.having(APPROVE)
    told.when(APPROVE).then_nothing()
    [second] = told.when(replace(APPROVE, text="And every hose")).then_types(StatementApproved)
    assert isinstance(second, StatementApproved)
    assert second.number == 2


AGREE_AGAIN = replace(AGREE, agreed=AGREE.terms)


def test_one_remedy_for_like_losses() -> None:
    [agreed] = formed.when(AGREE).then_types(RemedyAgreed)

    assert isinstance(agreed, RemedyAgreed)
    assert (agreed.remedy.kind, str(agreed.remedy.amount), agreed.remedy.currency) == (
        "compensation",
        "120.00",
        "CNY",
    )
    formed.having(AGREE).when(AGREE_AGAIN).then_nothing()


def test_the_group_keeps_the_first_key_for_its_texts() -> None:
    told = formed.having(APPROVE)

    [agreed] = told.when(replace(AGREE, keeper=complaint_of(77))).then_types(RemedyAgreed)

    assert isinstance(agreed, RemedyAgreed)
    assert agreed.keeper == KEEPER


def test_the_same_sum_in_other_words_is_agreed_anew() -> None:
    agreed = formed.having(AGREE)

    agreed.when(AGREE_AGAIN).then_nothing()
    agreed.when(replace(AGREE_AGAIN, terms="paid in two parts")).then_types(RemedyAgreed)
    agreed.when(replace(AGREE_AGAIN, agreed=None)).then_types(RemedyAgreed)


def test_a_remedy_need_not_be_money() -> None:
    formed.when(replace(AGREE, kind="fix", money=None)).then_types(RemedyAgreed)


@pytest.mark.parametrize(
    "command",
    [FORM, joining(4), REMOVE, CHANGE_ROLE, APPROVE, AGREE],
    ids=lambda command: type(command).__name__,
)
def test_an_agent_decides_nothing_about_a_group(command: GroupCommand) -> None:
    formed.when(replace(command, by=ANNA)).then_refused("level_too_low")


def test_every_command_has_its_authority_in_the_table() -> None:
    assert set(GROUP_COMMANDS) == set(POLICY.authority)


def test_a_group_of_ten_thousand_grows_without_copying_itself() -> None:
    state: State = group_of(formed)
    commands = [joining(number) for number in range(4, 10_001)]

    begun = time.process_time()
    for command in commands:
        state = DECIDER.fold(DECIDER.decide(command, state), state)
    taken = time.process_time() - begun

    assert isinstance(state, Group)
    assert (state.members.size, state.persons.size) == (10_000, 10_000)
    assert taken < 2
