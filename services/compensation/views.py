"""A negotiation as one reads it: where it stands, and the ledger of its moves. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any, Final

from eventlog.message import personal_fields
from eventlog.recorded import Recorded
from services.compensation.domain.negotiation.events import (
    AnyNegotiationEvent,
    ApprovalDenied,
    ApprovalGranted,
    ApprovalRequested,
    FactNoted,
)
from services.compensation.domain.negotiation.records import Offer, Proposal
from services.compensation.domain.negotiation.state import (
    Agreeing,
    Archived,
    Binding,
    InApproval,
    InRound,
    Known,
    Referred,
    RefusalGiven,
    Shelved,
    Signing,
    Stage,
    live_offer,
    stage_of,
    timers,
)

# What the like were promised: members of a group settle one by one.
OF_THE_GROUP: Final[set[str]] = {"group", "remedy"}
# Told beside a move, or of no use to whoever reads: the link's token is known to its holder alone.
NOT_MOVED: Final = {"at", "by", "complaint", "person", "token_hash", "limits"}
# Waits for whoever owns the complaint: the money came back, and where it is to go is not known.
PAYEE: Final = "payee"
# What the company has not yet decided to offer is no business of the other side.
INTERNAL: Final = (ApprovalRequested, ApprovalGranted, ApprovalDenied)


def negotiation_view(state: Known, now: datetime, *, to_customer: bool) -> dict[str, Any]:
    """Return the negotiation as of `now`; nothing personal stands here, to the customer nothing internal."""
    case = state.case
    return {
        "complaint": case.complaint,
        "person": case.person,
        "state": _stage(state, to_customer=to_customer),
        "owner": case.owner,
        "progress": case.progress,
        # What the company made of the complaint, and what others were promised, is not this customer's business.
        **({} if to_customer else {"label": case.label, "group": case.group, "remedy": case.remedy}),
        "evidence": case.evidence,
        "settlements": case.settlements,
        "payments": case.payments,
        "settled_matters": sorted(case.settled_matters),
        "clocks": [
            {"name": name, "due": due, "is_overdue": due <= now} for name, due in sorted(_clocks(state))
        ],
        **_round(state, to_customer=to_customer),
    }


def _stage(state: Known, *, to_customer: bool) -> Stage:
    """Return the state's name. That an offer waits for approval is not told to the customer: the talk goes on."""
    return "bargaining" if to_customer and isinstance(state, InApproval) else stage_of(state)


def _clocks(state: Known) -> list[tuple[str, datetime]]:
    """Return the own clocks, and until when an account is to be named for each payment that came back."""
    waiting = [(f"{PAYEE}@{each.round}", each.due) for each in state.case.returned]
    return [*timers(state).items(), *waiting]


def ledger(
    history: Iterable[Recorded[AnyNegotiationEvent]], *, with_texts: bool, to_customer: bool
) -> list[dict[str, Any]]:
    """Return the moves in order: who did what when, why (texts, for staff), and which limits were applied."""
    hidden = (FactNoted, *INTERNAL) if to_customer else (FactNoted,)
    return [
        _move(recorded, with_texts=with_texts, to_customer=to_customer)
        for recorded in history
        if not isinstance(recorded.event, hidden)
    ]


def _move(recorded: Recorded[AnyNegotiationEvent], *, with_texts: bool, to_customer: bool) -> dict[str, Any]:
    event = recorded.event
    texts = set(personal_fields(type(event)))
    kept = OF_THE_GROUP if to_customer else set()
    move: dict[str, Any] = {
        "version": recorded.version,
        "move": event.TYPE.removeprefix("negotiation."),
        "at": event.at,
        "by": event.by,
        "what": event.model_dump(mode="json", exclude=NOT_MOVED | texts | kept),
    }
    if with_texts:
        move["why"] = event.model_dump(mode="json", include=texts, exclude_none=True)
    if not to_customer and (limits := getattr(event, "limits", None)) is not None:
        move["limits"] = limits
    return move


def _round(state: Known, *, to_customer: bool) -> dict[str, Any]:
    if not isinstance(state, InRound):
        return {"round": None}
    talks = state.round
    return {
        "round": talks.number,
        "harm": {"running": talks.harm_running, "waived": talks.waived},
        "demands": talks.demands,
        "liability": talks.liability,
        "terms": {"status": talks.terms, "sum": talks.demand},
        "live_offer": _offer(live_offer(state)),
        "waiting_offer": _offer(state.proposal)
        if isinstance(state, InApproval) and not to_customer
        else None,
        **_rest(state),
        **_end(state),
    }


def _offer(offer: Offer | Proposal | None) -> dict[str, Any] | None:
    """Return an offer without its limits, which stand in the ledger."""
    if offer is None:
        return None
    return {each.name: getattr(offer, each.name) for each in fields(offer) if each.name != "limits"}


def _rest(state: InRound) -> dict[str, Any]:
    if isinstance(state, Shelved):
        return {"shelved": {"since": state.since, "until": state.until}}
    if isinstance(state, Referred):
        return {"referred": {"to": state.to, "since": state.since, "until": state.until}}
    return {}


def _end(state: InRound) -> dict[str, Any]:
    """Return what stands from the agreement on, or how the round was refused."""
    if isinstance(state, RefusalGiven):
        return {
            "refusal": {
                "refusal_class": state.refusal_class,
                "strategy": state.strategy,
                "basis": state.basis,
                "appeal": state.appeal,
            }
        }
    found: dict[str, Any] = {}
    if isinstance(state, Agreeing | Binding):
        agreed = state.agreement
        found["agreement"] = {
            "offer": _offer(agreed.offer),
            "agreed_at": agreed.agreed_at,
            "accepted_by": agreed.accepted_by,
        }
    if isinstance(state, Signing):
        found["document"] = state.rendering
        found["links"] = [{"number": each.number, "expires_at": each.expires_at} for each in state.links]
        found["customer_signature"] = state.customer
    if isinstance(state, Binding):
        found["document"], found["custody"] = state.settlement, state.settlement.custody
    if isinstance(state, Archived):
        found["manifest"] = state.manifest
    return found
