"""A negotiation as one reads it: where it stands, and the ledger of its moves. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any, Final

from eventlog.message import personal_fields
from eventlog.recorded import Recorded
from services.compensation.clock_words import explained
from services.compensation.domain.negotiation.clocks import APPROVAL, REVIEW, Clock, clocks
from services.compensation.domain.negotiation.events import (
    AnyNegotiationEvent,
    ApprovalDenied,
    ApprovalGranted,
    ApprovalRequested,
    DeadlineMissed,
    FactNoted,
)
from services.compensation.domain.negotiation.records import Case, Offer, Proposal
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
)

# What the like were promised: members of a group settle one by one.
OF_THE_GROUP: Final[set[str]] = {"group", "remedy"}
# Told beside a move, or of no use to whoever reads: the link's token is known to its holder alone.
NOT_MOVED: Final = {"at", "by", "complaint", "person", "token_hash", "limits"}
# What the company has not yet decided to offer, and who was late, is no business of the other side.
INTERNAL: Final = (ApprovalRequested, ApprovalGranted, ApprovalDenied, DeadlineMissed)


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
        **({} if to_customer else _internal(case)),
        "evidence": case.evidence,
        "settlements": case.settlements,
        "payments": case.payments,
        "settled_matters": sorted(case.settled_matters),
        "clocks": _clocks(state, now, to_customer=to_customer),
        **_round(state, to_customer=to_customer),
    }


def _internal(case: Case) -> dict[str, Any]:
    needed = [
        {
            "rule": "payment_contradicted",
            "payment": each.payment,
            "told": each.told,
            "since": each.since,
            "due": each.due,
        }
        for each in case.payments
        if each.status == "contradicted"
    ]
    return {
        "label": case.label,
        "links": sorted(case.links),
        "group": case.group,
        "remedy": case.remedy,
        "needs_review": needed,
    }


def _stage(state: Known, *, to_customer: bool) -> Stage:
    """Return the state's name. That an offer waits for approval is not told to the customer: the talk goes on."""
    return "bargaining" if to_customer and isinstance(state, InApproval) else stage_of(state)


def _clocks(state: Known, now: datetime, *, to_customer: bool) -> list[dict[str, Any]]:
    """Return the own clocks by name, also those that were missed; to the customer none of the company's own affairs."""
    hidden = {APPROVAL, REVIEW} if to_customer else set()
    shown = sorted((each for each in clocks(state) if each.kind not in hidden), key=lambda each: each.name)
    return [_clock(each, now) | ({} if to_customer else {"level": _level(state, each)}) for each in shown]


def _clock(clock: Clock, now: datetime) -> dict[str, Any]:
    words = explained(clock.kind, clock.due)
    return {
        "name": clock.name,
        "start": clock.start,
        "due": clock.due,
        "is_overdue": clock.due <= now,
        "explanation_en": words.en,
        "explanation_zh": words.zh,
    }


def _level(state: Known, clock: Clock) -> str | None:
    """Return the rung a missed clock climbed to, None while it runs."""
    missed = clock.missed_in(state.case)
    return None if missed is None else missed.level


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
