"""The complaint's decider: which rule judges which command. Pure; the policy is a frozen value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias, assert_never

from eventlog.decider import Decider
from services.intake.domain.complaint import commands, ending, handling, opening
from services.intake.domain.complaint.commands import ComplaintCommand
from services.intake.domain.complaint.events import EVENTS, AnyComplaintEvent
from services.intake.domain.complaint.evolve import evolve
from services.intake.domain.complaint.policy import ComplaintPolicy
from services.intake.domain.complaint.promises import with_misses
from services.intake.domain.complaint.state import NotRegistered, State, timers

CATEGORY = "complaint"

ComplaintDecider: TypeAlias = Decider[State, ComplaintCommand, AnyComplaintEvent]


def complaint_decider(policy: ComplaintPolicy) -> ComplaintDecider:
    """Return the complaint aggregate under one version of the policy."""
    return Decider(
        category=CATEGORY,
        initial=NotRegistered(),
        events=EVENTS,
        decide=_decide_under(policy),
        evolve=evolve,
        timers=timers,
    )


def _decide_under(
    policy: ComplaintPolicy,
) -> Callable[[ComplaintCommand, State], Sequence[AnyComplaintEvent]]:
    def decide(command: ComplaintCommand, state: State) -> Sequence[AnyComplaintEvent]:
        return with_misses(state, _decided(policy, state, command), command)

    return decide


def _decided(  # noqa: C901, PLR0911, PLR0912 - one case per command
    policy: ComplaintPolicy, state: State, command: ComplaintCommand
) -> Sequence[AnyComplaintEvent]:
    match command:
        case commands.RegisterComplaint():
            return opening.register(policy, state, command)
        case commands.Classify():
            return opening.classify(policy, state, command)
        case commands.CorrectClassification():
            return opening.correct(policy, state, command)
        case commands.NoteFact():
            return opening.note(policy, state, command)
        case commands.Acknowledge():
            return handling.acknowledge(state, command)
        case commands.OfferHandover():
            return handling.offer(state, command)
        case commands.AcceptHandover():
            return handling.accept(state, command)
        case commands.DeclineHandover():
            return handling.decline(state, command)
        case commands.Reply():
            return handling.reply(state, command)
        case commands.StopHarm():
            return handling.stop_harm(policy, state, command)
        case commands.Answer():
            return handling.answer(policy, state, command)
        case commands.Link():
            return ending.link(state, command)
        case commands.Unlink():
            return ending.unlink(state, command)
        case commands.RecordReturnVisit():
            return ending.record_visit(policy, state, command)
        case commands.Reopen():
            return ending.reopen(policy, state, command)
        case commands.Withdraw():
            return ending.withdraw(state, command)
        case commands.DecideElsewhere():
            return ending.decide_elsewhere(state, command)
        case commands.ClockRanOut():
            return ending.run_out(state, command)
        case commands.Close():
            return ending.close(state, command)
        case _:
            assert_never(command)
