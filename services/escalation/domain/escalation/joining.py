"""What must hold of a complaint before a person puts it into a group by hand."""

from __future__ import annotations

from eventlog.decider import Refused
from services.escalation.domain.escalation.state import Escalation


def require_free(state: Escalation, group: str, person: str) -> None:
    """Refuse a complaint of somebody else, who would count as one more person, and one that is in another group."""
    if state.person != person:
        raise Refused("not_this_persons")
    if any(each.role is not None for other, each in state.groups.items() if other != group):
        raise Refused("in_another_group")
