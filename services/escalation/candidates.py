"""Which complaints may share a cause: an index by keyed hash that only the detecting reaction writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.resources import files

import asyncpg

from eventlog.ids import keyed_hash
from eventlog.log import EventLog
from eventlog.postgres.log import transient_named
from eventlog.postgres.pool import Pool
from eventlog.postgres.queries import queries_from
from services.escalation.domain.detection import Facts, Match, facts_of
from services.escalation.domain.escalation.events import FactNoted
from services.escalation.domain.group.events import MemberLeft
from services.escalation.domain.policy import GroupPolicy
from services.escalation.handlers import stream_of

SQL = queries_from(files("services.escalation.sql") / "queries.sql")
# Enough to found a group and to name the nearest; a group of 10,000 must not cost its square.
ALIKE_MAX = 60
NOTES_READ = 5


class Candidates:
    """Looks up what a new complaint may belong with, and remembers what became of it."""

    def __init__(self, pool: Pool, log: EventLog, hash_key: bytes, policy: GroupPolicy) -> None:
        self._pool = pool
        self._log = log
        self._hash_key = hash_key
        self._policy = policy

    async def earlier(self, candidate: Facts, position: int) -> list[Facts]:
        """Note the candidate for later ones and return the complaints of its place that share a cause word."""
        place = self._hashed(candidate.place)
        if place is None:
            return []
        words = sorted(candidate.cause_words)
        async with transient_named():
            await self._pool.execute(
                SQL["add_candidate"],
                candidate.complaint,
                candidate.person,
                place,
                candidate.received_at,
                words,
                position,
            )
            rows = await self._pool.fetch(
                SQL["alike"],
                place,
                candidate.received_at - self._policy.window,
                candidate.received_at + self._policy.window,
                words,
                candidate.complaint,
                position,
                ALIKE_MAX,
            )
        return await self._facts(rows)

    async def grouped(self, found: Match, candidate: Facts, earlier: Iterable[Facts], position: int) -> None:
        """Remember which group these complaints go to, before it is told: the next event must see it."""
        causes = found.causes
        for each in earlier:
            if each.group == found.group:
                causes = tuple(sorted(each.group_causes))
        members = [founder.complaint for founder in found.founders]
        async with transient_named():
            await self._pool.execute(
                SQL["mark_grouped"], [*members, candidate.complaint], found.group, list(causes), position
            )

    async def left(self, event: MemberLeft) -> None:
        """Forget a membership that a person undid."""
        async with transient_named():
            await self._pool.execute(SQL["mark_left"], event.complaint, event.group)

    async def _facts(self, rows: Sequence[asyncpg.Record]) -> list[Facts]:
        streams = {stream_of(str(row["complaint"])): row for row in rows}
        loaded = await self._log.store.load(dict.fromkeys(streams, 0))
        # Other topics may have spoken before the registration: it is among the first notes, not always the first.
        notes = [row for rows in loaded.values() for row in rows[:NOTES_READ] if row.type == FactNoted.TYPE]
        found = []
        for recorded in await self._log.opened(notes):
            facts = facts_of(recorded.event)
            if facts is not None:
                found.append(_in_group(facts, streams[recorded.stream]))
        return found

    def _hashed(self, place: tuple[str, str] | None) -> bytes | None:
        return None if place is None else keyed_hash(self._hash_key, *place)


def _in_group(facts: Facts, row: asyncpg.Record) -> Facts:
    if row["group_id"] is None:
        return facts
    return Facts(
        complaint=facts.complaint,
        person=facts.person,
        received_at=facts.received_at,
        cause_words=facts.cause_words,
        attributes=facts.attributes,
        group=str(row["group_id"]),
        group_causes=frozenset(row["group_causes"]),
    )
