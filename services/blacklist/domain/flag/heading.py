"""What every event of one decision shares: when, by whom, and whose flags."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from eventlog.message import By, Command
from services.blacklist.domain.flag.events import Kind
from services.blacklist.domain.flag.state import Flag, Observed


class Heading(TypedDict):
    """The fields of `PersonEvent`, ready to be spread into one."""

    at: datetime
    by: By
    person: str


class FlagHeading(Heading):
    """The fields of `FlagEvent`."""

    flag: int
    kind: Kind


def heading(command: Command, state: Observed) -> Heading:
    """Return the heading of what `command` leads to."""
    return Heading(at=command.at, by=command.by, person=state.person)


def flag_heading(command: Command, state: Observed, flag: Flag) -> FlagHeading:
    """Return the heading of what `command` does to one flag."""
    return FlagHeading(**heading(command, state), flag=flag.number, kind=flag.kind)
