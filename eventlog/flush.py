"""What one flush brings to the store, and what the store answers: chains whole or not at all.

Every command makes a handful of these: named tuples are built three times as fast as frozen dataclasses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple
from uuid import UUID

ANY_VERSION = -1


class NewEvent(NamedTuple):
    """An event ready to be written: everything but its position and the time of storing."""

    version: int
    type: str
    schema_version: int
    at: datetime
    correlation_id: str
    causation_id: str | None
    public_type: str | None
    public_schema: str | None
    public_sequence: int | None
    body: bytes
    public: bytes | None


class KnownCommand(NamedTuple):
    """A command id with its result: the stream's version afterwards and how many events it made."""

    id: UUID
    stream: str
    version: int
    events: int


class InboxAdvance(NamedTuple):
    """A step of the inbox of one key: from `expected` to `last` (0 = never seen)."""

    topic: str
    key: str
    expected: int
    last: int
    hash: bytes


class TimerChange(NamedTuple):
    """A timer of a stream to arm, or to cancel where `due` is None."""

    name: str
    due: datetime | None


class Chain(NamedTuple):
    """All that one transaction writes for one stream, whole or not at all.

    `expected` is the version the decision was made on; ANY_VERSION where no stream is touched (an ignored
    message moves only the inbox). `fired` is the timer whose row must still be there.
    """

    stream: str
    expected: int
    events: Sequence[NewEvent] = ()
    commands: Sequence[KnownCommand] = ()
    inbox: Sequence[InboxAdvance] = ()
    timers: Sequence[TimerChange] = ()
    fired: tuple[str, datetime] | None = None


class Verdict(IntEnum):
    """What became of a chain; any but WRITTEN left no trace."""

    WRITTEN = 0
    VERSION_CONFLICT = 1
    COMMAND_KNOWN = 2
    TIMER_GONE = 3
    INBOX_MOVED = 4


@dataclass(frozen=True, slots=True)
class Written:
    """One flush's outcome: a verdict per chain; positions run from `base_position` + 1 in chain order."""

    verdicts: Sequence[Verdict]
    base_position: int
    recorded_at: datetime
