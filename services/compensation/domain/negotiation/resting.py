"""When the talk rests or a third party looks into it. Nothing rests for ever."""

from __future__ import annotations

from datetime import timedelta

from eventlog.decider import Refused
from services.compensation.domain.negotiation import authority
from services.compensation.domain.negotiation import events as said
from services.compensation.domain.negotiation.commands import (
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
from services.compensation.domain.negotiation.state import InApproval, Referred, Shelved, State
from services.compensation.domain.policy import NegotiationPolicy


def shelve(policy: NegotiationPolicy, state: State, command: Shelve) -> list[said.Shelved]:
    """Let the talk rest until a date; a running loss is not shelved.

    Prolonging counts from the beginning, and a rest taken up again has what earlier ones of the round left of the time.
    """
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
    left = policy.terms.longest["shelve"] - found.round.paused.get("shelved", timedelta())
    if left <= timedelta():
        raise Refused("rest_used_up", "earlier rests of the round took all of the time")
    require_end_within(command.at, command.until, since + left)
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
    """Put the matter before a third party until a date: one at a time, the same one may be given longer.

    One that is asked again in a round has what is left of the time of its kind.
    """
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
    left = policy.terms.longest["refer"] - found.round.paused.get(command.to, timedelta())
    if left <= timedelta():
        raise Refused("referral_used_up", f"a {command.to} had all of the time")
    require_end_within(command.at, command.until, since + left)
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
