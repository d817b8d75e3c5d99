"""A matter that compensation has put before a third party stays open under a clock of its own."""

from __future__ import annotations

import pytest

from services.intake.domain.complaint.state import Closed
from tests.unit.intake.story import (
    ANSWER,
    REFERRED,
    RETURNED,
    closed,
    later,
    misses,
    note,
    open_round,
    ran_out,
    running,
    statuses,
    talk_of,
    talked,
)


def test_referral_by_compensation_runs_under_its_own_clock() -> None:
    until = later(days=20)
    referred = open_round.having(talked("referred", 2, to="mediator", until=until))

    assert running(referred)[f"negotiation_referral@{talk_of(referred).since.isoformat()}"] == until
    assert (talk_of(referred).to, talk_of(referred).until) == ("mediator", until)
    referred.when(ANSWER).then_refused("negotiation_open")


@pytest.mark.parametrize("step", ["resumed", "ended", "settled", "refused", "withdrawn"])
def test_what_follows_a_referral_meets_its_clock(step: str) -> None:
    referred = open_round.having(talked("referred", 2, to="court", until=later(days=20)))
    back = referred.having(talked(step, 3, at=later(hours=3)))

    assert statuses(back)["negotiation_referral"] == "met"
    assert (talk_of(back).to, talk_of(back).until) == (None, None)


def test_harm_noted_meanwhile_ends_no_referral() -> None:
    referred = open_round.having(talked("referred", 2, to="court", until=later(days=20)))
    told = referred.having(talked("harm_status_noted", 3))

    assert statuses(told)["negotiation_referral"] == "running"
    assert talk_of(told).to == "court"


def test_referrals_of_escalation_and_compensation_do_not_end_one_another() -> None:
    both = open_round.having(
        talked("referred", 2, to="court", until=later(days=20)), note(REFERRED, 1, hours=4)
    )
    one_back = both.having(note(RETURNED, 2, hours=5))
    other_back = both.having(talked("resumed", 3, at=later(hours=5)))

    assert statuses(one_back)["negotiation_referral"] == "running"
    assert statuses(other_back)["referral"] == "running"


def test_referral_whose_time_is_up_is_a_missed_deadline() -> None:
    until = later(hours=20)
    referred = open_round.having(talked("referred", 2, to="mediator", until=until))
    start = talk_of(referred).since
    missed = referred.having(ran_out("negotiation_referral", until, start))

    assert ("negotiation_referral", start) in misses(missed)


def test_referral_of_a_closed_complaint_starts_no_clock() -> None:
    late = closed.having(talked("referred", 1, at=later(hours=60), to="court", until=later(days=20)))

    assert isinstance(late.state, Closed)
    assert running(late) == {}
