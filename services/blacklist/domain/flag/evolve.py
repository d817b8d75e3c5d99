"""How each event changes what is known of a person. Records, never judges; folding must never fail."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, assert_never

from services.blacklist.domain.flag import events as said
from services.blacklist.domain.flag import facts as heard
from services.blacklist.domain.flag.state import Case, Flag, Observed, State, Unheard


def evolve(  # noqa: C901, PLR0911, PLR0912 - one flat case per event
    state: State, event: said.AnyFlagEvent
) -> Observed:
    """Return the state after an event."""
    if isinstance(state, Unheard):
        state = Observed(person=event.person)
    match event:
        case said.FactNoted():
            return _noted(state, event)
        case said.Proposed():
            return replace(state, flags=(*state.flags, _proposed(event)))
        case said.Warned():
            return _changed(state, event.flag, warned=True)
        case said.Confirmed():
            return _changed(
                state,
                event.flag,
                state="confirmed",
                since=event.at,
                confirmer=event.by.actor,
                expires_at=event.expires_at,
                review_due=event.review_due,
            )
        case said.Reviewed():
            return _changed(
                state,
                event.flag,
                review_due=event.review_due,
                reviewer=event.by.actor,
                appeal_rejected=False,
            )
        case said.Appealed():
            return _changed(state, event.flag, state="appealed", since=event.at, decide_by=event.decide_by)
        case said.AppealRejected():
            return _changed(
                state, event.flag, state="confirmed", since=event.at, decide_by=None, appeal_rejected=True
            )
        case said.Overturned():
            return _changed(state, event.flag, state="overturned", since=event.at)
        case said.Lifted():
            return _changed(state, event.flag, state="lifted", since=event.at)
        case said.Expired():
            return _changed(state, event.flag, state="expired", since=event.at)
        case said.Screened():
            return _with_case(state, replace(_case(state, event.complaint), told=event.flags))
        case _:
            assert_never(event)


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


def _changed(state: Observed, number: int, /, *, warned: bool = False, **change: Any) -> Observed:
    def after(flag: Flag) -> Flag:
        return replace(flag, warned_as=flag.state) if warned else replace(flag, **change)

    return replace(state, flags=tuple(after(flag) if flag.number == number else flag for flag in state.flags))


def _noted(state: Observed, event: said.FactNoted) -> Observed:
    state = replace(state, causes=state.causes | {event.cause}, owners=state.owners | _owners(event.fact))
    state = _with_case(state, _heard(_case(state, event.complaint), event.fact, event.at))
    match event.fact:
        case heard.Registered():
            linked = [*_linked_with(state, event.complaint), event.complaint]
        case heard.Linked(other=other) | heard.Unlinked(other=other):
            linked = [event.complaint, other]
        case _:
            return state
    for complaint in linked:
        if complaint in state.cases:
            state = _with_case(state, _again(state, state.cases[complaint]))
    return state


def _owners(fact: heard.Fact) -> frozenset[str]:
    match fact:
        case heard.Registered(owner=str() as owner) | heard.OwnerChanged(owner=owner):
            return frozenset({owner})
        case _:
            return frozenset()


def _heard(  # noqa: C901, PLR0911, PLR0912 - one flat case per fact
    case: Case, fact: heard.Fact, at: datetime
) -> Case:
    match fact:
        case heard.Registered():
            return replace(case, register=fact)
        case heard.Classified():
            return replace(case, demands=fact.demands)
        case heard.Corrected():
            return case if fact.demands is None else replace(case, demands=fact.demands)
        case heard.OwnerChanged():
            return case
        case heard.Reopened():
            unsolved = case.not_solved or fact.why == "not_solved"
            return replace(case, outcome=None, reopened=case.reopened + 1, not_solved=unsolved)
        case heard.Closed():
            withdrawn = case.withdrawn or fact.outcome == "withdrawn"
            return replace(case, outcome=fact.outcome, ended_at=at, withdrawn=withdrawn)
        case heard.Linked():
            return replace(case, matters=case.matters | {fact.other})
        case heard.Unlinked():
            return replace(case, matters=case.matters - {fact.other})
        case heard.BypassRecorded():
            return replace(case, bypasses=case.bypasses | {fact.number})
        case heard.Grouped():
            return replace(case, group=(fact.group, fact.role, fact.stage))
        case heard.Settled():
            return replace(case, settled_at=at)
        case heard.DemandRefused():
            return replace(case, refused=True)
        case heard.Withdrawn():
            return replace(case, withdrawn=True)
        case heard.SettledMatterRaised():
            return replace(case, settled_matter=fact.other)
        case heard.Compared():
            return replace(case, alike=fact.alike, same_order=fact.same_order)
        case _:
            assert_never(fact)


def _again(state: Observed, case: Case) -> Case:
    """Mark a complaint that came while one on the same matter was open: it repeats, it adds nothing."""
    if case.register is None:
        return case
    came = case.register.received_at
    matters = _linked_with(state, case.complaint)
    again = any(_was_open(state.cases[other], came) for other in matters if other in state.cases)
    return replace(case, again_while_open=again)


def _linked_with(state: Observed, complaint: str) -> list[str]:
    """Return the complaints of the same matter, whichever of the two the link was said of."""
    own = state.cases[complaint].matters if complaint in state.cases else frozenset()
    return sorted(own | {other for other, case in state.cases.items() if complaint in case.matters})


def _was_open(case: Case, moment: datetime) -> bool:
    if case.register is None or case.register.received_at >= moment:
        return False
    return case.is_open or (case.ended_at is not None and case.ended_at > moment)


def _case(state: Observed, complaint: str) -> Case:
    return state.cases.get(complaint) or Case(complaint=complaint)


def _with_case(state: Observed, case: Case) -> Observed:
    return replace(state, cases={**state.cases, case.complaint: case})
