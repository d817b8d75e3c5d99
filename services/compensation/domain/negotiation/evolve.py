"""How each event changes where a negotiation stands. Records and never judges: history cannot be refused.

An event that finds a stage it does not fit changes nothing, so that no log can make a fold fail.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, assert_never

from services.compensation.domain.negotiation import events as said
from services.compensation.domain.negotiation import offered, signed
from services.compensation.domain.negotiation.hearing import hear
from services.compensation.domain.negotiation.records import Case, Liability, Missed, Round
from services.compensation.domain.negotiation.state import (
    Bargaining,
    Ended,
    Heard,
    LiabilityReview,
    NotHeard,
    Referred,
    RefusalGiven,
    Rounded,
    ServiceFirst,
    Shelved,
    Signing,
    State,
    TermsAwaited,
    Withdrawn,
    live_offer,
    talking,
)
from services.compensation.domain.negotiation.values import Pause


def evolve(state: State, event: said.AnyNegotiationEvent) -> State:
    """Return the state after the event."""
    after = _told(state, event)
    if not isinstance(state, Shelved | Referred) or isinstance(after, NotHeard | Heard):
        return after
    return after if type(after) is type(state) else _paused(state, after, event.at)


def _told(  # noqa: C901, PLR0911, PLR0912 - one flat case per event
    state: State, event: said.AnyNegotiationEvent
) -> State:
    if isinstance(event, said.FactNoted):
        return _noted(state, event)
    if isinstance(state, NotHeard):
        return state
    if isinstance(event, said.SettledMatterRaised):
        raised = state.case.settled_matters | {event.other}
        return replace(state, case=replace(state.case, settled_matters=raised))
    if isinstance(event, said.Opened):
        return _opened(state.case, event)
    if isinstance(state, Heard):
        return state
    if isinstance(event, offered.OfferEvent):
        return offered.offering(state, event)
    if isinstance(event, signed.SigningEvent):
        return signed.signing(state, event)
    if isinstance(event, signed.SettlingEvent):
        return signed.settling(state, event)
    match event:
        case said.HarmStatusNoted():
            return _on(state, harm_running=event.running)
        case said.ServiceWaived():
            return _on(state, waived=True)
        case said.LiabilityFound():
            return _found(state, event)
        case said.TermsRecorded():
            return _on(state, terms="recorded", demands=event.demands, demand=event.sum)
        case said.TermsDeclined():
            return _on(state, terms="declined")
        case said.DemandRaised() | said.DemandLowered():
            return _on(state, demand=event.sum)
        case said.Shelved():
            return _shelved(state, event)
        case said.Resumed():
            return talking(state.case, state.round, live_offer(state)) if _rests(state) else state
        case said.DeadlineMissed():
            return _missed(state, event)
        case said.Referred():
            return _referred(state, event)
        case said.SigningDeclined() | said.AgreementLapsed():
            return talking(state.case, state.round) if isinstance(state, Signing) else state
        case said.DemandRefused():
            return _refused(state, event)
        case said.Withdrawn():
            return Withdrawn(case=state.case, round=state.round)
        case said.Ended():
            return Ended(case=state.case, round=state.round, why=event.why)
        case _:
            assert_never(event)


def _noted(state: State, event: said.FactNoted) -> State:
    if isinstance(state, NotHeard):
        state = Heard(Case(complaint=event.complaint, person=event.person))
    return replace(state, case=hear(state.case, event))


def _opened(case: Case, event: said.Opened) -> State:
    on = Round(
        number=event.round,
        harm_running=event.harm_running,
        demands=event.demands,
    )
    return talking(case, on)


def _on(state: Rounded, **changes: Any) -> Rounded:
    """Return the state with its round changed, and at the stage of talks that the round has reached by that."""
    changed = replace(state, round=replace(state.round, **changes))
    if isinstance(changed, ServiceFirst | LiabilityReview | TermsAwaited | Bargaining):
        return talking(changed.case, changed.round, live_offer(changed))
    return changed


def _found(state: Rounded, event: said.LiabilityFound) -> Rounded:
    cited = (*state.case.evidence, *(each for each in event.evidence if each not in state.case.evidence))
    known = replace(state, case=replace(state.case, evidence=cited, our_percent=event.our_percent))
    return _on(known, liability=Liability(event.party, event.our_percent, event.evidence))


def _rests(state: Rounded) -> bool:
    return isinstance(state, Shelved | Referred)


def _shelved(state: Rounded, event: said.Shelved) -> Rounded:
    return Shelved(
        case=state.case,
        round=state.round,
        since=state.since if isinstance(state, Shelved) else event.at,
        until=event.until,
        live=live_offer(state),
    )


def _paused(state: Shelved | Referred, after: Rounded, at: datetime) -> State:
    """Return `after` with the pause that is over counted, whatever ended it: the next one of its kind has what is left.

    No longer than it was to last: that its end was said late is not the owner's doing.
    """
    if after.round.number != state.round.number:
        return after
    pause: Pause = state.to if isinstance(state, Referred) else "shelved"
    lasted = max(min(at, state.until) - state.since, timedelta())
    paused = {**after.round.paused, pause: after.round.paused.get(pause, timedelta()) + lasted}
    return replace(after, round=replace(after.round, paused=paused))


def _referred(state: Rounded, event: said.Referred) -> Rounded:
    return Referred(
        case=state.case,
        round=state.round,
        to=event.to,
        since=state.since if isinstance(state, Referred) else event.at,
        until=event.until,
        live=live_offer(state),
    )


def _missed(state: Rounded, event: said.DeadlineMissed) -> Rounded:
    missed = Missed(event.clock, event.round, event.start, event.level)
    return replace(state, case=replace(state.case, missed=(*state.case.missed, missed)))


def _refused(state: Rounded, event: said.DemandRefused) -> Rounded:
    return RefusalGiven(
        case=replace(state.case, echo="refused"),
        round=state.round,
        refusal_class=event.refusal_class,
        strategy=event.strategy,
        basis=event.basis,
        appeal=event.appeal,
    )
