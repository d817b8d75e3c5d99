"""The company's offers: what may be offered, when it needs approval, when it is taken back."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

from eventlog.decider import Refused
from services.compensation.domain.negotiation import authority
from services.compensation.domain.negotiation import events as said
from services.compensation.domain.negotiation.commands import MakeOffer, WithdrawOffer
from services.compensation.domain.negotiation.limits import above_limits, limits_of
from services.compensation.domain.negotiation.records import Case, Offer, Proposal, Round
from services.compensation.domain.negotiation.stages import (
    about_round,
    require_bargaining,
    require_open,
    require_text,
    too_early,
)
from services.compensation.domain.negotiation.state import Bargaining, InApproval, State, live_offer
from services.compensation.domain.policy import NegotiationPolicy, Terms
from shared_kernel.money import Money, MoneyError


def make_offer(
    policy: NegotiationPolicy, state: State, command: MakeOffer
) -> list[said.OfferMade | said.ApprovalRequested]:
    """Offer within one's limits, or ask for approval above them; see `domain.md` 4 for every rule."""
    authority.require_mover(require_open(state).case, command.by)
    if _is_repeated(state, command):
        return []
    found = require_bargaining(state)
    if found.round.service_is_due:
        raise too_early(found)
    valid_hours = _require_lifetime(policy.terms, command.valid_for)
    _require_known_codes(policy.terms, command)
    _require_one_currency(found.case, found.round, command)
    overridden_by = _require_fair_step(policy.terms, found.round, command)
    _require_like_for_like(policy.terms, found.case, command)
    limits = limits_of(policy.limits, command)
    level_needed = above_limits(policy, found.case, command, limits)
    number = found.round.offers + 1
    if level_needed is not None:
        return [
            said.ApprovalRequested(
                **about_round(found, command),
                offer=number,
                sum=command.sum,
                remedies=command.remedies,
                concessions=command.concessions,
                valid_hours=valid_hours,
                proposer=command.by.actor,
                overridden_by=overridden_by,
                level_needed=level_needed,
                limits=limits,
                due=command.at + policy.terms.approval,
                terms=command.terms,
                reason=command.reason,
            )
        ]
    return [
        said.OfferMade(
            **about_round(found, command),
            offer=number,
            sum=command.sum,
            remedies=command.remedies,
            concessions=command.concessions,
            expires_at=command.at + timedelta(hours=valid_hours),
            proposer=command.by.actor,
            overridden_by=overridden_by,
            limits=limits,
            terms=command.terms,
            reason=command.reason,
        )
    ]


def withdraw_offer(state: State, command: WithdrawOffer) -> list[said.OfferWithdrawn]:
    """Take back the live offer, or one that waits for approval."""
    found = require_open(state)
    authority.require_mover(found.case, command.by)
    reason = require_text(command.reason)
    live = live_offer(found)
    numbers = {live.number} if live else set()
    if isinstance(found, InApproval):
        numbers.add(found.proposal.number)
    if command.offer not in numbers:
        raise Refused("offer_not_live", "neither live nor waiting for approval")
    return [said.OfferWithdrawn(**about_round(found, command), offer=command.offer, reason=reason)]


def _is_repeated(state: State, command: MakeOffer) -> bool:
    """Say whether this very command was heard before: the same offer by the same person at the same instant."""
    if isinstance(state, InApproval):
        told: Proposal | Offer = state.proposal
        at = state.proposal.requested_at
    elif isinstance(state, Bargaining) and state.round.last is not None:
        told, at = state.round.last, state.round.last.made_at
    else:
        return False
    asked = (command.at, command.by.actor, command.sum, command.remedies, command.concessions)
    return asked == (at, told.proposer, told.sum, told.remedies, told.concessions)


def _require_lifetime(terms: Terms, valid_for: int | None) -> int:
    hours = terms.offer_hours if valid_for is None else valid_for
    if not 1 <= hours <= terms.offer_hours_max:
        raise Refused("offer_lifetime_out_of_range", f"1 to {terms.offer_hours_max} hours")
    return hours


def _require_known_codes(terms: Terms, command: MakeOffer) -> None:
    if not command.remedies and not command.sum.amount:
        raise Refused("offer_empty", "neither money nor a remedy")
    if not set(command.remedies) <= terms.remedies.keys():
        raise Refused("remedy_unknown", f"one of {', '.join(sorted(terms.remedies))}")
    if not set(command.concessions) <= terms.concessions:
        raise Refused("concession_unknown", f"one of {', '.join(sorted(terms.concessions))}")


def _require_one_currency(case: Case, on: Round, command: MakeOffer) -> None:
    bound = case.currency or (command.sum.currency if on.demand is None else on.demand.currency)
    if {command.sum.currency, command.given_today.currency} != {bound}:
        raise Refused("one_currency", f"this negotiation is in {bound}")


def _require_fair_step(terms: Terms, on: Round, command: MakeOffer) -> str | None:
    """Refuse going down and one-sided concessions; return the supervisor who lets one pass."""
    if on.last is None:
        return None
    if command.sum < on.last.sum:
        raise Refused("offer_goes_down", f"the last offer was {on.last.sum.text} {on.last.sum.currency}")
    # A remedy that the terms have dropped since cannot be named again.
    held = set(on.last.remedies) & terms.remedies.keys()
    if command.sum == on.last.sum and not held <= set(command.remedies):
        raise Refused("offer_goes_down", f"the last offer held {', '.join(sorted(held))} as well")
    gives = command.sum > on.last.sum or not set(command.remedies) <= set(on.last.remedies)
    asks_anew = not set(command.concessions) <= set(on.last.concessions)
    if not gives or asks_anew or on.conceded:
        return None
    return _overriding(command, on.last)


def _overriding(command: MakeOffer, last: Offer) -> str:
    if not command.override:
        raise Refused(
            "one_sided_concession",
            f"since offer {last.number} the customer gave nothing and is asked nothing",
        )
    authority.require_supervisor(command.by)
    require_text(command.reason)
    return command.by.actor


def _require_like_for_like(terms: Terms, case: Case, command: MakeOffer) -> None:
    typical = _typical(case, command)
    if typical is None or (command.reason or "").strip():
        return
    if is_far_outside(command.sum, typical, terms.like_for_like_factor):
        raise Refused("like_for_like_reason_missing", f"the like received {typical.text} {typical.currency}")


def is_far_outside(offered: Money, typical: Money, factor: Decimal) -> bool:
    """Say whether a sum is more than `factor` times, or less than that part of, what the like received."""
    return offered.amount > typical.amount * factor or offered.amount * factor < typical.amount


def _typical(case: Case, command: MakeOffer) -> Money | None:
    """Return what the like received in this currency: the group's agreed remedy, else what the read model found."""
    remedy = case.remedy
    if remedy is not None and remedy.amount is not None and remedy.currency == command.sum.currency:
        with suppress(MoneyError):  # escalation's amount is not ours to trust
            return Money(remedy.amount, remedy.currency)
    if command.alike is not None and command.alike.typical.currency == command.sum.currency:
        return command.alike.typical
    return None
