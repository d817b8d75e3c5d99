from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.compensation.domain.negotiation import events as said
from services.compensation.domain.negotiation.state import (
    Bargaining,
    Ended,
    LiabilityReview,
    TermsAwaited,
)
from tests.unit.compensation.story import (
    ACCEPT,
    CARL,
    CORRECT_TO_RUNNING,
    CUSTOMER,
    DECIDER,
    DECLINE_SIGNING,
    FIND,
    ISSUE,
    OPEN_ROUND,
    POLICY,
    REFER,
    REFUSE,
    RENDER,
    RESUME,
    RETURN,
    RETURN_DECIDED,
    SHELVE,
    TERMS,
    Story,
    awaiting,
    bargaining,
    clock_ends,
    later,
    offered,
    reviewing,
    waiting,
)

resting = bargaining.having(SHELVE)
away = bargaining.having(REFER)


def test_the_talk_rests_until_a_date_with_a_reason() -> None:
    [shelved] = bargaining.when(SHELVE).then_types(said.Shelved)

    assert isinstance(shelved, said.Shelved)
    assert (shelved.until, shelved.reason) == (SHELVE.until, SHELVE.reason)
    bargaining.when(replace(SHELVE, reason="")).then_refused("reason_missing")


def test_the_same_rest_is_quiet_and_may_be_prolonged_from_its_beginning() -> None:
    limit = SHELVE.at + POLICY.terms.longest["shelve"]
    prolonged = replace(SHELVE, at=later(days=4), until=limit)

    resting.when(SHELVE).then_nothing()
    resting.when(prolonged).then_types(said.Shelved)
    resting.when(replace(prolonged, until=limit + timedelta(seconds=1))).then_refused("end_too_far")
    bargaining.when(replace(SHELVE, until=SHELVE.at)).then_refused("end_not_ahead")


def test_a_rest_taken_up_again_carries_on_the_time_that_was_left() -> None:
    rested = RESUME.at - SHELVE.at
    again = replace(SHELVE, at=later(days=2), until=later(days=2) + POLICY.terms.longest["shelve"] - rested)

    story = resting.having(RESUME)
    story.when(again).then_types(said.Shelved)
    story.when(replace(again, until=again.until + timedelta(seconds=1))).then_refused("end_too_far")
    twice = story.having(again)
    twice.when(replace(again, at=later(days=3), until=again.until + timedelta(seconds=1))).then_refused(
        "end_too_far"
    )


def test_a_rest_that_was_used_up_is_not_taken_again() -> None:
    full = bargaining.having(replace(SHELVE, until=SHELVE.at + POLICY.terms.longest["shelve"]))
    over = full.having(clock_ends(full, "shelved@1"))

    over.when(replace(SHELVE, at=later(days=20), until=later(days=21))).then_refused("rest_used_up")


def test_a_rest_whose_end_is_said_late_takes_no_more_than_it_was_to_last() -> None:
    short = bargaining.having(replace(SHELVE, until=SHELVE.at + timedelta(days=1)))
    late = short.having(replace(clock_ends(short, "shelved@1"), at=SHELVE.at + timedelta(days=9)))
    begins = SHELVE.at + timedelta(days=9)
    rest = POLICY.terms.longest["shelve"] - timedelta(days=1)

    late.when(replace(SHELVE, at=begins, until=begins + rest)).then_types(said.Shelved)
    late.when(replace(SHELVE, at=begins, until=begins + rest + timedelta(seconds=1))).then_refused(
        "end_too_far"
    )


def test_what_interrupts_a_rest_does_not_give_its_time_back() -> None:
    whole = replace(SHELVE, at=later(days=3), until=later(days=3) + POLICY.terms.longest["shelve"])
    left = replace(whole, until=whole.until - (later(days=1) - SHELVE.at))
    agreed = offered.having(SHELVE, replace(ACCEPT, at=later(days=1)), RENDER, ISSUE)
    declined = agreed.having(replace(DECLINE_SIGNING, at=later(days=2)))
    returned = resting.having(replace(REFER, at=later(days=1)), replace(RETURN, at=later(days=2)))

    for story in (declined, returned):
        story.when(whole).then_refused("end_too_far")
        story.when(left).then_types(said.Shelved)


def test_the_next_round_may_rest_as_long_as_the_first() -> None:
    next_round = resting.having(
        REFUSE, OPEN_ROUND, *(replace(each, at=later(days=6)) for each in (FIND, TERMS))
    )
    whole = replace(SHELVE, at=later(days=7), until=later(days=7) + POLICY.terms.longest["shelve"])

    next_round.when(whole).then_types(said.Shelved)


def test_a_running_loss_is_not_shelved() -> None:
    bargaining.having(CORRECT_TO_RUNNING).when(SHELVE).then_refused("loss_still_running")


def test_only_bargaining_rests() -> None:
    reviewing.when(SHELVE).then_refused("liability_first")
    awaiting.when(SHELVE).then_refused("customer_terms_first")
    waiting.when(SHELVE).then_refused("offer_in_approval")
    away.when(SHELVE).then_refused("talk_is_referred")


