"""What every event of one decision shares: when, by whom, and whose complaint."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from eventlog.message import By, Command
from services.escalation.domain.escalation.state import Escalation


class Heading(TypedDict):
    """The fields of `EscalationEvent`, ready to be spread into one."""

    at: datetime
    by: By
    complaint: str
    person: str


def heading(command: Command, state: Escalation) -> Heading:
    """Return the heading of what `command` leads to."""
    return Heading(at=command.at, by=command.by, complaint=state.complaint, person=state.person)
