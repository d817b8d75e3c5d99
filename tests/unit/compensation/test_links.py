"""One-time links: by which of them the customer may sign or decline, and what anybody else is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from eventlog.decider import Refused
from services.compensation.domain.negotiation import commands
from services.compensation.domain.negotiation import events as said
from services.compensation.domain.negotiation.signing import require_latest_link, signing_by
from tests.unit.compensation.story import (
    ANNA,
    CARL,
    CLASSIFY,
    CLOSE,
    CUSTOMER,
    DECLINE_SIGNING,
    DOCUMENT,
    ISSUE,
    MARA,
    OPEN_ROUND,
    OTHER,
    POLICY,
    SECOND_LINK,
    SECOND_RENDERED,
    SIGN,
    TOKEN,
    WITHDRAW,
    Story,
    agreed,
    archived,
    bargaining,
    case_of,
    customer_signed,
    given,
    later,
    linked,
    registered,
    rendered,
    settled,
)

FRESH = replace(ISSUE, at=later(hours=8), by=CARL, token_hash="7" * 64, expires_at=later(days=6))
unregistered = given().having(CLASSIFY)


def link_refused(story: Story, token_hash: str = TOKEN, hours: float = 8) -> str:
    with pytest.raises(Refused) as refused:
        signing_by(story.state, token_hash, later(hours=hours))
    return refused.value.rule


def test_a_link_goes_out_once_for_its_token() -> None:
    [issued] = rendered.when(ISSUE).then_types(said.SigningLinkIssued)

    assert isinstance(issued, said.SigningLinkIssued)
    assert (issued.number, issued.document, issued.token_hash) == (1, DOCUMENT, TOKEN)
    linked.when(ISSUE).then_nothing()
    customer_signed.when(ISSUE).then_nothing()


def test_staff_may_have_a_fresh_link_sent() -> None:
    [issued] = linked.when(FRESH).then_types(said.SigningLinkIssued)

    assert isinstance(issued, said.SigningLinkIssued)
    assert issued.number == 2
    linked.when(replace(FRESH, by=MARA)).then_types(said.SigningLinkIssued)
    for by in (ANNA, CUSTOMER):
        linked.when(replace(FRESH, by=by)).then_refused("owner_or_supervisor_only")
    customer_signed.when(FRESH).then_refused("link_spent")


def test_a_link_lives_within_the_policy() -> None:
    longest = ISSUE.at + POLICY.terms.link

    rendered.when(replace(ISSUE, expires_at=longest)).then_types(said.SigningLinkIssued)
    for end in (ISSUE.at, longest + timedelta(seconds=1)):
        rendered.when(replace(ISSUE, expires_at=end)).then_refused("link_lifetime_out_of_range")


def test_a_link_is_spent_by_signing_and_not_by_viewing() -> None:
    seen = [signing_by(linked.state, TOKEN, later(hours=8)) for _ in range(3)]

    assert seen == [linked.state] * 3
    assert link_refused(customer_signed) == "link_spent"
    assert link_refused(settled) == "link_spent"


def test_a_link_that_is_unknown_replaced_or_expired_opens_nothing() -> None:
    replaced = linked.having(FRESH)

    assert link_refused(replaced) == "link_replaced"
    assert link_refused(linked, hours=24 * 6) == "link_expired"
    assert signing_by(replaced.state, FRESH.token_hash, later(hours=9)) == replaced.state


@pytest.mark.parametrize(
    "story",
    [
        given(),
        unregistered,
        registered,
        bargaining,
        agreed,
        rendered,
        linked,
        customer_signed,
        settled,
        archived,
    ],
)
def test_token_that_never_went_out_learns_nothing_from_any_state(story: Story) -> None:
    assert link_refused(story, OTHER) == "link_unknown"


@pytest.mark.parametrize(
    "story",
    [
        *(customer_signed, settled, archived, archived.having(OPEN_ROUND)),
        *(linked.having(DECLINE_SIGNING), linked.having(WITHDRAW), linked.having(CLOSE)),
    ],
)
def test_true_token_is_told_that_it_is_spent_whatever_came_after(story: Story) -> None:
    assert link_refused(story) == "link_spent"


def test_link_of_a_declined_document_opens_not_the_next_one() -> None:
    assert link_refused(SECOND_RENDERED) == "link_spent"
    assert link_refused(SECOND_RENDERED.having(SECOND_LINK)) == "link_replaced"


@pytest.mark.parametrize("step", [SIGN, DECLINE_SIGNING], ids=lambda step: type(step).__name__)
def test_the_customer_signs_or_declines_by_a_link_that_is_still_good(
    step: commands.SignAsCustomer | commands.DeclineSigning,
) -> None:
    fresh = replace(step, link=FRESH.token_hash)

    rendered.when(step).then_refused("link_unknown")
    linked.when(fresh).then_refused("link_unknown")
    linked.when(replace(step, at=ISSUE.expires_at)).then_refused("link_expired")
    linked.having(FRESH).when(step).then_refused("link_replaced")
    assert linked.having(FRESH).when(replace(fresh, at=ISSUE.expires_at)).refused is None


def test_document_is_read_by_the_link_that_went_out_last() -> None:
    replaced = case_of(linked.having(FRESH))
    require_latest_link(case_of(linked), TOKEN)
    require_latest_link(case_of(settled), TOKEN)

    with pytest.raises(Refused, match="link_replaced"):
        require_latest_link(replaced, TOKEN)
    with pytest.raises(Refused, match="link_unknown"):
        require_latest_link(replaced, OTHER)
