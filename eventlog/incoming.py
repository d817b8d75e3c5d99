"""Records as they come from Kafka, and what reading them may say.

Nobody changes a record. Those of which every message makes one are not frozen all the same: a frozen
dataclass takes three times as long to build.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from eventlog.message import Command
from eventlog.store import ParkedRecord


@dataclass(slots=True)
class RawRecord:
    """A record as received, untouched.

    `timestamp_ms` is Kafka's own time of it: in a topic that was made anew, another record has its place.
    """

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    timestamp_ms: int = 0


class Poison(Exception):  # noqa: N818 - names the condition
    """A record that can never be handled as it is. `rule` says which rule it breaks, without its content."""

    def __init__(self, cause: str, rule: str, *, attempts: int = 1) -> None:
        super().__init__(f"{cause}: {rule}")
        self.cause = cause
        self.rule = rule
        self.attempts = attempts


@dataclass(slots=True)
class Incoming:
    """A record whose envelope was read: whose stream it belongs to and where it stands in it."""

    topic: str
    key: str
    sequence: int
    id: str
    type: str
    at: datetime
    data: bytes
    record: RawRecord

    @property
    def hash(self) -> bytes:
        """The SHA-256 of type and data: the same sequence with another hash is an alarm."""
        return hashlib.sha256(self.type.encode() + b"\0" + self.data).digest()

    def parked(self) -> ParkedRecord:
        """Return the record as it is kept until its predecessors are there."""
        return ParkedRecord(
            self.topic,
            self.key,
            self.sequence,
            self.record.partition,
            self.record.offset,
            list(self.record.headers),
            self.record.value,
            self.record.timestamp_ms,
        )


def unparked(parked: ParkedRecord) -> RawRecord:
    """Return a parked record as it was received."""
    return RawRecord(
        parked.topic,
        parked.partition,
        parked.offset,
        parked.key.encode(),
        parked.value,
        parked.headers,
        parked.timestamp_ms,
    )


@dataclass(frozen=True, slots=True)
class Heard:
    """One message type a service listens to.

    `validate` turns the data into a message and raises ValueError when it breaks the contract. `command`
    says which own stream is told what (None: nothing to do with us). With `opens`, the sealed blocks are
    opened first and handed over by field name; fields of erased persons are missing.
    """

    type: str
    validate: Callable[[bytes], Any]
    command: Callable[[Incoming, Any, Mapping[str, Any]], tuple[str, Command] | None]
    opens: bool = False


def family(type_name: str) -> str:
    """Return a type's name without its version: `amends.complaint.registered.v2` is of a family we know."""
    return type_name.rpartition(".v")[0] or type_name
