"""The in-memory twin of the PostgreSQL store: the same promises, for unit tests. Never for production."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from eventlog.chain import link_hash, row_hash
from eventlog.clock import Clock
from eventlog.errors import Fenced
from eventlog.recorded import Row
from eventlog.store import (
    ANY_VERSION,
    Chain,
    DeadLetter,
    DueTimer,
    InboxState,
    KnownCommand,
    Link,
    ParkedRecord,
    Storage,
    Verdict,
    Written,
)


class MemoryLog:
    """Events, command ids and timers in plain containers."""

    def __init__(self, inbox: MemoryInbox | None = None) -> None:
        self._clock = Clock()
        self._rows: list[Row] = []
        self._streams: dict[str, list[Row]] = defaultdict(list)
        self._commands: dict[UUID, tuple[KnownCommand, datetime]] = {}
        self._timers: dict[tuple[str, str], datetime] = {}
        self._links: list[Link] = []
        self._inbox = inbox or MemoryInbox()

    async def append(self, chains: Sequence[Chain]) -> Written:
        """Judge every chain on the state before the flush, then write those that stand."""
        recorded_at, base = self._clock.now(), len(self._rows)
        verdicts = [self._verdict(chain) for chain in chains]
        for chain, verdict in zip(chains, verdicts, strict=True):
            if verdict is Verdict.WRITTEN:
                self._write(chain, recorded_at)
        if new := self._rows[base:]:
            previous = self._links[-1].hash if self._links else b""
            self._links.append(
                Link(new[0].position, new[-1].position, link_hash(previous, [row_hash(row) for row in new]))
            )
        return Written(verdicts, base, recorded_at)

    async def known(self, ids: Iterable[UUID]) -> Mapping[UUID, KnownCommand]:
        """Return the results of the command ids that have one."""
        return {each: self._commands[each][0] for each in ids if each in self._commands}

    async def load(self, wanted: Mapping[str, int]) -> Mapping[str, list[Row]]:
        """Return, for each stream, its rows above a version, in order. Public bytes are left out."""
        return {
            stream: [replace(row, public=None) for row in self._streams.get(stream, [])[after:]]
            for stream, after in wanted.items()
        }

    async def read(self, after: int, limit: int) -> list[Row]:
        """Return at most `limit` rows above a position, in order."""
        return self._rows[after : after + limit]

    async def head(self) -> int:
        """Return the last position (0 when empty)."""
        return len(self._rows)

    async def links(self, after: int, limit: int) -> list[Link]:
        """Return at most `limit` chain links whose last position is above `after`, in order."""
        return [link for link in self._links if link.last_position > after][:limit]

    async def due_timers(self, limit: int) -> list[DueTimer]:
        """Return timers due by now, earliest first."""
        now = self._clock.now()
        due = [DueTimer(stream, name, at) for (stream, name), at in self._timers.items() if at <= now]
        return sorted(due, key=lambda timer: timer.due)[:limit]

    async def next_due(self) -> datetime | None:
        """Return when the next timer is due."""
        return min(self._timers.values(), default=None)

    async def time(self) -> tuple[datetime, timedelta]:
        """Return the real time and the offset."""
        return self._clock.real_now(), self._clock.offset

    async def forget_commands(self, before: datetime) -> int:
        """Delete command ids recorded before a time; return how many."""
        old = [each for each, (_, at) in self._commands.items() if at < before]
        for each in old:
            del self._commands[each]
        return len(old)

    def _verdict(self, chain: Chain) -> Verdict:
        if any(command.id in self._commands for command in chain.commands):
            return Verdict.COMMAND_KNOWN
        if any(self._inbox.last(step.topic, step.key) != step.expected for step in chain.inbox):
            return Verdict.INBOX_MOVED
        if chain.fired and self._timers.get((chain.stream, chain.fired[0])) != chain.fired[1]:
            return Verdict.TIMER_GONE
        if chain.expected not in (ANY_VERSION, len(self._streams.get(chain.stream, []))):
            return Verdict.VERSION_CONFLICT
        return Verdict.WRITTEN

    def _write(self, chain: Chain, recorded_at: datetime) -> None:
        for command in chain.commands:
            self._commands[command.id] = (command, recorded_at)
        for step in chain.inbox:
            self._inbox.advance(step.topic, step.key, step.last, step.hash)
        for event in chain.events:
            row = Row(
                len(self._rows) + 1, chain.stream, event.version, event.type, event.schema_version, event.at,
                recorded_at, event.correlation_id, event.causation_id, event.public_type, event.public_schema,
                event.public_sequence, event.body, event.public,
            )  # fmt: skip
            self._rows.append(row)
            self._streams[chain.stream].append(row)
        if chain.fired:
            self._timers.pop((chain.stream, chain.fired[0]), None)
        for timer in chain.timers:
            if timer.due is None:
                self._timers.pop((chain.stream, timer.name), None)
            else:
                self._timers[chain.stream, timer.name] = timer.due


class MemoryInbox:
    """Last sequences, parked records and dead letters in plain containers."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], tuple[int, bytes]] = {}
        self._parked: dict[tuple[str, str, int], ParkedRecord] = {}
        self._dead: dict[int, DeadLetter] = {}
        self._dead_numbers = itertools.count(1)

    def last(self, topic: str, key: str) -> int:
        """Return the last sequence of a key."""
        return self._last.get((topic, key), (0, b""))[0]

    def advance(self, topic: str, key: str, last: int, digest: bytes) -> None:
        """Set the last sequence of a key with its record's hash."""
        self._last[topic, key] = (last, digest)

    async def states(self, keys: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], InboxState]:
        """Return where the inbox of each (topic, key) stands."""
        found = {}
        for topic, key in keys:
            last, digest = self._last.get((topic, key), (0, b""))
            waiting = [n for t, k, n in self._parked if (t, k) == (topic, key) and n > last]
            found[topic, key] = InboxState(last, digest, min(waiting, default=None))
        return found

    async def park(self, records: Sequence[ParkedRecord]) -> None:
        """Keep records that came too early; the same one twice is kept once."""
        for record in records:
            self._parked.setdefault((record.topic, record.key, record.sequence), record)

    async def parked_from(self, topic: str, key: str, sequence: int) -> list[ParkedRecord]:
        """Return the unbroken run of parked records that starts at `sequence`."""
        run: list[ParkedRecord] = []
        while (record := self._parked.get((topic, key, sequence + len(run)))) is not None:
            run.append(record)
        return run

    async def unpark(self, topic: str, key: str, up_to: int) -> None:
        """Drop parked records that the inbox has passed."""
        for name in [n for n in self._parked if n[:2] == (topic, key) and n[2] <= up_to]:
            del self._parked[name]

    async def parked_count(self) -> int:
        """Return how many records wait."""
        return len(self._parked)

    async def keep_dead(self, letters: Sequence[DeadLetter]) -> None:
        """Keep dead letters; the same record twice is kept once."""
        for letter in letters:
            place = (letter.topic, letter.partition, letter.offset)
            if place not in {(d.topic, d.partition, d.offset) for d in self._dead.values()}:
                number = next(self._dead_numbers)
                self._dead[number] = replace(letter, id=number, failed_at=Clock().real_now())

    async def dead_after(self, after: int, limit: int) -> list[DeadLetter]:
        """Return dead letters by id."""
        return [letter for number, letter in self._dead.items() if number > after][:limit]

    async def settle_dead(self, letter: int, outcome: str) -> bool:
        """Note what became of a dead letter; False when that had been done before."""
        if self._dead[letter].settled_as is not None:
            return False
        self._dead[letter] = replace(self._dead[letter], settled_as=outcome)
        return True

    async def forget_dead(self, before: datetime) -> None:
        """Delete dead letters that failed before a (real) time."""
        self._dead = {
            n: each for n, each in self._dead.items() if each.failed_at is None or each.failed_at >= before
        }

    async def move_inbox(self, topic: str, key: str, last: int) -> None:
        """Set the last sequence of a key, never backwards."""
        if last > self.last(topic, key):
            self._last[topic, key] = (last, b"")


