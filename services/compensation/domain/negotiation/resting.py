"""When the talk rests or a third party looks into it, and what own clocks end. Nothing rests for ever."""

from __future__ import annotations

from eventlog.decider import Refused
from services.compensation.domain.negotiation import authority
from services.compensation.domain.negotiation import events as said
from services.compensation.domain.negotiation.commands import (
    ClockRanOut,
    Refer,
    Resume,
    ReturnReferral,
    Shelve,
)
from services.compensation.domain.negotiation.stages import (
    about_round,
    require_bargaining,
    require_end_within,
    require_open,
    require_text,
)
from services.compensation.domain.negotiation.state import (
    OFFER,
    Heard,
    InApproval,
    NotHeard,
    Referred,
    Shelved,
    State,
    live_offer,
    timers,
)
from services.compensation.domain.policy import NegotiationPolicy


def shelve(policy: NegotiationPolicy, state: State, command: Shelve) -> list[said.Shelved]:
    """Let the talk rest until a date; prolonging counts from the beginning. A running loss is not shelved."""
    found = require_open(state)
    authority.require_mover(found.case, command.by)
    if not isinstance(found, Shelved):
        found = require_bargaining(found)
    reason = require_text(command.reason)
    if isinstance(found, Shelved) and found.until == command.until:
        return []
    if found.round.harm_running:
        raise Refused("loss_still_running")
    since = found.since if isinstance(found, Shelved) else command.at
    require_end_within(command.at, command.until, since + policy.terms.longest["shelve"])
    return [said.Shelved(**about_round(found, command), until=command.until, reason=reason)]


def resume(state: State, command: Resume) -> list[said.Resumed]:
    """End the rest before its date."""
    found = require_open(state)
    authority.require_mover(found.case, command.by)
    reason = require_text(command.reason)
    if isinstance(found, Referred):
        raise Refused("talk_is_referred", "record how the third party ended it")
    if not isinstance(found, Shelved):
        return []
    return [said.Resumed(**about_round(found, command), why="by_hand", reason=reason)]


def refer(policy: NegotiationPolicy, state: State, command: Refer) -> list[said.Referred]:
    """Put the matter before a third party until a date: one at a time, the same one may be given longer."""
    found = require_open(state)
    authority.require_mover(found.case, command.by)
    reason = require_text(command.reason)
    if isinstance(found, InApproval):
        raise Refused("offer_in_approval", f"offer {found.proposal.number} waits")
    since = command.at
    if isinstance(found, Referred):
        if (found.to, found.until) == (command.to, command.until):
            return []
        if found.to != command.to:
            raise Refused("already_referred", f"before a {found.to}")
        since = found.since
    require_end_within(command.at, command.until, since + policy.terms.longest["refer"])
    return [said.Referred(**about_round(found, command), to=command.to, until=command.until, reason=reason)]


def return_referral(state: State, command: ReturnReferral) -> list[said.Ended | said.Resumed]:
    """Record how the third party ended it: its decision ends the round, all else lets the talk go on."""
    found = require_open(state)
    authority.require_mover(found.case, command.by)
    if not isinstance(found, Referred):
        raise Refused("not_referred")
    if command.outcome == "decided":
        return [said.Ended(**about_round(found, command), why="referral_decided")]
    return [said.Resumed(**about_round(found, command), why="referral_returned")]


def run_out(state: State, command: ClockRanOut) -> list[said.OfferExpired | said.Resumed]:
    """Say that an own clock ran out, once: one that ended, or is due later by now, says nothing."""
    authority.require_system(command.by)
    if isinstance(state, NotHeard | Heard) or timers(state).get(command.clock) != command.due:
        return []
    head = about_round(state, command)
    live = live_offer(state)
    if command.clock.startswith(OFFER) and live is not None:
        return [said.OfferExpired(**head, offer=live.number)]
    return [said.Resumed(**head, why="time_up")]
