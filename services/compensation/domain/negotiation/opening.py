"""Noting what the topics tell, opening rounds, waiving service first, finding liability."""

from __future__ import annotations

from typing import Literal

from eventlog.decider import Refused
from eventlog.ids import place_of
from services.compensation.domain.negotiation import authority, facts
from services.compensation.domain.negotiation import events as said
from services.compensation.domain.negotiation.commands import FindLiability, NoteFact, OpenRound, WaiveService
from services.compensation.domain.negotiation.evolve import evolve
from services.compensation.domain.negotiation.records import Case, Liability
from services.compensation.domain.negotiation.stages import (
    about,
    about_round,
    require_known,
    require_open,
    require_text,
)
from services.compensation.domain.negotiation.state import (
    Agreeing,
    Heard,
    Known,
    NotHeard,
    Open,
    Over,
    Paid,
    ServiceFirst,
    Settled,
    Signing,
    State,
)
from services.compensation.domain.negotiation.values import Cited, OpenedBy
from services.compensation.domain.policy import NegotiationPolicy

# Findings the customer gains nothing by from us, and how far a finding may make it us, in percent.
_AGAINST_CUSTOMER = frozenset({"customer", "unproven", "third_party"})
_PERCENT = {
    "ours": range(100, 101),
    "shared": range(1, 100),
    "third_party": range(1),
    "customer": range(1),
    "unproven": range(1),
}


def note(policy: NegotiationPolicy, state: State, command: NoteFact) -> list[said.AnyNegotiationEvent]:
    """Note what a topic said, once per event of it, and say in the same decision what follows."""
    authority.require_system(command.by)
    if not isinstance(state, NotHeard) and (state.case.complaint, state.case.person) != (
        command.complaint,
        command.person,
    ):
        raise Refused("other_complaint")
    stream, version = place_of(command.cause)
    if not stream or not version:
        raise Refused("cause_unreadable", "must be an event id: stream@version")
    if not isinstance(state, NotHeard) and version <= state.case.heard.get(stream, 0):
        return []
    noted = said.FactNoted(
        at=command.at,
        by=command.by,
        complaint=command.complaint,
        person=command.person,
        cause=command.cause,
        fact=command.fact,
        customer=command.customer,
    )
    after = evolve(state, noted)
    if isinstance(after, NotHeard):
        return [noted]
    return [noted, *_following(policy, state, after, command)]


def open_round(policy: NegotiationPolicy, state: State, command: OpenRound) -> list[said.Opened]:
    """Begin a round by hand; after a settlement only once it is archived."""
    known = require_known(state)
    authority.require_mover(known.case, command.by)
    reason = require_text(command.reason)
    if isinstance(known, Open | Agreeing):
        raise Refused("round_already_open", f"round {known.round.number}")
    if isinstance(known, Settled | Paid):
        raise Refused("settlement_in_hand", "what was settled is paid and archived first")
    if known.case.progress == "closed":
        raise Refused("complaint_closed")
    if known.case.progress == "answered":
        # Intake closes with the answer it has: what came of a further round would be lost.
        raise Refused("complaint_answered")
    return [_opened(policy, known, command, "by_hand", reason=reason)]


def waive_service(state: State, command: WaiveService) -> list[said.ServiceWaived]:
    """Let money be talked about although the loss still runs."""
    authority.require_supervisor(command.by)
    found = require_open(state)
    reason = require_text(command.reason)
    if not found.round.service_is_due:
        return []
    return [said.ServiceWaived(**about_round(found, command), reason=reason)]


def find_liability(state: State, command: FindLiability) -> list[said.LiabilityFound]:
    """Say who answers for the loss; a finding may be revised until an offer is agreed."""
    found = require_open(state)
    authority.require_mover(found.case, command.by)
    if isinstance(found, ServiceFirst):
        raise Refused("service_need_first", "the loss still runs")
    reason = require_text(command.reason)
    if command.our_percent not in _PERCENT[command.party]:
        raise Refused("liability_percent_mismatch", "ours is 100, shared 1 to 99, everything else 0")
    _require_evidence(found.case, command)
    if found.round.liability == Liability(command.party, command.our_percent, command.evidence):
        return []
    return [
        said.LiabilityFound(
            **about_round(found, command),
            party=command.party,
            our_percent=command.our_percent,
            evidence=command.evidence,
            reason=reason,
        )
    ]


