"""Every aggregate of every service as it is composed: what the reference documents are held against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from contracts.message import Message
from eventlog.decider import Decider
from eventlog.incoming import Heard
from eventlog.message import Event
from services.blacklist import outgoing as blacklist_outgoing
from services.blacklist import subscribers as blacklist_subscribers
from services.blacklist.domain.flag.decide import flag_decider
from services.blacklist.policy_files import load_flag_policy
from services.compensation import outgoing as compensation_outgoing
from services.compensation import subscribers as compensation_subscribers
from services.compensation.domain.negotiation.decide import negotiation_decider
from services.compensation.policy_files import load_negotiation_policy
from services.escalation import outgoing as escalation_outgoing
from services.escalation import subscribers as escalation_subscribers
from services.escalation.domain.escalation.decide import escalation_decider
from services.escalation.domain.group.decide import group_decider
from services.escalation.policy_files import load_escalation_policy, load_group_policy
from services.intake import outgoing as intake_outgoing
from services.intake import subscribers as intake_subscribers
from services.intake.domain.complaint.decide import complaint_decider
from services.intake.policy_files import load_complaint_policy


@dataclass(frozen=True)
class Composed:
    """One aggregate: whose it is, its decider, and which of its events are public as what."""

    service: str
    decider: Decider[Any, Any, Any]
    outgoing: ModuleType

    @property
    def public(self) -> Mapping[str, str | None]:
        """Return the public type of each event type, None for a private one."""
        messages: Mapping[type[Event], type[Message]] = self.outgoing.PUBLIC
        return {
            event.TYPE: messages[event].TYPE if event in messages else None for event in self.decider.events
        }


def composed() -> tuple[Composed, ...]:
    """Return every aggregate of the house."""
    return (
        Composed("intake", complaint_decider(load_complaint_policy()), intake_outgoing),
        Composed("escalation", escalation_decider(load_escalation_policy()), escalation_outgoing),
        Composed("escalation", group_decider(load_group_policy()), escalation_outgoing),
        Composed("compensation", negotiation_decider(load_negotiation_policy()), compensation_outgoing),
        Composed("blacklist", flag_decider(load_flag_policy()), blacklist_outgoing),
    )


def hearers() -> Mapping[str, frozenset[str]]:
    """Return, for each public type that one of our services listens to, which do."""
    heard: dict[str, Iterable[Heard]] = {
        "intake": intake_subscribers.HEARD,
        "escalation": escalation_subscribers.HEARD,
        "compensation": compensation_subscribers.HEARD,
        "blacklist": blacklist_subscribers.HEARD,
    }
    types = {each.type for listened in heard.values() for each in listened}
    return {
        name: frozenset(
            service for service, listened in heard.items() if name in {each.type for each in listened}
        )
        for name in types
    }
