from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.blacklist.domain.flag.commands import PersonCommand, RejectAppeal
from services.blacklist.domain.flag.events import (
    Appealed,
    AppealRejected,
    Confirmed,
    Expired,
    Lifted,
    Overturned,
    Reviewed,
    Screened,
    Warned,
)
from services.blacklist.domain.flag.facts import OwnerChanged
from services.blacklist.reactions import BLACKLIST, on_timer
from tests.unit.blacklist.story import (
    ANNA,
    APPEAL,
    CONFIRM,
    CUSTOMER,
    LIFT,
    OTHER_CUSTOMER,
    OTTO,
    OVERTURN,
    POLICY,
    PROPOSE,
    REJECT,
    REVIEW,
    RITA,
    RUTH,
    WARN,
    appealed,
    confirmed,
    given,
    later,
    note,
    observed,
    only_flag,
    proposed,
    state_of,
)

TOLD = (Screened, Screened, Screened)
STEPS = [WARN, CONFIRM, REVIEW, APPEAL, REJECT, OVERTURN, LIFT]
REVIEWERS_STEPS = [CONFIRM, REVIEW, REJECT, OVERTURN, LIFT]
every_step = pytest.mark.parametrize("step", STEPS, ids=lambda step: type(step).__name__)
reviewers_step = pytest.mark.parametrize("step", REVIEWERS_STEPS, ids=lambda step: type(step).__name__)


def test_reviewer_confirms_a_proposal_with_an_end_and_a_review_date() -> None:
    [flag, *_] = proposed.when(CONFIRM).then_types(Confirmed, *TOLD)

    assert isinstance(flag, Confirmed)
    term = POLICY.terms.kinds["professional"]
    assert flag.expires_at == CONFIRM.at + term.confirmed
    assert flag.review_due == CONFIRM.at + term.review


@reviewers_step
def test_software_and_handlers_never_decide(step: PersonCommand) -> None:
    for story in (proposed, confirmed, appealed):
        story.when(replace(step, by=BLACKLIST)).then_refused("reviewer_only")
        story.when(replace(step, by=ANNA)).then_refused("reviewer_only")
        story.when(replace(step, by=CUSTOMER)).then_refused("reviewer_only")


def test_who_proposed_does_not_confirm() -> None:
    by_rita = observed.having(replace(PROPOSE, by=RITA))

    by_rita.when(replace(CONFIRM, by=RITA)).then_refused("proposer_is_not_confirmer")
    by_rita.when(replace(CONFIRM, by=RUTH)).then_types(Confirmed, Screened)


def test_who_owned_a_complaint_of_the_person_does_not_confirm() -> None:
    owned = proposed.having(note(1, OwnerChanged(owner=OTTO.actor), later(days=7)))

    owned.when(replace(CONFIRM, by=OTTO)).then_refused("owner_is_not_confirmer")
    proposed.when(replace(CONFIRM, by=OTTO)).then_types(Confirmed, *TOLD)


def test_recorder_who_was_the_first_owner_does_not_confirm() -> None:
    anna = ANNA.model_copy(update={"roles": ("agent", "reviewer")})

    proposed.when(replace(CONFIRM, by=anna)).then_refused("owner_is_not_confirmer")


def test_confirmed_flag_is_confirmed_once() -> None:
    confirmed.when(CONFIRM).then_nothing()
    confirmed.when(replace(CONFIRM, by=RUTH)).then_refused("not_proposed")


def test_person_is_told_once_in_each_state_of_the_flag() -> None:
    told = proposed.having(WARN)

    told.when(WARN).then_nothing()
    told.having(CONFIRM).when(replace(WARN, at=later(days=10))).then_types(Warned)


def test_only_staff_and_reviewers_tell_the_person() -> None:
    proposed.when(replace(WARN, by=CUSTOMER)).then_refused("staff_or_reviewer_only")


def test_review_lets_a_flag_stand_until_the_next_and_prolongs_nothing() -> None:
    [reviewed, *_] = confirmed.when(REVIEW).then_types(Reviewed, *TOLD)
    after = confirmed.having(REVIEW)

    assert isinstance(reviewed, Reviewed)
    assert only_flag(after).review_due == REVIEW.review_due
    assert only_flag(after).expires_at == only_flag(confirmed).expires_at
    after.when(REVIEW).then_nothing()


def test_review_lies_ahead_and_within_the_flags_life() -> None:
    confirmed.when(replace(REVIEW, review_due=REVIEW.at)).then_refused("review_not_ahead")
    confirmed.when(replace(REVIEW, review_due=later(days=900))).then_refused("review_beyond_expiry")
    proposed.when(REVIEW).then_refused("not_confirmed")


def test_person_or_staff_for_the_person_appeals_against_a_confirmed_flag() -> None:
    [appeal, *_] = confirmed.when(APPEAL).then_types(Appealed, *TOLD)

    assert isinstance(appeal, Appealed)
    assert appeal.decide_by == APPEAL.at + POLICY.terms.appeal
    confirmed.when(replace(APPEAL, by=ANNA)).then_types(Appealed, *TOLD)
    confirmed.when(replace(APPEAL, by=OTHER_CUSTOMER)).then_refused("own_flag_only")
    proposed.when(APPEAL).then_refused("not_confirmed")


