"""What waits for somebody has a clock; one that runs out says so once, and to whom the matter climbs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from services.compensation.domain.negotiation import events as said
from services.compensation.domain.negotiation.commands import NegotiationCommand
from tests.unit.compensation.story import (
    ACCEPT,
    BIG_OFFER,
    CARL,
    COMPANY_SIGNS,
    DECIDER,
    DECLINE_SIGNING,
    DENY,
    EVE_OWNS,
    GRANT,
    ISSUE,
    MARA,
    OTTO,
    POLICY,
    REGISTER,
    TAKE_BACK,
    WITHDRAW,
    Story,
    agreed,
    archived,
    bargaining,
    clock_ends,
    customer_signed,
    given,
    later,
    linked,
    name_account,
    note,
    paid,
    pay,
    rendered,
    reverse,
    review,
    settled,
    waiting,
    yuan,
)

RETURNED = archived.having(reverse(archived))
FRESH = replace(ISSUE, at=later(days=5, hours=1), token_hash="9" * 64, expires_at=later(days=9))


def clocks(story: Story) -> dict[str, datetime]:
    return dict(DECIDER.timers(story.state))


def missed(story: Story, command: NegotiationCommand) -> said.DeadlineMissed:
    event = story.when(command).events[0]
    assert isinstance(event, said.DeadlineMissed)
    return event


def test_an_offer_that_waits_for_approval_has_the_policys_time() -> None:
    assert clocks(waiting) == {"approval@1.1": BIG_OFFER.at + POLICY.terms.approval}


@pytest.mark.parametrize("end", [GRANT, DENY, TAKE_BACK, WITHDRAW], ids=lambda end: type(end).__name__)
def test_the_clock_of_an_approval_ends_with_it(end: NegotiationCommand) -> None:
    assert not any(name.startswith("approval@") for name in clocks(waiting.having(end)))


def test_what_was_agreed_has_a_clock_until_both_have_signed() -> None:
    letter_by = ACCEPT.at + POLICY.terms.letter

    assert clocks(agreed) == clocks(rendered) == {"signing@1.1": letter_by}
    assert clocks(linked) == clocks(customer_signed) == {"signing@1.1": ISSUE.expires_at}
    assert not any(name.startswith("signing@") for name in clocks(settled))
    assert clocks(linked.having(DECLINE_SIGNING)) == {}


def test_a_payment_has_a_clock_until_it_went_out() -> None:
    assert clocks(settled) == {"payment@1": COMPANY_SIGNS.at + POLICY.terms.payment}
    assert clocks(paid) == clocks(archived) == {}


def test_a_payment_that_came_back_has_a_clock_until_an_account_is_named() -> None:
    assert clocks(RETURNED) == {"payee@1": reverse(archived).at + POLICY.terms.payee}
    assert set(clocks(RETURNED.having(name_account(archived)))) == {"payment@1"}


def test_a_contradiction_has_a_clock_that_climbs_above_those_who_review() -> None:
    late = replace(pay(settled), at=later(days=5))
    contradicted = RETURNED.having(late)

    assert clocks(contradicted) == {"review@1.1": late.at + POLICY.terms.review}
    assert missed(contradicted, clock_ends(contradicted, "review@1.1")).level == "executive"
    assert set(clocks(contradicted.having(review(settled)))) == {"payee@1"}


@pytest.mark.parametrize(
    ("story", "clock", "start", "level"),
    [
        (waiting, "approval", BIG_OFFER.at, "manager"),
        (agreed, "signing", ACCEPT.at, "manager"),
        (linked, "signing", ISSUE.at, "manager"),
        (settled, "payment", COMPANY_SIGNS.at, "manager"),
        (RETURNED, "payee", reverse(archived).at, "manager"),
    ],
    ids=["approval", "letter", "link", "payment", "payee"],
)
def test_a_clock_that_runs_out_says_so_once_and_to_whom_it_climbs(
    story: Story, clock: str, start: datetime, level: str
) -> None:
    [name] = clocks(story)
    fired = clock_ends(story, name)
    event = missed(story, fired)

    assert (event.clock, event.start, event.due, event.level) == (clock, start, fired.due, level)
    assert (event.round, event.owner) == (1, REGISTER.fact.owner)  # type: ignore[union-attr]
    story.having(fired).when(fired).then_nothing()
    assert clocks(story.having(fired)) == {}


def test_what_an_approver_left_climbs_one_rung_and_at_the_top_it_stays() -> None:
    by_mara = bargaining.having(replace(BIG_OFFER, by=MARA, sum=yuan("60000.00")))

    assert missed(by_mara, clock_ends(by_mara, "approval@1.1")).level == "executive"


@pytest.mark.parametrize(
    ("level", "climbs_to"),
    [
        ("agent", "manager"),
        ("lead", "manager"),
        ("manager", "executive"),
        ("executive", "executive"),
        ("another", "manager"),
    ],
)
def test_what_an_owner_left_climbs_to_the_next_who_may_act_on_it(level: str, climbs_to: str) -> None:
    owner = replace(EVE_OWNS.fact.owner, level=level)  # type: ignore[union-attr]
    owned = linked.having(note(6, EVE_OWNS.fact.model_copy(update={"owner": owner})))

    assert missed(owned, clock_ends(owned, "signing@1.1")).level == climbs_to


def test_missed_or_not_what_waits_may_still_be_done() -> None:
    late = waiting.having(clock_ends(waiting, "approval@1.1"))

    late.when(replace(GRANT, at=later(days=3), by=OTTO)).then_types(said.ApprovalGranted, said.OfferMade)
    RETURNED.having(clock_ends(RETURNED, "payee@1")).when(name_account(archived)).then_types(
        said.PaymentInstructed
    )


def test_a_fresh_link_starts_its_own_clock() -> None:
    late = linked.having(clock_ends(linked, "signing@1.1"))
    again = late.having(FRESH)

    assert clocks(again) == {"signing@1.1": FRESH.expires_at}
    again.when(clock_ends(again, "signing@1.1")).then_types(said.DeadlineMissed)


@pytest.mark.parametrize(
    ("story", "late"),
    [
        (waiting, replace(GRANT, at=later(days=3))),
        (linked, FRESH),
        (RETURNED, replace(name_account(archived), at=later(days=9), by=CARL)),
    ],
    ids=["approval", "link", "payee"],
)
def test_a_clock_that_ran_out_unheard_says_so_before_what_ends_it(
    story: Story, late: NegotiationCommand
) -> None:
    [name] = clocks(story)

    assert missed(story, late).due == clocks(story)[name]
    assert len([each for each in story.when(late).events if isinstance(each, said.DeadlineMissed)]) == 1


def test_what_leaves_a_clock_running_leaves_its_miss_to_the_timer() -> None:
    story = waiting.having(note(6, EVE_OWNS.fact, later(days=3)))

    assert not any(isinstance(each, said.DeadlineMissed) for each in story.history)
    assert "approval@1.1" in clocks(story)


def test_nothing_waits_before_a_round_is_opened() -> None:
    assert clocks(given().having(REGISTER)) == {}
