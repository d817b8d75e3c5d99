"""Last sequences, parked records and dead letters in plain containers."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from eventlog.clock import Clock
from eventlog.store import DeadLetter, InboxState, ParkedRecord


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

    async def keep_dead(self, letters: Sequence[DeadLetter]) -> list[bool]:
        """Keep dead letters, the same record once; say of each whether it is kept for the first time."""
        known = {(d.topic, d.partition, d.offset, d.timestamp_ms) for d in self._dead.values()}
        timeless = [d for d in self._dead.values() if d.timestamp_ms == 0]
        fresh = []
        for letter in letters:
            place = (letter.topic, letter.partition, letter.offset, letter.timestamp_ms)
            fresh.append(place not in known and not any(_is_same(letter, d) for d in timeless))
            if fresh[-1]:
                known.add(place)
                number = next(self._dead_numbers)
                self._dead[number] = replace(letter, id=number, failed_at=Clock().real_now())
        return fresh

    async def dead_after(self, after: int, limit: int) -> list[DeadLetter]:
        """Return dead letters by id."""
        return [letter for number, letter in self._dead.items() if number > after][:limit]

    async def settle_dead(self, letter: int, outcome: str) -> bool:
        """Note what became of a dead letter; False when that had been done before."""
        found = self._dead.get(letter)
        if found is None or found.settled_as is not None:
            return False
        self._dead[letter] = replace(found, settled_as=outcome)
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


def _is_same(letter: DeadLetter, timeless: DeadLetter) -> bool:
    """Tell whether this is the record that was kept before its time was noted."""
    return (letter.topic, letter.partition, letter.offset, letter.key, list(letter.headers)) == (
        timeless.topic, timeless.partition, timeless.offset, timeless.key, list(timeless.headers),
    )  # fmt: skip