def test_appeal_twice_is_one_and_a_rejected_one_waits_for_the_next_review() -> None:
    rejected = appealed.having(REJECT)

    appealed.when(APPEAL).then_nothing()
    rejected.when(replace(APPEAL, at=later(days=20))).then_refused("appeal_decided")
    (flag,) = state_of(rejected).flags
    late = replace(APPEAL, at=flag.review_due)
    rejected.when(late).then_types(Appealed, *TOLD)
    rejected.having(replace(REVIEW, at=later(days=30))).when(replace(APPEAL, at=later(days=31))).then_types(
        Appealed, *TOLD
    )


def test_appeal_is_not_passed_on_by_who_proposed_or_confirmed() -> None:
    by_ruth = observed.having(replace(PROPOSE, by=RUTH), CONFIRM)

    confirmed.when(replace(APPEAL, by=RITA)).then_refused("judge_is_no_messenger")
    by_ruth.when(replace(APPEAL, by=RUTH)).then_refused("judge_is_no_messenger")
    confirmed.when(replace(APPEAL, by=ANNA)).then_types(Appealed, *TOLD)


def test_appeal_is_decided_by_somebody_else_than_who_confirmed() -> None:
    appealed.when(replace(REJECT, by=RITA)).then_refused("confirmer_is_not_judge")
    appealed.when(replace(OVERTURN, by=RITA)).then_refused("confirmer_is_not_judge")


def test_appeal_is_decided_by_somebody_else_than_who_proposed() -> None:
    by_ruth = observed.having(replace(PROPOSE, by=RUTH), CONFIRM, APPEAL)

    by_ruth.when(REJECT).then_refused("proposer_is_not_judge")
    by_ruth.when(OVERTURN).then_refused("proposer_is_not_judge")
    by_ruth.when(replace(OVERTURN, by=OTTO)).then_types(Overturned, *TOLD[:1])


def test_rejected_appeal_leaves_the_flag_standing() -> None:
    appealed.when(REJECT).then_types(AppealRejected, *TOLD)
    rejected = appealed.having(REJECT)

    assert only_flag(rejected).state == "confirmed"
    rejected.when(REJECT).then_nothing()


def test_upheld_appeal_takes_the_flag_off() -> None:
    appealed.when(OVERTURN).then_types(Overturned, *TOLD)
    overturned = appealed.having(OVERTURN)

    assert only_flag(overturned).state == "overturned"
    overturned.when(OVERTURN).then_nothing()


@pytest.mark.parametrize("step", [REJECT, OVERTURN], ids=["reject", "overturn"])
def test_no_appeal_no_judgement(step: RejectAppeal) -> None:
    confirmed.when(step).then_refused("not_appealed")


def test_reviewer_takes_off_a_proposal_or_a_flag_but_passes_over_no_appeal() -> None:
    proposed.when(LIFT).then_types(Lifted, *TOLD)
    confirmed.when(LIFT).then_types(Lifted, *TOLD)
    appealed.when(LIFT).then_refused("appeal_pending")
    confirmed.having(LIFT).when(LIFT).then_nothing()


def test_ended_flag_is_told_to_nobody_and_lifted_no_more() -> None:
    overturned = appealed.having(OVERTURN)

    overturned.when(LIFT).then_refused("flag_ended")
    overturned.when(replace(WARN, at=later(days=20))).then_refused("flag_ended")


def test_flag_expires_at_its_end() -> None:
    due = only_flag(confirmed).expires_at
    clock = on_timer("", "expiry-1", due, due)

    confirmed.when(clock).then_types(Expired, *TOLD)
    confirmed.having(clock).when(clock).then_nothing()


def test_flag_expires_while_its_appeal_runs_too() -> None:
    due = only_flag(appealed).expires_at

    appealed.when(on_timer("", "expiry-1", due, due)).then_types(Expired, *TOLD)


def test_clock_of_a_former_life_of_the_flag_ends_nothing() -> None:
    before = only_flag(proposed).expires_at

    confirmed.when(on_timer("", "expiry-1", before, before)).then_nothing()
    given().when(on_timer("", "expiry-1", before, before)).then_nothing()


def test_appeal_nobody_decides_in_time_is_right() -> None:
    due = only_flag(appealed).decide_by
    assert due is not None
    [gone, *_] = appealed.when(on_timer("", "appeal-1", due, due)).then_types(Overturned, *TOLD)

    assert isinstance(gone, Overturned)
    assert (gone.reason, gone.by) == (None, BLACKLIST)
    appealed.having(REJECT).when(on_timer("", "appeal-1", due, due)).then_nothing()


@every_step
def test_flag_that_is_not_there_is_not_judged(step: Any) -> None:
    proposed.when(replace(step, flag=7)).then_refused("flag_unknown")


@every_step
def test_nothing_is_decided_without_a_word_why(step: Any) -> None:
    words = next(name for name in ("reason", "words", "text") if hasattr(step, name))

    proposed.when(replace(step, **{words: "  "})).then_refused("reason_missing")


@pytest.mark.parametrize(
    "step", [each for each in STEPS if each is not APPEAL], ids=lambda s: type(s).__name__
)
def test_nobody_is_judged_who_was_never_heard_of(step: PersonCommand) -> None:
    given().when(step).then_refused("not_observed")