def _require_evidence(case: Case, command: FindLiability) -> None:
    if not command.evidence:
        raise Refused("evidence_missing", "a finding cites evidence")
    on_file = (*case.evidence, *command.evidence)
    origins = {each.sha256: each.origin for each in on_file}
    if any(origins[each.sha256] != each.origin for each in on_file):
        raise Refused("evidence_origin_differs", "the same evidence was cited as of another origin")
    # Measured by the last finding of any round: a reopened complaint is the same matter with the same evidence.
    lowered = case.our_percent is not None and command.our_percent < case.our_percent
    against = command.party in _AGAINST_CUSTOMER or lowered
    if against and _is_own_only(command.evidence) and _third_party_in(on_file):
        raise Refused(
            "third_party_evidence_outranks", "own evidence alone does not stand against third-party evidence"
        )


def _is_own_only(evidence: tuple[Cited, ...]) -> bool:
    return all(each.origin == "own" for each in evidence)


def _third_party_in(evidence: tuple[Cited, ...]) -> bool:
    return any(each.origin == "third_party" for each in evidence)


def _following(
    policy: NegotiationPolicy, before: State, after: Known, command: NoteFact
) -> list[said.AnyNegotiationEvent]:
    match command.fact:
        case facts.Classified() | facts.Corrected() | facts.HarmStopped():
            return _after_labels(policy, after, command)
        case facts.Reopened():
            return _after_reopening(policy, after, command)
        case facts.Answered(outcome=outcome):
            # An answer that says what we settled or refused is our own word coming back.
            is_echo = not isinstance(before, NotHeard) and before.case.echo == outcome
            return [] if is_echo else _ended(after, command, "answered")
        case facts.Closed(outcome="withdrawn"):
            return _withdrawn(after, command)
        case facts.Closed():
            return _ended(after, command, "closed")
        case _:
            return []


def _after_labels(
    policy: NegotiationPolicy, after: Known, command: NoteFact
) -> list[said.AnyNegotiationEvent]:
    label = after.case.label
    if label is None:
        return []
    if isinstance(after, Heard):
        is_asked = label.demands_money and after.case.progress == "open"
        return [_opened(policy, after, command, "demand")] if is_asked else []
    if isinstance(after, Open | Agreeing) and after.round.harm_running != label.harm_running:
        return [said.HarmStatusNoted(**about_round(after, command), running=label.harm_running)]
    return []


def _after_reopening(
    policy: NegotiationPolicy, after: Known, command: NoteFact
) -> list[said.AnyNegotiationEvent]:
    # What was settled stands: a demand beyond it is opened by hand.
    demand_stands = after.case.label is not None and after.case.label.demands_money
    if not demand_stands or not isinstance(after, Heard | Over):
        return []
    return [_opened(policy, after, command, "reopened")]


def _opened(
    policy: NegotiationPolicy,
    known: Known,
    command: NoteFact | OpenRound,
    why: OpenedBy,
    *,
    reason: str | None = None,
) -> said.Opened:
    case = known.case
    return said.Opened(
        **about(case, command),
        round=1 if isinstance(known, Heard) else known.round.number + 1,
        why=why,
        demands=() if case.label is None else case.label.demands,
        harm_running=case.label is not None and case.label.harm_running,
        group=case.group,
        remedy=case.remedy,
        policy=policy.version,
        reason=reason,
    )


def _ended(
    after: Known, command: NoteFact, why: Literal["answered", "closed"]
) -> list[said.AnyNegotiationEvent]:
    ends = isinstance(after, Open) or (why == "closed" and _is_unsigned(after))
    if isinstance(after, Heard) or not ends:
        return []
    return [said.Ended(**about_round(after, command), why=why)]


def _withdrawn(after: Known, command: NoteFact) -> list[said.AnyNegotiationEvent]:
    if isinstance(after, Heard) or not (isinstance(after, Open) or _is_unsigned(after)):
        return []
    return [said.Withdrawn(**about_round(after, command))]


def _is_unsigned(after: Known) -> bool:
    """Say whether the agreement binds the customer not yet: once signed, the company follows."""
    if isinstance(after, Signing):
        return after.customer is None
    return isinstance(after, Agreeing)
