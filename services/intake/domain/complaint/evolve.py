"""How each event changes what is known. Records and never judges: history cannot be refused.

An event that finds a stage it does not fit changes nothing, so that no log can make a fold fail.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, assert_never

from eventlog.ids import place_of
from services.intake.domain.classify.model import BypassStage
from services.intake.domain.complaint import events, running, talks
from services.intake.domain.complaint.events import AnyComplaintEvent
from services.intake.domain.complaint.state import (
    Act,
    Answered,
    Assessment,
    Case,
    Classified,
    Closed,
    InHand,
    NotRegistered,
    Offer,
    Received,
    Registered,
    State,
    Visited,
    further,
)
from services.intake.domain.complaint.values import (
    ACKNOWLEDGE,
    FINAL_ANSWER,
    FIRST_REPLY,
    REFERRAL,
    RETURN_VISIT,
    STOP_THE_LOSS,
    AccountNoted,
    BypassNoted,
    Demanded,
    GroupNoted,
    Moved,
    NegotiationNoted,
    Owner,
    ReferralReturned,
    Referred,
    Routed,
    Screened,
    StartedClock,
)


def evolve(state: State, event: AnyComplaintEvent) -> State:  # noqa: C901, PLR0911, PLR0912 - one case per event
    """Return the state after the event."""
    if isinstance(state, NotRegistered):
        return _registered(event) if isinstance(event, events.ComplaintRegistered) else state
    match event:
        case events.ComplaintRegistered():
            return state
        case events.ComplaintClassified():
            return _classified(state, event)
        case events.ReplyPromised():
            return _with(state, clocks=running.started(state.case.clocks, event.clocks))
        case events.ClassificationCorrected():
            return _corrected(state, event)
        case events.ComplaintRegraded():
            return _regraded(state, event)
        case events.ComplaintAcknowledged():
            return _in_hand(_met(_with(state, acknowledged_at=event.at), ACKNOWLEDGE, event))
        case events.HandoverOffered():
            return _with(state, offer=Offer(event.desk, event.level, event.handler, event.not_to))
        case events.HandoverDeclined():
            return _with(state, offer=None)
        case events.OwnerChanged():
            return _owner_changed(state, event)
        case events.Replied():
            return _met(_with(state, reply=_act(event)), FIRST_REPLY, event)
        case events.HarmStopped():
            return _harm_stopped(state, event)
        case events.ComplaintLinked():
            return _with(state, links=state.case.links | {event.other})
        case events.ComplaintUnlinked():
            return _unlinked(state, event)
        case events.FactNoted():
            return _noted(state, event)
        case events.ComplaintAnswered():
            return _answered(state, event)
        case events.ReturnVisitRecorded():
            return _visited(state, event)
        case events.ComplaintReopened():
            return _reopened(state, event)
        case events.DeadlineMissed():
            return _with(state, clocks=running.missed(state.case.clocks, (event.clock, event.start)))
        case events.ComplaintClosed():
            return _closed(state, event)
        case _:
            assert_never(event)


def _unlinked(state: Registered, event: events.ComplaintUnlinked) -> State:
    case = state.case
    known = None if case.settled_before and case.settled_before.other == event.other else case.settled_before
    return _with(state, links=case.links - {event.other}, settled_before=known)


def _registered(event: events.ComplaintRegistered) -> Received:
    return Received(
        Case(
            complaint=event.complaint,
            person=event.person,
            source=event.source,
            channel=event.channel,
            reference=event.reference,
            content_hash=event.content_hash,
            received_at=event.received_at,
            imported=event.imported,
            tier=event.tier,
            owner=event.owner,
            hands=_people(event.owner),
        )
    )


def _classified(state: Registered, event: events.ComplaintClassified) -> State:
    if not isinstance(state, Received):
        return state
    labels = event.labels
    assessment = Assessment(
        timing=labels.timing.value,
        severity=labels.severity.value,
        language=labels.language,
        bypass=labels.bypass.stage,
        threats=frozenset(threat.value for threat in labels.threats),
        demands=tuple(Demanded(each.kind, each.amount, each.currency) for each in labels.demands),
        needs_review=labels.needs_review,
        grading=event.grading,
    )
    return Classified(state.case, assessment)


def _corrected(state: Registered, event: events.ClassificationCorrected) -> State:
    if isinstance(state, Received) or state.assessment is None:
        return state
    named = {
        name: value
        for name in ("timing", "severity", "language", "bypass", "demands")
        if (value := getattr(event.correction, name)) is not None
    }
    if event.correction.threats is not None:
        named["threats"] = frozenset(event.correction.threats)
    if event.correction.timing == "ongoing":
        named["harm_stopped_at"] = None
    assessed = replace(state, assessment=replace(state.assessment, needs_review=False, **named))
    if event.correction.timing != "past":
        return assessed
    # There was no loss to stop after all: that clock is not owed, whether it ran or ran out.
    return _with(assessed, clocks=running.stopped(state.case.clocks, event.at, STOP_THE_LOSS))


def _regraded(state: Registered, event: events.ComplaintRegraded) -> State:
    if isinstance(state, Received) or state.assessment is None:
        return state
    graded = replace(state, assessment=replace(state.assessment, grading=event.grading))
    return _with(graded, clocks=running.replaced(state.case.clocks, event.clocks, event.at))


def _owner_changed(state: Registered, event: events.OwnerChanged) -> State:
    case = state.case
    owned = _with(
        state,
        owner=event.owner,
        hands=case.hands | _people(event.owner),
        offer=case.offer if event.how == "taken" else None,
        wants_another_handler=case.wants_another_handler and event.how == "taken",
    )
    return _in_hand(owned) if event.how == "accepted" else owned


def _harm_stopped(state: Registered, event: events.HarmStopped) -> State:
    if isinstance(state, Received) or state.assessment is None:
        return state
    past = replace(state.assessment, timing="past", harm_stopped_at=event.stopped_at)
    return _met(replace(state, assessment=past), STOP_THE_LOSS, event)


def _noted(  # noqa: PLR0911 - one flat case per fact
    state: Registered, event: events.FactNoted
) -> State:
    case = state.case
    stream, version = place_of(event.cause)
    heard = _with(state, heard=(*(pair for pair in case.heard if pair[0] != stream), (stream, version)))
    match event.fact:
        case BypassNoted(found_by="classification"):
            return heard
        case BypassNoted(step=step):
            noted: BypassStage = "threatened" if step == "threatened" else "done"
            return _with(heard, bypass_noted=further(noted, case.bypass_noted))
        case GroupNoted(group=group, stage=stage):
            return _with(heard, group=None if stage is None else group, group_stage=stage)
        case Referred(to=to, until=until):
            return _referred(heard, to, None if until is None else _referral_clock(event, until))
        case ReferralReturned():
            return _with(heard, referred_to=None, clocks=running.met(case.clocks, REFERRAL, event.at))
        case NegotiationNoted() as step:
            return replace(heard, case=talks.noted(heard, step, event.at))
        case Screened(flags=flags):
            return _with(heard, flags=flags)
        case Routed() | Moved() | AccountNoted():
            return heard
        case _:
            assert_never(event.fact)


def _referred(state: Registered, to: str, clock: StartedClock | None) -> State:
    # A closed complaint owes nothing any more: what comes late is noted and starts no clock.
    if clock is None or isinstance(state, Closed):
        return _with(state, referred_to=to)
    earlier = running.stopped(state.case.clocks, clock.start, REFERRAL)
    return _with(state, referred_to=to, clocks=running.started(earlier, (clock,)))


def _referral_clock(event: events.FactNoted, until: datetime) -> StartedClock:
    return StartedClock(name=REFERRAL, start=event.at, due=until, grade=None, policy="escalation")


def _answered(state: Registered, event: events.ComplaintAnswered) -> State:
    if not isinstance(state, Classified | InHand):
        return state
    clocks = running.started(running.met(state.case.clocks, FINAL_ANSWER, event.at), event.clocks)
    hands = state.case.hands | {event.by.actor}
    # What waited for a taker is answered meanwhile: the offer ends with it.
    case = replace(talks.answered(state.case), clocks=clocks, hands=hands, offer=None)
    return Answered(case, state.assessment, event.outcome, _act(event))


def _visited(state: Registered, event: events.ReturnVisitRecorded) -> State:
    clocks = running.started(running.met(state.case.clocks, RETURN_VISIT, event.at), event.clocks)
    visited = _with(state, visit=_act(event), clocks=clocks)
    if not isinstance(visited, Answered):
        return visited
    if not event.reached:
        return replace(visited, unreached=visited.unreached + 1)
    return Visited(visited.case, visited.assessment, visited.outcome) if event.solved else visited


def _reopened(state: Registered, event: events.ComplaintReopened) -> State:
    if isinstance(state, Received) or state.assessment is None:
        return state
    case = replace(
        state.case,
        hands=_people(state.case.owner),
        offer=None,
        wants_another_handler=True,
        reply=None,
        reopenings=state.case.reopenings + 1,
        clocks=running.started(running.stopped(state.case.clocks, event.at, RETURN_VISIT), event.clocks),
    )
    return InHand(case, state.assessment)


def _closed(state: Registered, event: events.ComplaintClosed) -> Closed:
    case = replace(state.case, offer=None, clocks=running.stopped(state.case.clocks, event.at))
    return Closed(case, None if isinstance(state, Received) else state.assessment, event.outcome)


def _in_hand(state: Registered) -> Registered:
    return InHand(state.case, state.assessment) if isinstance(state, Classified) else state


def _met(state: Registered, clock: str, event: AnyComplaintEvent) -> Registered:
    return _with(state, clocks=running.met(state.case.clocks, clock, event.at))


def _with(state: Registered, **changes: Any) -> Registered:
    return replace(state, case=replace(state.case, **changes))


def _people(owner: Owner) -> frozenset[str]:
    return frozenset() if owner.actor is None else frozenset({owner.actor})


def _act(event: AnyComplaintEvent) -> Act:
    return Act(event.at, event.by.actor)
