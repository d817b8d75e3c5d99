"""What the log is asked to do with one stream, and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from eventlog.decider import Refused
from eventlog.flush import InboxAdvance
from eventlog.message import Command, Event


class Step(NamedTuple):
    """One command of a chain. Without an id it is told apart by what else the chain carries (the inbox)."""

    command: Command
    command_id: UUID | None = None
    causation_id: str | None = None


class Work(NamedTuple):
    """The commands of one stream that are decided in order and written together.

    `is_new` is a guess that saves a read: a wrong one costs a redo, never a wrong decision.
    """

    stream: str
    steps: Sequence[Step]
    inbox: Sequence[InboxAdvance] = ()
    fired: tuple[str, datetime] | None = None
    is_new: bool = False

    def refuse_twins(self) -> None:
        """Raise ValueError when two steps carry the same command id."""
        if len(self.steps) > 1:
            ids = [step.command_id for step in self.steps if step.command_id is not None]
            if len(ids) != len(set(ids)):
                raise ValueError(f"two steps on {self.stream} carry the same command id")


class Result(NamedTuple):
    """What came of one command: its events, or why there are none.

    `version` is the stream's after the command. `position` is where its last event stands in the log,
    None when it made none. `known` is true when this very command id had been answered before: then the
    first result counts and the events are not repeated.
    """

    stream: str
    version: int
    events: tuple[Event, ...] = ()
    position: int | None = None
    refused: Refused | None = None
    known: bool = False
    dropped: bool = False


class Folded(NamedTuple):
    """A stream's state with where it stands."""

    state: Any
    version: int
    public_sequence: int


class InboxMoved(Exception):  # noqa: N818 - names the condition
    """Another instance has taken these messages: look at the inbox again."""