class MemoryFollowers:
    """Checkpoints under an epoch, the lease and the quarantine."""

    def __init__(self) -> None:
        self._clock = Clock()
        self._checkpoints: dict[str, int] = {}
        self._holder: str = ""
        self._leased_till: datetime | None = None
        self._epoch = 0
        self._quarantine: set[str] = set()

    async def checkpoint(self, name: str) -> int:
        """Return the last position a follower finished (0 when new)."""
        return self._checkpoints.get(name, 0)

    async def save_checkpoint(self, name: str, position: int, epoch: int) -> None:
        """Move a checkpoint. Raises Fenced when `epoch` is no longer the leader's."""
        if epoch != self._epoch:
            raise Fenced(f"epoch {epoch} no longer leads")
        self._checkpoints[name] = position

    async def lease(self, holder: str, seconds: float) -> int | None:
        """Take or renew the lead; return its epoch, or None while another holds it."""
        now = self._clock.real_now()
        if self._holder != holder:
            if self._leased_till is not None and self._leased_till >= now:
                return None
            self._holder, self._epoch = holder, self._epoch + 1
        self._leased_till = now + timedelta(seconds=seconds)
        return self._epoch

    async def release(self, holder: str) -> None:
        """Give the lead back."""
        if self._holder == holder:
            self._holder, self._leased_till = "", None

    async def quarantined(self) -> set[str]:
        """Return the streams the relay passes by."""
        return set(self._quarantine)

    async def quarantine(self, stream: str, position: int, reason: str) -> None:  # noqa: ARG002 - the store's shape
        """Keep a stream out of the relay's way."""
        self._quarantine.add(stream)

    async def free(self, stream: str) -> None:
        """Take a stream out of quarantine."""
        self._quarantine.discard(stream)


def memory_storage() -> Storage:
    """Return the three faces of a fresh store in memory."""
    inbox = MemoryInbox()
    return Storage(MemoryLog(inbox), inbox, MemoryFollowers())
