from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from eventlog.testing import Given
from services.compensation.domain.negotiation import commands
from services.compensation.domain.negotiation import events as said
from services.compensation.domain.negotiation.decide import negotiation_decider
from services.compensation.domain.negotiation.state import Bargaining
from tests.unit.compensation.story import (
    ACCEPT,
    ANNA,
    BIG_OFFER,
    CARL,
    CORRECT_TO_RUNNING,
    CUSTOMER,
    DECIDER,
    DENY,
    EVE,
    GRANT,
    MARA,
    MORE,
    OTTO,
    POLICY,
    WITHDRAW,
    Story,
    bargaining,
    clock_ends,
    later,
    offered,
    waiting,
    yuan,
)

DECISIONS = [GRANT, DENY]


def test_an_approved_offer_is_live_in_the_same_decision() -> None:
    granted, made = waiting.when(GRANT).then_types(said.ApprovalGranted, said.OfferMade)

    assert isinstance(granted, said.ApprovalGranted)
    assert isinstance(made, said.OfferMade)
    assert (granted.offer, made.offer, made.sum) == (1, 1, BIG_OFFER.sum)
    assert (made.proposer, made.approver, made.by) == ("carl", "eve", EVE)
    assert made.expires_at == GRANT.at + timedelta(hours=POLICY.terms.offer_hours)


def test_approval_alone_agrees_nothing() -> None:
    approved = waiting.having(GRANT)

    assert isinstance(approved.state, Bargaining)
    approved.when(ACCEPT).then_types(said.OfferAccepted)


def test_a_denied_offer_leaves_the_talks_as_they_were() -> None:
    waiting.when(DENY).then_types(said.ApprovalDenied)
    assert isinstance(waiting.having(DENY).state, Bargaining)


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda each: type(each).__name__)
class TestEitherDecision:
    def test_is_made_by_somebody_else_than_the_proposer(self, decision: commands.GrantApproval) -> None:
        waiting.when(replace(decision, by=CARL)).then_refused("proposer_is_not_approver")
        by_mara = bargaining.having(replace(BIG_OFFER, by=MARA, sum=yuan("60000.00")))
        by_mara.when(replace(decision, by=MARA)).then_refused("proposer_is_not_approver")

    def test_takes_the_level_needed(self, decision: commands.GrantApproval) -> None:
        for by in (ANNA, CUSTOMER):
            waiting.when(replace(decision, by=by)).then_refused("approver_level_too_low")
        for by in (EVE, MARA, OTTO):
            assert waiting.when(replace(decision, by=by)).refused is None

    def test_is_within_the_approvers_own_limit(self, decision: commands.GrantApproval) -> None:
        big = bargaining.having(replace(BIG_OFFER, sum=yuan("6000.00")))

        big.when(decision).then_refused("approver_level_too_low")
        assert big.when(replace(decision, by=MARA)).refused is None

    def test_names_the_offer_that_waits(self, decision: commands.GrantApproval) -> None:
        waiting.when(replace(decision, offer=2)).then_refused("offer_not_in_approval")
        bargaining.when(decision).then_refused("offer_not_in_approval")
        waiting.having(decision).when(decision).then_refused("offer_not_in_approval")
        waiting.having(WITHDRAW).when(decision).then_refused("round_over")

    def test_has_a_reason(self, decision: commands.GrantApproval) -> None:
        waiting.when(replace(decision, reason=" ")).then_refused("reason_missing")


def test_an_offer_waits_on_when_the_live_one_runs_out() -> None:
    both = offered.having(replace(BIG_OFFER, at=MORE.at, concessions=("scope",)))
    expired = both.having(clock_ends(both, "offer@1.1"))

    granted = replace(GRANT, at=later(days=4), offer=2)
    expired.when(granted).then_types(said.DeadlineMissed, said.ApprovalGranted, said.OfferMade)


def test_nothing_is_approved_while_the_loss_runs_again() -> None:
    waiting.having(CORRECT_TO_RUNNING).when(GRANT).then_refused("service_need_first")
    waiting.having(CORRECT_TO_RUNNING).when(DENY).then_types(said.ApprovalDenied)


def test_an_override_is_told_with_the_approved_offer() -> None:
    override = replace(
        MORE, by=MARA, sum=yuan("60000.00"), concessions=(), override=True, reason="the whole house"
    )
    [_, made] = offered.having(override).when(replace(GRANT, at=later(hours=8), by=OTTO, offer=2)).events

    assert isinstance(made, said.OfferMade)
    assert (made.overridden_by, made.approver) == ("mara", "otto")


def test_a_remedy_is_approved_by_the_terms_of_the_day() -> None:
    now = replace(POLICY, terms=replace(POLICY.terms, remedies={"voucher": "manager"}))
    with_voucher = replace(waiting_under({"voucher": "agent"}), decider=negotiation_decider(now))

    with_voucher.when(GRANT).then_refused("approver_level_too_low")
    with_voucher.when(replace(GRANT, by=MARA)).then_types(said.ApprovalGranted, said.OfferMade)
    with_voucher.when(DENY).then_types(said.ApprovalDenied)


def test_a_remedy_that_the_terms_have_dropped_is_not_approved_any_more() -> None:
    with_refund = waiting_under({"refund": "agent"})

    with_refund.when(replace(GRANT, by=OTTO)).then_refused("remedy_unknown")
    with_refund.when(DENY).then_types(said.ApprovalDenied)


def waiting_under(remedies: Mapping[str, str]) -> Story:
    """An offer with these remedies that was proposed when the terms let an agent promise them."""
    former = negotiation_decider(replace(POLICY, terms=replace(POLICY.terms, remedies=remedies)))
    offer = replace(BIG_OFFER, remedies=tuple(remedies))
    return Given(DECIDER, Given(former, bargaining.history).having(offer).history)
