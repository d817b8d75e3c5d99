"""Ends without a settlement: the company refuses, the customer withdraws; and a settled matter raised again."""

from __future__ import annotations

from typing import TypeGuard, get_args

from eventlog.decider import Refused
from services.compensation.domain.negotiation import authority
from services.compensation.domain.negotiation import events as said
from services.compensation.domain.negotiation.commands import RaiseSettledMatter, Refuse, Withdraw
from services.compensation.domain.negotiation.paying import CODE
from services.compensation.domain.negotiation.stages import (
    about,
    about_round,
    require_known,
    require_open,
    require_round,
    too_early,
)
from services.compensation.domain.negotiation.state import (
    Agreed,
    InApproval,
    Open,
    Referred,
    RefusalGiven,
    Signing,
    State,
    Withdrawn,
    live_offer,
)
from services.compensation.domain.negotiation.values import RefusalClass, Strategy


def refuse(state: State, command: Refuse) -> list[said.DemandRefused]:
    """Refuse the demand, saying its class, the strategy, the basis and where the customer may appeal."""
    known = require_round(state)
    authority.require_mover(known.case, command.by)
    if isinstance(known, RefusalGiven) and _told(known) == _told(command):
        return []
    found = _require_refusable(known)
    refusal_class, strategy = command.refusal_class, command.strategy
    if not _is_class(refusal_class):
        raise Refused("refusal_without_class", f"one of {', '.join(get_args(RefusalClass))}")
    if not _is_strategy(strategy):
        raise Refused("refusal_without_strategy", f"one of {', '.join(get_args(Strategy))}")
    _require_grounds(command)
    return [
        said.DemandRefused(
            **about_round(found, command),
            refusal_class=refusal_class,
            strategy=strategy,
            basis=command.basis,
            appeal=command.appeal,
            text=command.text,
        )
    ]


def withdraw(state: State, command: Withdraw) -> list[said.Withdrawn]:
    """Record that the customer no longer asks for anything; what the customer has signed stands."""
    found = require_round(state)
    authority.require_customer_side(found.case, command.by)
    if isinstance(found, Withdrawn):
        return []
    if isinstance(found, Signing) and found.customer is not None:
        raise Refused("already_signed", "the customer has signed the agreement")
    if not isinstance(found, Agreed | Signing):
        found = require_open(found)
    return [said.Withdrawn(**about_round(found, command), words=command.words)]


def raise_settled_matter(state: State, command: RaiseSettledMatter) -> list[said.SettledMatterRaised]:
    """Say once for each linked complaint that it was settled and signed before."""
    authority.require_system(command.by)
    known = require_known(state)
    if command.other in known.case.settled_matters:
        return []
    if command.other not in known.case.links:
        raise Refused("not_linked")
    return [
        said.SettledMatterRaised(
            **about(known.case, command),
            other=command.other,
            document=command.document,
            settled_at=command.settled_at,
        )
    ]


def _require_refusable(state: State) -> Open:
    found = require_open(state)
    if found.round.service_is_due:
        raise too_early(found)
    if isinstance(found, InApproval):
        raise Refused("offer_in_approval", f"offer {found.proposal.number} waits")
    if isinstance(found, Referred):
        raise Refused("talk_is_referred", f"before a {found.to}")
    if live_offer(found) is not None:
        raise Refused("offer_still_live", "withdraw it first, or let it expire")
    return found


def _require_grounds(command: Refuse) -> None:
    if not CODE.fullmatch(command.basis):
        raise Refused("refusal_without_basis", "the code of a policy or statute")
    if not CODE.fullmatch(command.appeal):
        raise Refused("refusal_without_appeal", "the code of where the customer may turn to")
    if not command.text.strip():
        raise Refused("refusal_without_text", "the customer is told why")


def _told(refusal: RefusalGiven | Refuse) -> tuple[str, str, str, str]:
    return (refusal.refusal_class, refusal.strategy, refusal.basis, refusal.appeal)


def _is_class(code: str) -> TypeGuard[RefusalClass]:
    return code in get_args(RefusalClass)


def _is_strategy(code: str) -> TypeGuard[Strategy]:
    return code in get_args(Strategy)