def test_a_person_ends_the_rest_early() -> None:
    [resumed] = resting.when(RESUME).then_types(said.Resumed)

    assert isinstance(resumed, said.Resumed)
    assert (resumed.why, resumed.reason) == ("by_hand", RESUME.reason)
    assert isinstance(resting.having(RESUME).state, Bargaining)
    resting.having(RESUME).when(RESUME).then_nothing()
    bargaining.when(RESUME).then_nothing()


def test_the_rest_ends_by_its_timer_exactly_once() -> None:
    fired = clock_ends(resting, "shelved@1")
    [resumed] = resting.when(fired).then_types(said.Resumed)

    assert isinstance(resumed, said.Resumed)
    assert resumed.why == "time_up"
    resting.having(fired).when(fired).then_nothing()
    prolonged = resting.having(replace(SHELVE, at=later(days=4), until=later(days=9)))
    prolonged.when(fired).then_nothing()


def test_clocks_are_the_systems() -> None:
    fired = clock_ends(resting, "shelved@1")

    resting.when(replace(fired, by=CUSTOMER)).then_refused("system_only")


def test_the_live_offer_runs_out_while_the_talk_rests() -> None:
    both = offered.having(SHELVE)

    assert set(DECIDER.timers(both.state)) == {"offer@1.1", "shelved@1"}
    both.when(clock_ends(both, "offer@1.1")).then_types(said.OfferExpired)
    assert set(DECIDER.timers(both.having(clock_ends(both, "offer@1.1")).state)) == {"shelved@1"}


def test_the_live_offer_is_still_there_after_the_rest() -> None:
    back = offered.having(SHELVE, RESUME)

    assert isinstance(back.state, Bargaining)
    assert back.state.live is not None


@pytest.mark.parametrize(
    ("story", "stage"),
    [(reviewing, LiabilityReview), (awaiting, TermsAwaited), (bargaining, Bargaining), (resting, Bargaining)],
    ids=["liability", "terms", "bargaining", "rest"],
)
def test_a_third_party_looks_into_it_and_the_talk_goes_on_where_it_was(
    story: Story, stage: type[Bargaining]
) -> None:
    [referred] = story.when(REFER).then_types(said.Referred)
    assert isinstance(referred, said.Referred)
    assert (referred.to, referred.until) == ("mediator", REFER.until)

    [resumed] = story.having(REFER).when(RETURN).then_types(said.Resumed)
    assert isinstance(resumed, said.Resumed)
    assert resumed.why == "referral_returned"
    assert isinstance(story.having(REFER, RETURN).state, stage)


def test_a_third_party_that_decides_ends_the_round() -> None:
    [ended] = away.when(RETURN_DECIDED).then_types(said.Ended)

    assert isinstance(ended, said.Ended)
    assert ended.why == "referral_decided"
    assert isinstance(away.having(RETURN_DECIDED).state, Ended)


def test_a_referral_returns_once() -> None:
    bargaining.when(RETURN).then_refused("not_referred")
    away.having(RETURN).when(RETURN).then_refused("not_referred")


def test_one_third_party_at_a_time_and_not_without_end() -> None:
    limit = REFER.at + POLICY.terms.longest["refer"]

    away.when(REFER).then_nothing()
    away.when(replace(REFER, to="court")).then_refused("already_referred")
    away.when(replace(REFER, at=later(days=9), until=limit)).then_types(said.Referred)
    away.when(replace(REFER, at=later(days=9), until=limit + timedelta(1))).then_refused("end_too_far")
    bargaining.when(replace(REFER, reason=" ")).then_refused("reason_missing")
    waiting.when(REFER).then_refused("offer_in_approval")


def test_a_third_party_that_is_asked_again_has_what_its_kind_left_of_the_time() -> None:
    back = away.having(RETURN)
    rest = POLICY.terms.longest["refer"] - (RETURN.at - REFER.at)
    again = replace(REFER, at=later(days=10), until=later(days=10) + rest)

    back.when(again).then_types(said.Referred)
    back.when(replace(again, until=again.until + timedelta(seconds=1))).then_refused("end_too_far")
    whole = replace(again, to="court", until=again.at + POLICY.terms.longest["refer"])
    back.when(whole).then_types(said.Referred)
    # What one kind took is not lost over another.
    after_court = back.having(whole, replace(RETURN, at=later(days=20)))
    later_again = replace(again, at=later(days=21), until=later(days=21) + rest)
    after_court.when(later_again).then_types(said.Referred)
    after_court.when(replace(later_again, until=later_again.until + timedelta(1))).then_refused("end_too_far")


def test_a_third_party_that_had_all_of_the_time_is_not_asked_again() -> None:
    full = bargaining.having(replace(REFER, until=REFER.at + POLICY.terms.longest["refer"]))
    over = full.having(clock_ends(full, "referral@1"))
    again = replace(REFER, at=later(days=200), until=later(days=201))

    over.when(again).then_refused("referral_used_up")
    over.when(replace(again, to="ombudsman")).then_types(said.Referred)


def test_a_third_party_that_does_not_answer_in_time_leaves_the_talk_to_both() -> None:
    [resumed] = away.when(clock_ends(away, "referral@1")).then_types(said.Resumed)

    assert isinstance(resumed, said.Resumed)
    assert resumed.why == "time_up"


def test_a_referral_is_ended_by_its_outcome_and_not_by_resuming() -> None:
    away.when(replace(RESUME, by=CARL)).then_refused("talk_is_referred")
