"""What every decision asks first: is it there, is it still open, is it classified."""

from __future__ import annotations

from typing import TypedDict

from pydantic import AwareDatetime

from eventlog.decider import Refused
from eventlog.message import By, Command
from services.intake.domain.complaint.state import (
    Assessed,
    Case,
    Closed,
    NotRegistered,
    Open,
    Received,
    Registered,
    State,
)


class About(TypedDict):
    """What every event of a complaint carries."""

    at: AwareDatetime
    by: By
    complaint: str
    person: str


def about(case: Case, command: Command, by: By | None = None) -> About:
    """Return what an event that follows from `command` carries; `by` where not the command's actor speaks."""
    return {"at": command.at, "by": by or command.by, "complaint": case.complaint, "person": case.person}


def require_registered(state: State) -> Registered:
    """Return the complaint, or refuse: nothing is known under this id."""
    if isinstance(state, NotRegistered):
        raise Refused("not_registered")
    return state


def require_open(state: State) -> Open:
    """Return the open complaint, or refuse: it has ended."""
    found = require_registered(state)
    if isinstance(found, Closed):
        raise Refused("complaint_closed", f"closed as {found.outcome}")
    return found


def require_assessed(state: State) -> Assessed:
    """Return the open, classified complaint, or refuse: the classifier has not spoken yet."""
    found = require_open(state)
    if isinstance(found, Received):
        raise Refused("not_classified")
    return found
