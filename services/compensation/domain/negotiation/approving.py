"""Four eyes: an offer above its proposer's limits is approved, or not, by somebody else who may give so much."""

from __future__ import annotations

from datetime import timedelta

from eventlog.decider import Refused
from services.compensation.domain.negotiation import authority
from services.compensation.domain.negotiation import events as said
from services.compensation.domain.negotiation.commands import DenyApproval, GrantApproval
from services.compensation.domain.negotiation.limits import total_with
from services.compensation.domain.negotiation.records import Case, Proposal
from services.compensation.domain.negotiation.stages import (
    about_round,
    require_open,
    require_text,
    too_early,
)
from services.compensation.domain.negotiation.state import InApproval, State
from services.compensation.domain.policy import NegotiationPolicy
from shared_kernel.roles import at_least


def grant(
    policy: NegotiationPolicy, state: State, command: GrantApproval
) -> list[said.ApprovalGranted | said.OfferMade]:
    """Approve the waiting offer and make it in the same decision."""
    found = _require_waiting(state, command)
    reason = require_text(command.reason)
    _require_approver(policy, found.case, found.proposal, command)
    _require_remedies(policy, found.proposal, command)
    if found.round.service_is_due:
        raise too_early(found)
    head, proposal = about_round(found, command), found.proposal
    return [
        said.ApprovalGranted(**head, offer=proposal.number, reason=reason),
        said.OfferMade(
            **head,
            offer=proposal.number,
            sum=proposal.sum,
            remedies=proposal.remedies,
            concessions=proposal.concessions,
            expires_at=command.at + timedelta(hours=proposal.valid_hours),
            proposer=proposal.proposer,
            approver=command.by.actor,
            overridden_by=proposal.overridden_by,
            limits=proposal.limits,
        ),
    ]


def deny(policy: NegotiationPolicy, state: State, command: DenyApproval) -> list[said.ApprovalDenied]:
    """Say no to the waiting offer."""
    found = _require_waiting(state, command)
    reason = require_text(command.reason)
    _require_approver(policy, found.case, found.proposal, command)
    return [said.ApprovalDenied(**about_round(found, command), offer=found.proposal.number, reason=reason)]


def _require_waiting(state: State, command: GrantApproval | DenyApproval) -> InApproval:
    found = require_open(state)
    if not isinstance(found, InApproval) or found.proposal.number != command.offer:
        raise Refused("offer_not_in_approval")
    return found


def _require_approver(
    policy: NegotiationPolicy, case: Case, proposal: Proposal, command: GrantApproval | DenyApproval
) -> None:
    if command.by.actor == proposal.proposer:
        raise Refused("proposer_is_not_approver", "somebody else approves")
    if not at_least(command.by.roles, proposal.level_needed):
        raise Refused("approver_level_too_low", f"takes {proposal.level_needed} or above")
    own = policy.limits.of(authority.level_name(command.by), proposal.sum.currency)
    # The table may have changed since the offer was proposed.
    if own is None or total_with(case, proposal.sum) > own.per_case:
        raise Refused("approver_level_too_low", "the sum is above the approver's own limit")


def _require_remedies(policy: NegotiationPolicy, proposal: Proposal, command: GrantApproval) -> None:
    """Refuse what the terms have dropped since the offer was proposed, or have put above the approver's level."""
    levels = policy.terms.remedies
    if not set(proposal.remedies) <= levels.keys():
        raise Refused("remedy_unknown", f"one of {', '.join(sorted(levels))}")
    if not all(at_least(command.by.roles, levels[each]) for each in proposal.remedies):
        raise Refused("approver_level_too_low", "a remedy of the offer takes a higher level by now")
