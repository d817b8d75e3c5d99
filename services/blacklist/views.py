"""A person's flags as one reads them. Pure; no personal text ever stands here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.blacklist.domain.flag.state import LIVE, Case, Flag, Observed
from services.blacklist.domain.policy import ScorePolicy
from services.blacklist.domain.score import score

COMPLAINTS_SHOWN = 200


def person_view(state: Observed, now: datetime, policy: ScorePolicy) -> dict[str, Any]:
    """Return the flags, the score as of now with its bill and guards, and the complaints behind it."""
    bill = score(state.cases, now, policy)
    cases = [_case_view(case) for case in state.cases.values()]
    return {
        "person": state.person,
        "state": state.standing,
        "flags": [{**flag_view(flag), "is_overdue": _is_overdue(flag, now)} for flag in state.flags],
        "score": {
            "points": bill.score,
            "threshold": policy.threshold,
            "reasons": bill.reasons,
            "guards": bill.guards,
            "counted": bill.counted,
            "policy": policy.version,
        },
        "complaint_count": len(cases),
        "complaints": cases[-COMPLAINTS_SHOWN:],
    }


def flag_view(flag: Flag) -> dict[str, Any]:
    """Return one flag with its bill."""
    return {
        "flag": flag.number,
        "kind": flag.kind,
        "state": flag.state,
        "since": flag.since,
        "expires_at": flag.expires_at,
        "review_due": flag.review_due,
        "decide_by": flag.decide_by,
        "proposer": flag.proposer,
        "confirmer": flag.confirmer,
        "told": flag.warned_as is not None,
        "score": flag.score,
        "reasons": flag.reasons,
        "guards": flag.guards,
        "policy": flag.policy,
    }


def _is_overdue(flag: Flag, now: datetime) -> bool:
    return flag.state in LIVE and flag.review_due <= now


def _case_view(case: Case) -> dict[str, Any]:
    register = case.register
    return {
        "complaint": case.complaint,
        "received_at": None if register is None else register.received_at,
        "is_open": case.is_open,
        "outcome": case.outcome,
        "wording": None if register is None else register.wording,
        "alike": case.alike,
        "not_solved": case.not_solved,
        "again_while_open": case.again_while_open,
        "settled_at": case.settled_at,
        "settled_matters": sorted(case.settled_before),
        "withdrawn": case.withdrawn,
        "refused": case.refused_at is not None,
        "refusal_stands": case.refusal_stands,
        "shared": case.shared,
        "reopened": case.reopened,
        "bypasses": len(case.bypasses),
    }
