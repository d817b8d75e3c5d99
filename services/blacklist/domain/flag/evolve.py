"""How each event changes what is known of a person. Records, never judges; folding must never fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeAlias, assert_never

from services.blacklist.domain.flag import events as said
from services.blacklist.domain.flag import facts as heard
from services.blacklist.domain.flag.state import Case, Flag, FlagState, Observed, State, Unheard

_Step: TypeAlias = said.Warned | said.Confirmed | said.Reviewed | said.Appealed | said.AppealRejected
_End: TypeAlias = said.Overturned | said.Lifted | said.Expired
_ENDS: Final[Mapping[type[_End], FlagState]] = {
    said.Overturned: "overturned",
    said.Lifted: "lifted",
    said.Expired: "expired",
}


def evolve(state: State, event: said.AnyFlagEvent) -> Observed:
    """Return the state after an event."""
    if isinstance(state, Unheard):
        state = Observed(person=event.person)
    match event:
        case said.FactNoted():
            return _noted(state, event)
        case said.Screened():
            return _with_case(state, replace(_case(state, event.complaint), told=event.flags))
        case said.Proposed():
            return replace(state, flags=(*state.flags, _proposed(event)))
        case _:
            flags = (_after(flag, event) if flag.number == event.flag else flag for flag in state.flags)
            return replace(state, flags=tuple(flags))


def _proposed(event: said.Proposed) -> Flag:
    return Flag(
        number=event.flag,
        kind=event.kind,
        state="proposed",
        since=event.at,
        expires_at=event.expires_at,
        review_due=event.review_due,
        proposer=event.by.actor,
        evidence=frozenset(one for reason in event.reasons for one in reason.complaints),
        score=event.score,
        reasons=event.reasons,
        guards=event.guards,
        policy=event.policy,
    )


def _after(flag: Flag, event: _Step | _End) -> Flag:
    match event:
        case said.Warned():
            return replace(flag, warned_as=flag.state)
        case said.Confirmed():
            return replace(
                flag,
                state="confirmed",
                since=event.at,
                confirmer=event.by.actor,
                expires_at=event.expires_at,
                review_due=event.review_due,
            )
        case said.Reviewed():
            return replace(flag, review_due=event.review_due, reviewer=event.by.actor, appeal_rejected=False)
        case said.Appealed():
            return replace(flag, state="appealed", since=event.at, decide_by=event.decide_by)
        case said.AppealRejected():
            return replace(flag, state="confirmed", since=event.at, decide_by=None, appeal_rejected=True)
        case said.Overturned() | said.Lifted() | said.Expired():
            return replace(flag, state=_ENDS[type(event)], since=event.at)
        case _:
            assert_never(event)


def _noted(state: Observed, event: said.FactNoted) -> Observed:
    state = replace(state, causes=state.causes | {event.cause}, owners=state.owners | _owners(event.fact))
    state = _with_case(state, _heard(_case(state, event.complaint), event.fact, event.at))
    match event.fact:
        # No order between complaints is assumed: an end may be heard after what came later.
        case heard.Registered() | heard.Reopened() | heard.Closed():
            concerned = [*_linked_with(state, event.complaint), event.complaint]
        case heard.Linked(other=other) | heard.Unlinked(other=other):
            concerned = [event.complaint, other]
        case _:
            return state
    for complaint in concerned:
        if complaint in state.cases:
            state = _with_case(state, _again(state, state.cases[complaint]))
    return state


def _owners(fact: heard.Fact) -> frozenset[str]:
    match fact:
        case heard.Registered(owner=str() as owner) | heard.OwnerChanged(owner=owner):
            return frozenset({owner})
        case _:
            return frozenset()


def _heard(case: Case, fact: heard.Fact, at: datetime) -> Case:
    if isinstance(fact, heard.RegisterFact):
        return _registered(case, fact)
    if isinstance(fact, heard.CourseFact):
        return _went_on(case, fact, at)
    if isinstance(fact, heard.NegotiationFact):
        return _negotiated(case, fact, at)
    return _surrounded(case, fact)


def _registered(case: Case, fact: heard.RegisterFact) -> Case:
    match fact:
        case heard.Registered():
            return replace(case, register=fact)
        case heard.Classified():
            return replace(case, demands=fact.demands)
        case heard.Corrected():
            return case if fact.demands is None else replace(case, demands=fact.demands)
        case heard.OwnerChanged():
            return case
        case heard.Linked():
            return replace(case, matters=case.matters | {fact.other})
        case heard.Unlinked():
            return replace(case, matters=case.matters - {fact.other})
        case _:
            assert_never(fact)


def _went_on(case: Case, fact: heard.CourseFact, at: datetime) -> Case:
    match fact:
        case heard.Visited():
            return replace(case, visited_solved=fact.solved)
        case heard.Reopened():
            return _reopened(case, fact, at)
        case heard.Closed():
            return _closed(case, fact, at)
        case _:
            assert_never(fact)


def _reopened(case: Case, fact: heard.Reopened, at: datetime) -> Case:
    # A visit that finds it unsolved reopens what was answered and has not ended yet.
    was_ended = case.ends and case.ends[-1][1] is None
    return replace(
        case,
        outcome=None,
        ends=(*case.ends[:-1], (case.ends[-1][0], at)) if was_ended else case.ends,
        reopened=case.reopened + 1,
        not_solved=case.not_solved or fact.why == "not_solved",
        visited_solved=False,
        withdrawn=False,
    )


def _closed(case: Case, fact: heard.Closed, at: datetime) -> Case:
    # Signed by both sides, or found solved by the customer: what was unsolved before no longer is.
    is_solved = case.visited_solved or fact.outcome == "settled"
    return replace(
        case,
        outcome=fact.outcome,
        ends=(*case.ends, (at, None)),
        decided_elsewhere_at=at if fact.outcome == "decided_elsewhere" else case.decided_elsewhere_at,
        not_solved=case.not_solved and not is_solved,
        withdrawn=case.withdrawn or fact.outcome == "withdrawn",
    )


def _negotiated(case: Case, fact: heard.NegotiationFact, at: datetime) -> Case:
    match fact:
        case heard.Settled():
            return replace(case, settled_at=at)
        case heard.DemandRefused():
            return replace(case, refused_at=at, refusal_basis=fact.basis)
        case heard.Withdrawn():
            return replace(case, withdrawn=True)
        case heard.SettledMatterRaised():
            return replace(case, settled_matters={**case.settled_matters, fact.other: fact.settled_at})
        case _:
            assert_never(fact)


def _surrounded(case: Case, fact: heard.SurroundingFact) -> Case:
    match fact:
        case heard.BypassRecorded():
            return replace(case, bypasses=case.bypasses | {fact.number})
        case heard.Grouped():
            return replace(case, group=(fact.group, fact.role, fact.stage))
        case heard.Compared():
            return replace(case, alike=fact.alike, same_order=fact.same_order)
        case heard.Shared():
            return replace(case, shared=fact.marks)
        case _:
            assert_never(fact)


def _again(state: Observed, case: Case) -> Case:
    """Mark a complaint that came while one on the same matter was open: it repeats, it adds nothing."""
    if case.register is None:
        return case
    came = case.register.received_at
    matters = _linked_with(state, case.complaint)
    again = any(state.cases[other].was_open(came) for other in matters if other in state.cases)
    return replace(case, again_while_open=again)


def _linked_with(state: Observed, complaint: str) -> list[str]:
    """Return the complaints of the same matter, whichever of the two the link was said of."""
    own = state.cases[complaint].matters if complaint in state.cases else frozenset()
    return sorted(own | {other for other, case in state.cases.items() if complaint in case.matters})


def _case(state: Observed, complaint: str) -> Case:
    return state.cases.get(complaint) or Case(complaint=complaint)


def _with_case(state: Observed, case: Case) -> Observed:
    return replace(state, cases={**state.cases, case.complaint: case})
