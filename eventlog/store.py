"""What the engine asks of a store. Two answer: PostgreSQL, and the in-memory twin; one contract suite binds both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from eventlog.flush import Chain, KnownCommand, Written
from eventlog.recorded import Row


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A timer whose time has come."""

    stream: str
    name: str
    due: datetime


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the hash chain: covers the positions of one flush."""

    first_position: int
    last_position: int
    hash: bytes


class LogStore(Protocol):
    """The log itself."""

    async def append(self, chains: Sequence[Chain]) -> Written:
        """Write the chains in one transaction. Raises Unavailable; the outcome is then unknown.

        Each is judged on what stood before, so no two may name the same stream, command id or inbox key.
        """

    async def known(self, ids: Iterable[UUID]) -> Mapping[UUID, KnownCommand]:
        """Return the results of the command ids that have one."""

    async def load(self, wanted: Mapping[str, int]) -> Mapping[str, list[Row]]:
        """Return, for each stream, its rows above a version, in order."""

    async def read(self, after: int, limit: int) -> list[Row]:
        """Return at most `limit` rows above a position, in order."""

    async def read_stream(self, stream: str, after: int, limit: int) -> list[Row]:
        """Return at most `limit` rows of one stream above a version, in order, public bytes among them."""

    async def head(self) -> int:
        """Return the last position (0 when empty)."""

    async def links(self, after: int, limit: int) -> list[Link]:
        """Return at most `limit` chain links whose last position is above `after`, in order."""

    async def due_timers(self, limit: int) -> list[DueTimer]:
        """Return timers due by the database's domain time, earliest first."""

    async def next_due(self) -> datetime | None:
        """Return when the next timer is due."""

    async def time(self) -> tuple[datetime, timedelta]:
        """Return the database's real time and the installation's offset."""

    async def forget_commands(self, before: datetime) -> int:
        """Delete command ids recorded before a time; return how many."""


@dataclass(frozen=True, slots=True)
class ParkedRecord:
    """A record that came too early, kept as received until its predecessors are there."""

    topic: str
    key: str
    sequence: int
    partition: int
    offset: int
    headers: Sequence[tuple[str, bytes | None]]
    value: bytes | None
    timestamp_ms: int = 0


@dataclass(frozen=True, slots=True)
class InboxState:
    """Where the inbox of one key stands. `next_parked` is the lowest parked sequence above `last`."""

    last: int = 0
    hash: bytes = b""
    next_parked: int | None = None


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that cannot be handled, kept whole: bytes sealed with the service's own key.

    Place and `timestamp_ms` (Kafka's own time) tell it from every other, also when its topic is made anew and counts its
    offsets from nothing again.
    """

    topic: str
    partition: int
    offset: int
    key: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    sealed_value: bytes | None
    cause: str
    rule: str
    attempts: int
    timestamp_ms: int = 0
    id: int = 0
    failed_at: datetime | None = field(default=None, compare=False)
    settled_as: str | None = None


class InboxStore(Protocol):
    """Last sequences, parked records and dead letters."""

    async def states(self, keys: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], InboxState]:
        """Return where the inbox of each (topic, key) stands."""

    async def park(self, records: Sequence[ParkedRecord]) -> None:
        """Keep records that came too early; the same one twice is kept once."""

    async def parked_from(self, topic: str, key: str, sequence: int) -> list[ParkedRecord]:
        """Return the unbroken run of parked records that starts at `sequence`."""

    async def unpark(self, topic: str, key: str, up_to: int) -> None:
        """Drop parked records that the inbox has passed."""

    async def parked_count(self) -> int:
        """Return how many records wait."""

    async def keep_dead(self, letters: Sequence[DeadLetter]) -> list[bool]:
        """Keep dead letters, the same record once; say of each whether it is kept for the first time."""

    async def dead_after(self, after: int, limit: int) -> list[DeadLetter]:
        """Return dead letters by id, for the relay and the operator."""

    async def settle_dead(self, letter: int, outcome: str) -> bool:
        """Note that a dead letter was requeued or dropped; False when that had been done before."""

    async def forget_dead(self, before: datetime) -> None:
        """Delete dead letters that failed before a (real) time."""

    async def move_inbox(self, topic: str, key: str, last: int) -> None:
        """Set the last sequence of a key: an operator dropped what stood before."""


class FollowerStore(Protocol):
    """Checkpoints under a fencing epoch, the leader's lease and the quarantine."""

    async def checkpoint(self, name: str) -> int:
        """Return the last position a follower finished (0 when new)."""

    async def save_checkpoint(self, name: str, position: int, epoch: int) -> None:
        """Move a checkpoint. Raises Fenced when `epoch` is no longer the leader's."""

    async def lease(self, holder: str, seconds: float) -> int | None:
        """Take or renew the lead; return its epoch, or None while another holds it."""

    async def release(self, holder: str) -> None:
        """Give the lead back."""

    async def quarantined(self) -> set[str]:
        """Return the streams the relay passes by."""

    async def quarantine(self, stream: str, position: int, reason: str) -> None:
        """Keep a stream out of the relay's way."""

    async def free(self, stream: str) -> None:
        """Take a stream out of quarantine."""


@dataclass(frozen=True, slots=True)
class Storage:
    """The three faces of one store."""

    log: LogStore
    inbox: InboxStore
    followers: FollowerStore
