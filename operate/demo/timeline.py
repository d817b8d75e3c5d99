"""The demo's time: it only jumps forward, in all services' databases at once, and only when nothing is left to do.

Whether something is left is read from the logs themselves: every follower has reached the head, every public
event has been heard, no timer is due. The doors' own figures would say so a moment too early.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import asyncpg

from contracts.topics import TOPICS
from eventlog.postgres.queries import queries_from
from operate.demo.cast import OPERATOR_PLAYER
from operate.demo.doors import Doors
from operate.errors import OperateError
from operate.stack.installation import Installation
from operate.stack.services import SERVICES

if TYPE_CHECKING:
    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record]

SQL: Final = queries_from(files("operate.demo") / "queries.sql")
SET_OFFSET: Final = queries_from(files("eventlog.postgres") / "queries.sql")["set_offset"]
# The readers of each log under its leader: until each has a checkpoint, "all have reached the head" says nothing.
FOLLOWERS_MIN: Final = {"intake": 3, "escalation": 5, "compensation": 3, "blacklist": 3}
QUIET_SECONDS_MAX: Final = 60.0
_LOOK_AGAIN_SECONDS: Final = 0.02
_ASK_AGAIN_SECONDS: Final = 0.04
_ADOPTED_SECONDS_MAX: Final = 20.0


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one service's log stands."""

    head: int
    followers: int
    followed: int
    timers_due: int
    parked: int


@dataclass(slots=True)
class Tally:
    """What one log holds up to a position: how many public events of each category, how many registrations."""

    position: int = 0
    public: Counter[str] = field(default_factory=Counter)
    registered: int = 0


class Timeline:
    """Time and quiet of one installation with a clock offset."""

    def __init__(self, databases: Mapping[str, Connection], doors: Doors, installation: Installation) -> None:
        self._databases = databases
        self._doors = doors
        self._prefix = installation.topic_prefix
        self._tallies = {name: Tally() for name in databases}
        self.jumps = 0

    async def now(self) -> datetime:
        """Return the installation's time."""
        row = await self._databases["intake"].fetchrow(SQL["now"])
        assert row is not None  # noqa: S101 - the statement always returns one row
        found: datetime = row["domain"]
        return found

    async def jump_to(self, moment: datetime) -> datetime:
        """Move the time forward and wait until the services have taken note; return the time it is then."""
        for database in self._databases.values():
            row = await database.fetchrow(SQL["now"])
            if row is not None and moment > row["domain"]:
                await database.execute(SET_OFFSET, moment - row["real"])
        self.jumps += 1
        deadline = time.monotonic() + _ADOPTED_SECONDS_MAX
        for service in self._databases:
            while await self._told(service) < moment:
                if time.monotonic() > deadline:
                    raise OperateError(
                        f"{service} does not follow the clock.", "Read its log in the demo's logs/."
                    )
                await asyncio.sleep(_ASK_AGAIN_SECONDS)
        return await self.now()

    async def quiet(self, registered: int) -> None:
        """Wait until nothing is left to do and this many complaints are registered. Raises OperateError."""
        deadline = time.monotonic() + QUIET_SECONDS_MAX
        while unfinished := await self._unfinished(registered):
            if time.monotonic() > deadline:
                raise OperateError(
                    f"The services are still busy after {QUIET_SECONDS_MAX:.0f} s: {unfinished}.",
                    "Read their logs in the demo's logs/; on a slow machine try fewer with --complaints.",
                )
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)

    async def public_events(self) -> dict[str, int]:
        """Return how many events with public bytes the logs hold, by category."""
        found: dict[str, int] = {}
        for database in self._databases.values():
            found |= {row["category"]: row["events"] for row in await database.fetch(SQL["public"])}
        return found

    async def _unfinished(self, registered: int) -> str:
        """Return what is still to be done, empty when nothing is."""
        before = await self._standings()
        for name, standing in before.items():
            if standing.followers < FOLLOWERS_MIN.get(name, 0) or standing.followed < standing.head:
                return f"{name} follows its log up to {standing.followed} of {standing.head}"
            if standing.timers_due or standing.parked:
                return f"{name} has {standing.timers_due} timers due and {standing.parked} records parked"
        await asyncio.gather(*(self._read_on(name) for name in self._databases))
        if (come := self._tallies["intake"].registered) < registered:
            return f"{come} of {registered} registered"
        if unheard := await self._unheard():
            return unheard
        # Nothing has moved while we looked: what was seen of each service held for all at one moment.
        return "" if await self._standings() == before else "they never rest"

    async def _read_on(self, service: str) -> None:
        """Count what has come since the last look: positions have no gaps and never change."""
        tally = self._tallies[service]
        for row in await self._databases[service].fetch(SQL["since"], tally.position):
            tally.public[row["category"]] += row["public"]
            tally.registered += row["registered"]
            tally.position = max(tally.position, row["position"])

    async def _unheard(self) -> str:
        said: Counter[str] = sum((tally.public for tally in self._tallies.values()), Counter())
        for topic in TOPICS:
            for hearer in (name for name in topic.consumers if not topic.private):
                events = said[category_of(topic.name)]
                heard = await self._databases[hearer].fetchval(SQL["heard"], f"{self._prefix}{topic.name}")
                if heard < events:
                    return f"{hearer} has heard {heard} of {events} events on {topic.name}"
        return ""

    async def _standings(self) -> dict[str, Standing]:
        rows = await asyncio.gather(*(each.fetchrow(SQL["standing"]) for each in self._databases.values()))
        return {name: Standing(**dict(row or {})) for name, row in zip(self._databases, rows, strict=True)}

    async def _told(self, service: str) -> datetime:
        figures = await self._doors.get(OPERATOR_PLAYER, service, "/v1/operations/figures")
        return datetime.fromisoformat(figures["domain_time"])


def category_of(topic: str) -> str:
    """Return the stream category behind a public topic: `amends.group.v1` tells of `group-…` streams."""
    return topic.split(".")[1]


@asynccontextmanager
async def timeline_of(installation: Installation, doors: Doors) -> AsyncIterator[Timeline]:
    """Connect to each service's database as its owner."""
    async with AsyncExitStack() as stack:
        databases: dict[str, Any] = {}
        for service in SERVICES:
            connection = await asyncpg.connect(installation.dsns[service.name])
            stack.push_async_callback(connection.close)
            databases[service.name] = connection
        yield Timeline(databases, doors, installation)
