"""Events, command ids, timers and chain links in plain containers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from eventlog.chain import link_hash, row_hash
from eventlog.clock import Clock
from eventlog.flush import ANY_VERSION, Chain, KnownCommand, Verdict, Written
from eventlog.memory.inbox import MemoryInbox
from eventlog.recorded import Row
from eventlog.store import DueTimer, Link


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

    async def read_stream(self, stream: str, after: int, limit: int) -> list[Row]:
        """Return at most `limit` rows of one stream above a version, in order, public bytes among them."""
        return self._streams.get(stream, [])[after : after + limit]

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
