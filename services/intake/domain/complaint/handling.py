"""What the owner does, and how a complaint passes from one owner to the next."""

from __future__ import annotations

from typing import Final

from eventlog.decider import Refused
from eventlog.message import Command
from services.intake.domain.complaint import authority, promises
from services.intake.domain.complaint.commands import (
    AcceptHandover,
    Acknowledge,
    Answer,
    DeclineHandover,
    OfferHandover,
    Reply,
    StopHarm,
)
from services.intake.domain.complaint.events import (
    AnyComplaintEvent,
    ComplaintAcknowledged,
    ComplaintAnswered,
    HandoverDeclined,
    HandoverOffered,
    HarmStopped,
    OwnerChanged,
    Replied,
)
from services.intake.domain.complaint.policy import ComplaintPolicy
from services.intake.domain.complaint.stages import about, require_assessed
from services.intake.domain.complaint.state import (
    Act,
    Answered,
    Assessed,
    Case,
    Closed,
    Offer,
    State,
    Visited,
)
from services.intake.domain.complaint.values import Owner
from shared_kernel.roles import LADDER

# What compensation decides; intake then answers by itself.
DECIDED_BY_NEGOTIATION: Final = frozenset({"settled", "refused"})


def acknowledge(state: State, command: Acknowledge) -> list[AnyComplaintEvent]:
    """Confirm the arrival to the customer; the first of a desk to do so owns the complaint from then on."""
    found = require_assessed(state)
    authority.require_owner(found.case, command.by)
    return [*_taken(found.case, command), *_acknowledged(found.case, command)]


def offer(state: State, command: OfferHandover) -> list[AnyComplaintEvent]:
    """Offer the complaint; until somebody accepts, the clocks run against the giver."""
    found = require_assessed(state)
    authority.require_giver(found.case, command.by)
    wished = Offer(command.desk, command.level, command.handler, command.not_to)
    if wished == found.case.offer or _has_it(found.case, wished) or _is_overtaken(found, command):
        return []
    return [
        HandoverOffered(
            **about(found.case, command),
            desk=command.desk,
            level=command.level,
            handler=command.handler,
            not_to=command.not_to,
            rule=command.rule,
            policy=command.policy,
        )
    ]


def accept(state: State, command: AcceptHandover) -> list[AnyComplaintEvent]:
    """Take the complaint over: anyone of the offered desk and level, whoever the giver had in mind."""
    case = require_assessed(state).case
    if case.offer is None and case.owner.actor == command.by.actor:
        return []
    authority.require_taker(case, command.by)
    return [_changed(case, command, "accepted")]


def decline(state: State, command: DeclineHandover) -> list[AnyComplaintEvent]:
    """Say no, with a reason; the owner stays."""
    case = require_assessed(state).case
    declined = authority.require_taker(case, command.by)
    return [
        HandoverDeclined(
            **about(case, command), desk=declined.desk, level=declined.level, reason=command.reason
        )
    ]


def reply(state: State, command: Reply) -> list[AnyComplaintEvent]:
    """Record a reply; one that comes before the acknowledgement acknowledges, too."""
    case = require_assessed(state).case
    authority.require_owner(case, command.by)
    if case.reply == Act(command.at, command.by.actor):
        return []
    replied = Replied(**about(case, command), text=command.text)
    return [*_taken(case, command), *_acknowledged(case, command), replied]


def stop_harm(policy: ComplaintPolicy, state: State, command: StopHarm) -> list[AnyComplaintEvent]:
    """Record that the loss runs no more: ongoing becomes past, and the grade follows."""
    found = require_assessed(state)
    authority.require_owner(found.case, command.by)
    if found.assessment.timing == "past":
        return []
    if command.stopped_at > command.at:
        raise Refused("harm_stopped_in_future")
    harm_stopped = HarmStopped(**about(found.case, command), stopped_at=command.stopped_at, how=command.how)
    return promises.and_regraded(policy, found, [*_taken(found.case, command), harm_stopped], command)


def answer(policy: ComplaintPolicy, state: State, command: Answer) -> list[AnyComplaintEvent]:
    """Record the final answer. Where none was given before, it is acknowledgement and first reply as well.

    What the negotiation decided comes from intake itself; a complaint answered or ended before keeps its end.
    """
    by_system = authority.is_system(command.by) and command.outcome in DECIDED_BY_NEGOTIATION
    if by_system and isinstance(state, Answered | Visited | Closed):
        return []
    found = require_assessed(state)
    case = found.case
    if isinstance(found, Answered | Visited):
        if isinstance(found, Answered) and _same_answer(found, command):
            return []
        raise Refused("already_answered", "it must be reopened before another answer")
    if not by_system:
        _require_by_hand(case, command)
    replied = [] if case.reply else [Replied(**about(case, command), text=command.text)]
    answered = ComplaintAnswered(
        **about(case, command),
        outcome=command.outcome,
        text=command.text,
        clocks=promises.answer_clocks(policy, found.assessment.grading.grade, command.at),
    )
    taken = [] if by_system else _taken(case, command)
    return [*taken, *_acknowledged(case, command), *replied, answered]


def _require_by_hand(case: Case, command: Answer) -> None:
    authority.require_owner(case, command.by)
    if command.outcome == "settled":
        raise Refused("settled_by_negotiation_only", "only a settlement signed by both settles")
    if case.talk is not None and case.talk.is_open:
        raise Refused("negotiation_open", f"round {case.talk.round} is open: {case.talk.step}")


def _taken(case: Case, command: Command) -> list[OwnerChanged]:
    """Return the change of owner by which one of the owning desk takes the complaint upon himself."""
    return [] if case.owner.actor is not None else [_changed(case, command, "taken")]


def _changed(case: Case, command: Command, how: str) -> OwnerChanged:
    by = command.by
    owner = Owner(by.actor, by.desk or case.owner.desk, authority.level_name(by, otherwise=case.owner.level))
    if how == "accepted":
        return OwnerChanged(**about(case, command), owner=owner, was=case.owner, how="accepted")
    return OwnerChanged(**about(case, command), owner=owner, was=case.owner, how="taken")


def _acknowledged(case: Case, command: Command) -> list[ComplaintAcknowledged]:
    return [] if case.acknowledged_at else [ComplaintAcknowledged(**about(case, command))]


def _has_it(case: Case, wished: Offer) -> bool:
    """Say whether the owner is already whom the offer looks for; after a reopening it must be another."""
    owner = case.owner
    if case.wants_another_handler or owner.actor in wished.not_to:
        return False
    if wished.handler is not None:
        return wished.handler == owner.actor
    return wished.desk == owner.desk and LADDER.index(wished.level) <= LADDER.index(owner.level)


def _is_overtaken(state: Assessed, command: OfferHandover) -> bool:
    """Say whether an answer came after what a route was made of: nobody needs to take that over any more."""
    return isinstance(state, Answered) and command.as_of is not None and command.as_of <= state.answer.at


def _same_answer(state: Answered, command: Answer) -> bool:
    return state.outcome == command.outcome and state.answer == Act(command.at, command.by.actor)
