"""How each event changes where an escalation stands. Records, never judges; folding must never fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final, assert_never

from eventlog.ids import place_of
from services.escalation.domain.escalation import events as said
from services.escalation.domain.escalation import facts as heard
from services.escalation.domain.escalation.state import (
    MOVE_KINDS,
    AccountAsked,
    AccountKept,
    Bypass,
    Escalation,
    Label,
    Membership,
    Missed,
    Move,
    MoveKind,
    Referral,
    Route,
    State,
    Unheard,
)

# What an answer makes pointless: the account and a referral run on.
_WORK_CLOCKS: Final = (heard.SENT_BACK, heard.CALL_BACK, *MOVE_KINDS)


def evolve(  # noqa: C901, PLR0911, PLR0912 - one flat case per event
    state: State, event: said.AnyEscalationEvent
) -> Escalation:
    """Return the state after an event."""
    if isinstance(state, Unheard):
        state = Escalation(complaint=event.complaint, person=event.person)
    match event:
        case said.FactNoted():
            return replace(
                _heard(state, event.fact, event.at), heard_of=_with_place(state.heard_of, event.cause)
            )
        case said.Routed():
            return replace(state, route=_route(event))
        case said.Shelved() | said.HandlerChanged() | said.LineHeld() | said.Conceded():
            return _moved(state, event)
        case said.Resumed():
            return replace(state, move=None, clocks=_without(state.clocks, "shelve"))
        case said.BypassThreatened():
            return replace(state, threatened=state.threatened | {event.target})
        case said.BypassRecorded():
            return replace(state, bypasses=_with_bypass(state.bypasses, event))
        case said.AccountRequested():
            clocks = {**state.clocks, heard.ACCOUNT: event.due}
            return replace(state, account=AccountAsked(event.bypass, event.handler), clocks=clocks)
        case said.AccountFrozen():
            clocks = _without(state.clocks, heard.ACCOUNT)
            return replace(state, account=AccountKept(event.bypass), clocks=clocks)
        case said.BypassRepeated():
            return replace(state, clocks={**state.clocks, heard.CALL_BACK: event.call_back_due})
        case said.BypassSentBack():
            return _sent_back(state, event)
        case said.Referred():
            since = event.at if state.referral is None else state.referral.since
            referral = Referral(event.to, since, event.until)
            return replace(state, referral=referral, clocks={**state.clocks, heard.REFERRAL: event.until})
        case said.ReferralReturned():
            return replace(state, referral=None, clocks=_without(state.clocks, heard.REFERRAL))
        case said.GroupNoted():
            return state
        case _:
            assert_never(event)


def _heard(  # noqa: C901, PLR0911, PLR0912 - one flat case per fact
    state: Escalation, fact: heard.Fact, at: datetime
) -> Escalation:
    match fact:
        case heard.Registered():
            return replace(state, register=fact, owner=state.owner or fact.owner)
        case heard.Classified():
            return replace(state, label=_label(fact))
        case heard.Corrected():
            return replace(state, label=state.label and _corrected(state.label, fact))
        case heard.Regraded():
            return replace(state, label=state.label and replace(state.label, grade=fact.grade))
        case heard.HarmStopped():
            return replace(state, label=state.label and replace(state.label, timing="past"))
        case heard.Acknowledged():
            return replace(state, acknowledged_at=state.acknowledged_at or at)
        case heard.Replied():
            return _replied(state, fact, at)
        case heard.OwnerChanged():
            return _owned(state, fact.owner)
        case heard.DeadlineMissed():
            return _missed(state, Missed(fact.clock, fact.start, fact.level))
        case heard.ClockRanOut():
            left = _without(state.clocks, fact.clock)
            # Its end has come: the next move of the kind begins anew, or no date would be open to it. A rest ends by
            # an event of its own.
            over = state.move is not None and state.move.kind == fact.clock != "shelve"
            ended = replace(state, clocks=left, move=None if over else state.move)
            return _missed(ended, Missed(fact.clock, fact.due))
        case heard.Answered():
            clocks = _without(state.clocks, *_WORK_CLOCKS)
            return replace(state, progress="answered", move=None, clocks=clocks)
        case heard.Reopened():
            return _reopened(state, at)
        case heard.Closed():
            # A handler's account still owed is owed beyond the end: its absence must be recorded.
            clocks = {name: due for name, due in state.clocks.items() if name == heard.ACCOUNT}
            return replace(state, progress="closed", move=None, referral=None, clocks=clocks)
        case heard.Linked():
            return replace(state, linked=state.linked | {fact.other})
        case heard.Unlinked():
            return replace(state, linked=state.linked - {fact.other})
        case heard.Grouped():
            return _grouped(state, fact, at)
        case heard.Settled():
            return replace(state, settlement=fact)
        case heard.Screened():
            return replace(state, flags=fact.flags)
        case _:
            assert_never(fact)


def _with_place(heard_of: Mapping[str, int], cause: str | None) -> Mapping[str, int]:
    if cause is None:
        return heard_of
    stream, version = place_of(cause)
    return {**heard_of, stream: max(version, heard_of.get(stream, 0))}


def _label(fact: heard.Classified) -> Label:
    return Label(
        timing=fact.timing,
        severity=fact.severity,
        grade=fact.grade,
        language=fact.language,
        bypass=fact.bypass,
        target=fact.target or heard.UNNAMED,
        threats=frozenset(fact.threats),
        needs_review=fact.needs_review,
    )


def _corrected(label: Label, fact: heard.Corrected) -> Label:
    return replace(
        label,
        timing=fact.timing or label.timing,
        severity=fact.severity or label.severity,
        language=fact.language or label.language,
        bypass=fact.bypass or label.bypass,
        threats=label.threats if fact.threats is None else frozenset(fact.threats),
        needs_review=False,
    )


def _replied(state: Escalation, fact: heard.Replied, at: datetime) -> Escalation:
    clocks = _without(state.clocks, heard.CALL_BACK) if fact.by_supervisor else state.clocks
    return replace(state, first_replied_at=state.first_replied_at or at, replied_at=at, clocks=clocks)


def _owned(state: Escalation, owner: str) -> Escalation:
    owned = replace(state, owner=owner, assigned=None)
    if state.move is None or state.move.kind != "change_handler" or state.move.handler not in (None, owner):
        return owned
    return replace(owned, move=None, clocks=_without(state.clocks, "change_handler"))


def _missed(state: Escalation, missed: Missed) -> Escalation:
    if missed in state.missed:
        return state
    # The chosen handler let it run out: the desk above chooses anew.
    return replace(state, missed=state.missed | {missed}, assigned=None)


def _reopened(state: Escalation, at: datetime) -> Escalation:
    if at == state.reopened_at:
        return state
    return replace(
        state,
        progress="open",
        reopenings=state.reopenings + 1,
        reopened_at=at,
        barred=state.barred | ({state.owner} if state.owner else set()),
        assigned=None,
        route=None,
    )


def _grouped(state: Escalation, fact: heard.Grouped, at: datetime) -> Escalation:
    known = state.groups.get(fact.group)
    since = known.since if known is not None and known.role is not None else at
    membership = Membership(fact.role, fact.stage, fact.remedy, since)
    return replace(state, groups={**state.groups, fact.group: membership})


def _moved(
    state: Escalation, event: said.Shelved | said.HandlerChanged | said.LineHeld | said.Conceded
) -> Escalation:
    kind = _kind(event)
    since = state.move.since if state.move is not None and state.move.kind == kind else event.at
    clocks = {**_without(state.clocks, *MOVE_KINDS), kind: event.until}
    if not isinstance(event, said.HandlerChanged):
        return replace(state, move=Move(kind, since, event.until), clocks=clocks)
    return replace(
        state,
        move=Move(kind, since, event.until, event.handler),
        clocks=clocks,
        assigned=event.handler,
        barred=state.barred | ({event.previous} if event.previous else set()),
    )


def _kind(event: said.Shelved | said.HandlerChanged | said.LineHeld | said.Conceded) -> MoveKind:
    match event:
        case said.Shelved():
            return "shelve"
        case said.HandlerChanged():
            return "change_handler"
        case said.LineHeld():
            return "hold_line"
        case said.Conceded():
            return "concede"
        case _:
            assert_never(event)


def _sent_back(state: Escalation, event: said.BypassSentBack) -> Escalation:
    return replace(
        state,
        assigned=event.handler,
        floor=event.level,
        barred=state.barred | ({state.owner} if state.owner else set()),
        clocks={**state.clocks, heard.SENT_BACK: event.due},
    )


def _route(event: said.Routed) -> Route:
    return Route(
        desk=event.desk,
        level=event.level,
        handler=event.handler,
        not_to=event.not_to,
        skill=event.skill,
        language=event.language,
    )


def _with_bypass(bypasses: tuple[Bypass, ...], event: said.BypassRecorded) -> tuple[Bypass, ...]:
    record = event.earlier_record
    recorded = Bypass(
        number=event.number,
        target=event.target,
        came_at=event.came_at,
        found_by=event.found_by,
        earlier_complaints=record.earlier_complaints if record is not None else (),
        met_record=record is not None,
    )
    return (*(each for each in bypasses if each.number != event.number), recorded)


def _without(clocks: Mapping[str, datetime], *names: str) -> dict[str, datetime]:
    return {name: due for name, due in clocks.items() if name not in names}
