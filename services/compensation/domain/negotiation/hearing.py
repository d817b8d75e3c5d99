"""How a noted fact changes what is known of the case. Records, never judges; folding must never fail."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from eventlog.ids import place_of
from services.compensation.domain.negotiation import facts
from services.compensation.domain.negotiation.records import Case, Label, Membership
from services.compensation.domain.negotiation.rounds import FactNoted


def hear(case: Case, event: FactNoted) -> Case:
    """Return the case after a fact, and after what it says of which stream was heard."""
    stream, version = place_of(event.cause)
    heard = {**case.heard, stream: max(version, case.heard.get(stream, 0))}
    return replace(_told(case, event.fact, event.at), heard=heard)


def _told(  # noqa: C901, PLR0911, PLR0912 - one flat case per fact
    case: Case, fact: facts.Fact, at: datetime
) -> Case:
    match fact:
        case facts.Registered():
            return replace(case, register=fact, owner=case.owner or fact.owner)
        case facts.Classified():
            return replace(case, label=Label(fact.harm_running, fact.language, fact.demands))
        case facts.Corrected():
            return replace(case, label=case.label and _corrected(case.label, fact))
        case facts.HarmStopped():
            return replace(case, label=case.label and replace(case.label, harm_running=False))
        case facts.OwnerChanged():
            return replace(case, owner=fact.owner)
        case facts.Linked():
            return replace(case, links=case.links | {fact.other})
        case facts.Unlinked():
            # What was linked by mistake is shown no longer, and is raised again if it is linked again.
            raised = case.settled_matters - {fact.other}
            return replace(case, links=case.links - {fact.other}, settled_matters=raised)
        case facts.Answered():
            return replace(case, progress="answered", echo=None)
        case facts.Reopened():
            return replace(case, progress="open")
        case facts.Closed():
            return replace(case, progress="closed", echo=None)
        case facts.Grouped():
            return replace(case, groups={**case.groups, fact.group: _membership(case, fact, at)})
        case facts.Bypassed():
            return replace(case, bypassed=case.bypassed or fact.step != "threatened")
        case _:
            assert_never(fact)


def _corrected(label: Label, fact: facts.Corrected) -> Label:
    return Label(
        label.harm_running if fact.harm_running is None else fact.harm_running,
        fact.language or label.language,
        label.demands if fact.demands is None else fact.demands,
    )


def _membership(case: Case, fact: facts.Grouped, at: datetime) -> Membership:
    known = case.groups.get(fact.group)
    since = known.since if known is not None and known.role is not None else at
    return Membership(fact.role, fact.remedy, since)
