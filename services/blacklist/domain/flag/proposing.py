"""How a flag is proposed: by software on its bill, for professional alone; by a person, for any kind."""

from __future__ import annotations

from datetime import datetime

from eventlog.decider import Refused
from eventlog.message import Command
from services.blacklist.domain.flag.commands import ProposeFlag
from services.blacklist.domain.flag.events import Kind, Proposed
from services.blacklist.domain.flag.heading import FlagHeading, heading
from services.blacklist.domain.flag.state import LIVE, Observed
from services.blacklist.domain.policy import FlagPolicy, ScorePolicy
from services.blacklist.domain.score import Bill, score

SCORED: Kind = "professional"


def propose_scored(command: Command, state: Observed, policy: FlagPolicy) -> list[Proposed]:
    """Propose the flag that the score calls for: none while one stands, none on evidence judged before."""
    if state.live_of(SCORED) is not None or len(state.cases) < policy.score.complaints_min:
        return []
    bill = score(state.cases, command.at, policy.score)
    if not bill.calls_for_a_proposal(policy.score) or not _is_fresh(bill, state, policy.score):
        return []
    return [
        Proposed(
            **_heading(command, state, SCORED),
            score=bill.score,
            reasons=bill.reasons,
            guards=bill.guards,
            expires_at=command.at + policy.terms.proposed,
            review_due=command.at + policy.terms.proposal_review,
            policy=policy.version,
        )
    ]


def propose(command: ProposeFlag, state: Observed, policy: FlagPolicy) -> list[Proposed]:
    """Decide on a person's proposal; what the score says by then goes along as its bill."""
    standing = state.live_of(command.kind)
    if standing is not None:
        if (standing.state, standing.proposer) == ("proposed", command.by.actor):
            return []
        raise Refused("already_flagged")
    bill = score(state.cases, command.at, policy.score) if command.kind == SCORED else None
    return [
        Proposed(
            **_heading(command, state, command.kind),
            score=None if bill is None else bill.score,
            reasons=() if bill is None else bill.reasons,
            guards=() if bill is None else bill.guards,
            expires_at=command.at + policy.terms.proposed,
            review_due=command.at + policy.terms.proposal_review,
            policy=policy.version,
            reason=command.reason,
        )
    ]


def _is_fresh(bill: Bill, state: Observed, policy: ScorePolicy) -> bool:
    """Say whether the bill rests on enough that no former flag of this kind was judged on."""
    former = [flag for flag in state.flags if flag.kind == SCORED and flag.state not in LIVE]
    if not former:
        return True
    ended = max(flag.since for flag in former)
    judged = frozenset(one for flag in former for one in flag.evidence)
    fresh = [one for one in bill.evidence - judged if _came_after(state, one, ended)]
    return len(fresh) >= policy.fresh_complaints


def _came_after(state: Observed, complaint: str, moment: datetime) -> bool:
    register = state.cases[complaint].register
    return register is not None and register.received_at > moment


def _heading(command: Command, state: Observed, kind: Kind) -> FlagHeading:
    return FlagHeading(**heading(command, state), flag=len(state.flags) + 1, kind=kind)
