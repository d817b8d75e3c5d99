"""What every decision asks first: is the complaint known, is a round on, how far has it come."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from eventlog.decider import Refused
from eventlog.message import By, Command
from services.compensation.domain.negotiation.records import Case
from services.compensation.domain.negotiation.state import (
    Agreed,
    Archived,
    Bargaining,
    Ended,
    Heard,
    InApproval,
    Known,
    NotHeard,
    Open,
    Paid,
    Referred,
    RefusalGiven,
    Rounded,
    Settled,
    Shelved,
    Signing,
    State,
    Withdrawn,
    stage_of,
)


class About(TypedDict):
    """What every event of a negotiation carries."""

    at: datetime
    by: By
    complaint: str
    person: str


class AboutRound(About):
    """What every event of a round carries."""

    round: int


def about(case: Case, command: Command) -> About:
    """Return what an event that follows from `command` carries."""
    return About(at=command.at, by=command.by, complaint=case.complaint, person=case.person)


def about_round(state: Rounded, command: Command) -> AboutRound:
    """Return what an event of the state's round carries."""
    return AboutRound(**about(state.case, command), round=state.round.number)


def require_known(state: State) -> Known:
    """Return the negotiation, or refuse: intake has not registered such a complaint as far as is known here."""
    if isinstance(state, NotHeard) or state.case.register is None:
        raise Refused("not_registered")
    return state


def require_round(state: State) -> Rounded:
    """Return the round that is on or was the last, or refuse: nobody asked for money yet."""
    known = require_known(state)
    if isinstance(known, Heard):
        raise Refused("no_round_open", "no round was ever opened")
    return known


def require_open(state: State) -> Open:
    """Return the round that is not yet agreed, or refuse: it is agreed, settled, or over."""
    found = require_round(state)
    match found:
        case Agreed() | Signing():
            raise Refused("already_agreed", "an offer was accepted")
        case Settled() | Paid() | Archived():
            raise Refused("already_settled", "both have signed")
        case RefusalGiven() | Withdrawn() | Ended():
            raise Refused("round_over", f"round {found.round.number} is {stage_of(found)}")
        case _:
            return found


def require_bargaining(state: State) -> Bargaining:
    """Return the talks as they are free for the company's next move, or refuse with what stands before it."""
    match require_open(state):
        case Bargaining() as found:
            return found
        case InApproval(proposal=proposal):
            raise Refused("offer_in_approval", f"offer {proposal.number} waits")
        case Shelved():
            raise Refused("talk_is_shelved")
        case Referred(to=to):
            raise Refused("talk_is_referred", f"before a {to}")
        case found:
            raise too_early(found)


def too_early(state: Open) -> Refused:
    """Return what comes first: the service need, then liability, then the customer's terms (`domain.md` 4)."""
    if state.round.service_is_due:
        return Refused("service_need_first", "the loss still runs")
    if state.round.liability is None:
        return Refused("liability_first")
    return Refused("customer_terms_first")


def require_text(text: str | None) -> str:
    """Return the reason, or refuse: it is empty."""
    if text is None or not text.strip():
        raise Refused("reason_missing")
    return text


def require_end_within(at: datetime, until: datetime, latest: datetime) -> None:
    """Refuse an end that is not ahead or later than the latest allowed."""
    if until <= at:
        raise Refused("end_not_ahead")
    if until > latest:
        raise Refused("end_too_far", f"at most until {latest.isoformat()}")
