"""The negotiation's decider: which rule judges which command. Pure; the policy is a frozen value."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final, TypeAlias, assert_never

from eventlog.decider import Decider
from services.compensation.domain.negotiation import (
    approving,
    bargaining,
    commands,
    ending,
    missing,
    offering,
    opening,
    paying,
    resting,
    signing,
)
from services.compensation.domain.negotiation.clocks import timers
from services.compensation.domain.negotiation.commands import NegotiationCommand
from services.compensation.domain.negotiation.events import EVENTS, AnyNegotiationEvent
from services.compensation.domain.negotiation.evolve import evolve
from services.compensation.domain.negotiation.state import NotHeard, State
from services.compensation.domain.policy import NegotiationPolicy

CATEGORY: Final = "negotiation"

NegotiationDecider: TypeAlias = Decider[State, NegotiationCommand, AnyNegotiationEvent]


def negotiation_decider(policy: NegotiationPolicy) -> NegotiationDecider:
    """Return the aggregate of the stream `negotiation-<complaint uuid>` under a policy."""
    return Decider(
        category=CATEGORY,
        initial=NotHeard(),
        events=EVENTS,
        decide=partial(_decide, policy=policy),
        evolve=evolve,
        timers=timers,
        # 2: approval, signing, payment, payee and review have clocks.
        timer_rules=2,
    )


def _decide(
    command: NegotiationCommand, state: State, *, policy: NegotiationPolicy
) -> Sequence[AnyNegotiationEvent]:
    return missing.with_misses(state, _judge(command, state, policy=policy), command)


def _judge(  # noqa: C901, PLR0911, PLR0912 - one case per command
    command: NegotiationCommand, state: State, *, policy: NegotiationPolicy
) -> Sequence[AnyNegotiationEvent]:
    match command:
        case commands.NoteFact():
            return opening.note(policy, state, command)
        case commands.OpenRound():
            return opening.open_round(policy, state, command)
        case commands.WaiveService():
            return opening.waive_service(state, command)
        case commands.FindLiability():
            return opening.find_liability(state, command)
        case commands.RecordTerms():
            return bargaining.record_terms(state, command)
        case commands.DeclineTerms():
            return bargaining.decline_terms(state, command)
        case commands.ChangeDemand():
            return bargaining.change_demand(state, command)
        case commands.AcceptOffer():
            return bargaining.accept_offer(policy, state, command)
        case commands.MakeOffer():
            return offering.make_offer(policy, state, command)
        case commands.WithdrawOffer():
            return offering.withdraw_offer(state, command)
        case commands.GrantApproval():
            return approving.grant(policy, state, command)
        case commands.DenyApproval():
            return approving.deny(policy, state, command)
        case commands.Shelve() | commands.Resume() | commands.Refer() | commands.ReturnReferral():
            return _rest(command, state, policy)
        case commands.ClockRanOut():
            return missing.run_out(state, command)
        case (
            commands.RecordPayment()
            | commands.ReversePayment()
            | commands.InstructAgain()
            | commands.ReviewPayment()
            | commands.Archive()
        ):
            return _pay(command, state, policy)
        case commands.Refuse() | commands.Withdraw() | commands.RaiseSettledMatter():
            return _end(command, state)
        case _:
            return _sign(command, state, policy)


def _rest(
    command: commands.Resting, state: State, policy: NegotiationPolicy
) -> Sequence[AnyNegotiationEvent]:
    match command:
        case commands.Shelve():
            return resting.shelve(policy, state, command)
        case commands.Resume():
            return resting.resume(state, command)
        case commands.Refer():
            return resting.refer(policy, state, command)
        case commands.ReturnReferral():
            return resting.return_referral(state, command)
        case _:
            assert_never(command)


def _sign(
    command: commands.Signing, state: State, policy: NegotiationPolicy
) -> Sequence[AnyNegotiationEvent]:
    match command:
        case commands.RecordDocument():
            return signing.record_document(state, command)
        case commands.IssueSigningLink():
            return signing.issue_link(policy, state, command)
        case commands.SignAsCustomer():
            return signing.sign_as_customer(state, command)
        case commands.DeclineSigning():
            return signing.decline_signing(state, command)
        case commands.LetLapse():
            return signing.let_lapse(state, command)
        case commands.SignAsCompany():
            return signing.sign_as_company(policy, state, command)
        case _:
            assert_never(command)


def _pay(command: commands.Paying, state: State, policy: NegotiationPolicy) -> Sequence[AnyNegotiationEvent]:
    match command:
        case commands.RecordPayment():
            return paying.record_payment(policy, state, command)
        case commands.ReversePayment():
            return paying.reverse_payment(policy, state, command)
        case commands.InstructAgain():
            return paying.instruct_again(policy, state, command)
        case commands.ReviewPayment():
            return paying.review_payment(policy, state, command)
        case commands.Archive():
            return paying.archive(state, command)
        case _:
            assert_never(command)


def _end(command: commands.Ending, state: State) -> Sequence[AnyNegotiationEvent]:
    match command:
        case commands.Refuse():
            return ending.refuse(state, command)
        case commands.Withdraw():
            return ending.withdraw(state, command)
        case commands.RaiseSettledMatter():
            return ending.raise_settled_matter(state, command)
        case _:
            assert_never(command)
