"""The desk's look-up: who is this, and which flags stand. Each one leaves a line in the audit table, no topic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from eventlog.log import EventLog
from eventlog.message import By
from eventlog.postgres.log import transient_named
from eventlog.postgres.pool import Pool
from eventlog.postgres.queries import queries_from
from services.blacklist.domain.flag.events import Confirmed, Proposed
from services.blacklist.domain.flag.facts import Attributes
from services.blacklist.domain.flag.state import LIVE, Observed
from services.blacklist.handlers import stream_of
from services.blacklist.marks import PersonMarks
from services.blacklist.views import flag_view

SQL = queries_from(files("services.blacklist.sql") / "queries.sql")
PAGE = 100


@dataclass(frozen=True, slots=True)
class Screening:
    """Answers from one indexed query and the folded flags, so that a flag just decided is seen at once."""

    log: EventLog
    pool: Pool
    marks: PersonMarks

    async def screen(
        self, attributes: Attributes, by: By, at: datetime, *, with_texts: bool
    ) -> dict[str, Any]:
        """Return the flags that stand, with their reasons and what led to each, and note who asked.

        What people wrote comes along only `with_texts`.
        """
        persons = await self.marks.persons_of(attributes)
        flags = [each for person in sorted(persons) for each in await self._flags(person, persons)]
        if with_texts:
            flags = [{**each, "reason": await self._reason(each["person"], each["flag"])} for each in flags]
        matched_by = sorted({kind for kinds in persons.values() for kind in kinds})
        await self._audit(by, at, self.marks.kinds_of(attributes), flags)
        return {"flags": flags, "matched_by": matched_by}

    async def audited(self, after: int) -> list[dict[str, Any]]:
        """Return a page of look-ups in the order they were written: who, when, by what, which kinds were found."""
        async with transient_named():
            rows = await self.pool.fetch(SQL["list_audit"], after, PAGE)
        return [dict(row) for row in rows]

    async def _flags(self, person: str, persons: Mapping[str, frozenset[str]]) -> list[dict[str, Any]]:
        state = (await self.log.state(stream_of(person))).state
        if not isinstance(state, Observed):
            return []
        return [
            {"person": person, **flag_view(flag), "matched_by": sorted(persons[person])}
            for flag in state.flags
            if flag.state in LIVE
        ]

    async def _reason(self, person: str, flag: int) -> str | None:
        """Return what the confirmer wrote, or else the proposer; None for a bill alone or an erased person."""
        events = [recorded.event for recorded in await self.log.history(stream_of(person))]
        said = [each for each in events if isinstance(each, Proposed | Confirmed) and each.flag == flag]
        texts = [each.reason for each in said if isinstance(each.reason, str)]
        return texts[-1] if texts else None

    async def _audit(self, by: By, at: datetime, kinds: Iterable[str], flags: list[dict[str, Any]]) -> None:
        """Keep who asked by what and what was found: kinds and states, never of whom."""
        found = sorted(f"{flag['kind']}:{flag['state']}" for flag in flags)
        async with transient_named():
            await self.pool.execute(
                SQL["add_audit"], at, by.actor, list(by.roles), by.desk, list(kinds), found
            )


async def forget_audit(pool: Pool, now: datetime, *, kept: timedelta) -> None:
    """Delete look-ups older than `kept`, so many at once; the rest follows the next time.

    `now` is real time: where a demo has moved its clock ahead, lines are kept longer, never shorter.
    """
    async with transient_named():
        await pool.execute(SQL["forget_audit"], now - kept)
