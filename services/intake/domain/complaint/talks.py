"""What intake knows of a complaint's negotiation: which round is open, and what a noted step makes of it.

Compensation negotiates; intake only keeps its own hand off the answer meanwhile, and runs the clock of a
referral to which compensation has sent the matter.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from services.intake.domain.complaint import running
from services.intake.domain.complaint.state import (
    Answered,
    Case,
    Closed,
    Registered,
    SettledBefore,
    Talk,
    Visited,
)
from services.intake.domain.complaint.values import NEGOTIATION_REFERRAL, NegotiationNoted, StartedClock

OPENED: Final = "opened"
SETTLED: Final = "settled"
REFUSED: Final = "refused"
WITHDRAWN: Final = "withdrawn"
REFERRED: Final = "referred"
ENDED: Final = "ended"

# Said of the complaint or the loss, not of how the talk goes: a referral lasts on.
_BESIDE_THE_TALK: Final = frozenset({"harm_status_noted"})


def noted(state: Registered, fact: NegotiationNoted, at: datetime) -> Case:
    """Return the case after a step of its negotiation."""
    case = state.case
    if fact.round is None:
        # A link may have been taken back while the word of it was on its way.
        return replace(case, settled_before=_settled_before(fact)) if fact.other in case.links else case
    # An earlier round may still be paid and archived: it says nothing of the one that is open now.
    if case.talk is not None and fact.round < case.talk.round:
        return case
    is_done = isinstance(state, Answered | Visited | Closed)
    talk = _after(case.talk, fact, at, is_done=is_done)
    hands = case.hands | {each for each in (fact.actor, fact.approver) if each is not None}
    return replace(case, talk=talk, hands=hands, clocks=_clocks(state, fact, at))


def answered(case: Case) -> Case:
    """Return the case after an answer: whatever round led to it is over."""
    return case if case.talk is None else replace(case, talk=replace(case.talk, is_open=False))


def _after(talk: Talk | None, fact: NegotiationNoted, at: datetime, *, is_done: bool) -> Talk:
    same = talk if talk is not None and talk.round == fact.round else None
    known = same or Talk(round=fact.round or 0, step=fact.step, since=at, is_open=False)
    is_over = fact.step in {WITHDRAWN, ENDED} or (is_done and fact.step in {SETTLED, REFUSED})
    referral_lasts = fact.step in _BESIDE_THE_TALK
    return Talk(
        round=known.round,
        step=fact.step,
        since=at,
        is_open=(known.is_open or fact.step == OPENED) and not is_over,
        to=known.to if referral_lasts else fact.to,
        until=known.until if referral_lasts else fact.until,
        sum=fact.sum or known.sum,
        document=fact.document or known.document,
        basis=fact.basis or known.basis,
        appeal=fact.appeal or known.appeal,
    )


def _clocks(state: Registered, fact: NegotiationNoted, at: datetime) -> running.Runs:
    runs = state.case.clocks
    if fact.step in _BESIDE_THE_TALK:
        return runs
    if fact.step != REFERRED or fact.until is None:
        return running.met(runs, NEGOTIATION_REFERRAL, at)
    # A closed complaint owes nothing any more: what comes late is noted and starts no clock.
    if isinstance(state, Closed):
        return runs
    clock = StartedClock(
        name=NEGOTIATION_REFERRAL, start=at, due=fact.until, grade=None, policy="compensation"
    )
    return running.started(running.stopped(runs, at, NEGOTIATION_REFERRAL), (clock,))


def _settled_before(fact: NegotiationNoted) -> SettledBefore:
    return SettledBefore(fact.other or "", fact.document, fact.settled_at)
