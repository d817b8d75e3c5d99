from __future__ import annotations

from dataclasses import replace

import pytest

from services.blacklist.domain.flag.events import Expired, FactNoted, Kind, Lifted, Proposed, Screened
from services.blacklist.domain.flag.facts import Reopened
from services.blacklist.domain.policy import KINDS
from services.blacklist.reactions import BLACKLIST, on_timer
from tests.unit.blacklist.story import (
    ANNA,
    CONFIRM,
    CUSTOMER,
    LIFT,
    POLICY,
    PROPOSE,
    RITA,
    Story,
    alike,
    complaint,
    confirmed,
    given,
    later,
    note,
    observed,
    only_flag,
    proposals,
    proposed,
    register,
    serial,
    serially,
    state_of,
)


def test_software_proposes_with_its_bill_when_the_last_signal_comes_in() -> None:
    before = given().having(*serially(2), *serial(3)[:2])

    [_, proposal, *told] = before.when(serial(3)[2]).then_types(
        FactNoted, Proposed, Screened, Screened, Screened
    )

    assert isinstance(proposal, Proposed)
    assert (proposal.kind, proposal.flag, proposal.by) == ("professional", 1, BLACKLIST)
    assert proposal.score == sum(line.points for line in proposal.reasons)
    assert [line.signal for line in proposal.reasons] == [
        "frequency",
        "breadth",
        "templated_wording",
        "fixed_multiple",
    ]
    assert proposal.policy == POLICY.version
    assert len(told) == 3


def test_proposal_ends_by_itself_and_is_looked_at_before() -> None:
    flag = only_flag(proposed)

    assert flag.expires_at == flag.since + POLICY.terms.proposed
    assert flag.since < flag.review_due < flag.expires_at


def test_guards_are_named_with_the_proposal() -> None:
    guarded = register(4, human_review=True)
    steps = [step for step in serially(3) if step != serial(3)[2]]

    (proposal,) = proposals(given().having(guarded, *steps, serial(3)[2]))

    assert proposal.guards == ("human_review",)


def test_bill_below_the_threshold_proposes_nothing() -> None:
    assert proposals(given().having(*serially(2))) == []


def test_software_does_not_propose_while_a_flag_of_the_kind_stands() -> None:
    assert len(proposals(proposed.having(*serial(4), *serial(5)))) == 1
    assert len(proposals(confirmed.having(*serial(6)))) == 1


def test_person_who_has_another_flag_may_be_proposed_as_professional() -> None:
    story = given().having(register(9), PROPOSE, *serially(3))

    assert [each.kind for each in proposals(story)] == ["coercive", "professional"]


@pytest.mark.parametrize("end", ["lifted", "expired"])
def test_what_was_judged_once_is_not_proposed_again(end: str) -> None:
    ended = lifted() if end == "lifted" else expired()
    same = ended.having(note(1, Reopened(why="customer"), later(days=40)))

    assert len(proposals(same)) == 1


def test_enough_new_complaints_after_the_end_are_proposed_again() -> None:
    one_more = lifted().having(*serial(21))
    two_more = one_more.having(*serial(22))

    assert len(proposals(one_more)) == 1
    assert [each.flag for each in proposals(two_more)] == [1, 2]


def lifted() -> Story:
    story = proposed.having(LIFT)
    assert isinstance(story.history[-4], Lifted)
    return story


def expired() -> Story:
    due = only_flag(proposed).expires_at
    story = proposed.having(on_timer("", "expiry-1", due, due))
    assert isinstance(story.history[-4], Expired)
    return story


@pytest.mark.parametrize("kind", KINDS)
def test_people_may_propose_any_kind(kind: Kind) -> None:
    (proposal, _) = observed.when(replace(PROPOSE, kind=kind)).then_types(Proposed, Screened)

    assert isinstance(proposal, Proposed)
    assert (proposal.kind, proposal.reason, proposal.by) == (kind, PROPOSE.reason, ANNA)


def test_proposal_of_a_person_carries_what_the_score_says_by_then() -> None:
    story = given().having(*serially(2)).having(replace(PROPOSE, kind="professional", at=later(days=5)))
    (proposal,) = proposals(story)

    assert proposal.score is not None
    assert 0 < proposal.score < POLICY.score.threshold
    assert {line.signal for line in proposal.reasons} == {"templated_wording", "fixed_multiple"}


def test_same_proposal_twice_is_one() -> None:
    observed.having(PROPOSE).when(PROPOSE).then_nothing()


def test_flag_of_a_kind_that_stands_is_not_proposed_by_another() -> None:
    observed.having(PROPOSE).when(replace(PROPOSE, by=RITA)).then_refused("already_flagged")


def test_flag_that_was_confirmed_is_not_proposed_again() -> None:
    flagged = observed.having(PROPOSE, replace(CONFIRM, at=later(days=2)))

    flagged.when(replace(PROPOSE, at=later(days=3))).then_refused("already_flagged")


def test_only_staff_and_reviewers_propose() -> None:
    observed.when(replace(PROPOSE, by=CUSTOMER)).then_refused("staff_or_reviewer_only")
    observed.when(replace(PROPOSE, by=BLACKLIST)).then_refused("staff_or_reviewer_only")


def test_proposal_needs_a_reason() -> None:
    observed.when(replace(PROPOSE, reason=" \n")).then_refused("reason_missing")


def test_nobody_is_flagged_who_was_never_heard_of() -> None:
    given().when(PROPOSE).then_refused("not_observed")


def test_bill_rests_on_complaints_of_this_person() -> None:
    (proposal,) = proposals(proposed)
    known = set(state_of(proposed).cases)

    assert all(set(line.complaints) <= known for line in proposal.reasons)
    assert complaint(1) in known
    assert alike(2, 1).person == proposal.person
