"""Projections: read models that follow the log by position, with their checkpoint in the same transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from eventlog.log import EventLog
from eventlog.postgres.followers import fenced_checkpoint
from eventlog.postgres.log import transient_named
from eventlog.postgres.pool import Pool
from eventlog.recorded import Recorded, Row
from eventlog.store import FollowerStore

if TYPE_CHECKING:
    from eventlog.postgres.pool import Connection

REACHED_POLL_SECONDS = 0.01


class Projection(Protocol):
    """One read model: how it takes events in. Folding the same events again gives the same rows."""

    @property
    def name(self) -> str:
        """The name of the read model and of its checkpoint."""

    @property
    def listens_to(self) -> frozenset[str]:
        """The event types it is made of."""

    async def fold(self, connection: Connection, events: Sequence[Recorded[Any]]) -> None:
        """Bring the rows up to date with these events, in order."""


class ProjectionFollower:
    """Feeds a projection from the log: rows and checkpoint commit together, fenced by the epoch."""

    def __init__(self, projection: Projection, log: EventLog, pool: Pool) -> None:
        self.name = projection.name
        self._projection = projection
        self._log = log
        self._pool = pool

    async def take(self, rows: Sequence[Row], epoch: int) -> None:
        """Fold the rows' events into the read model. Personal fields stay sealed."""
        self._log.catalogue.check(rows)
        heard = []
        for row in rows:
            if row.type in self._projection.listens_to:
                codec = self._log.catalogue.of(row.stream).codec
                heard.append(codec.recorded(row, codec.closed(row)))
        async with transient_named(), self._pool.acquire() as connection, connection.transaction():
            if heard:
                await self._projection.fold(connection, heard)
            await fenced_checkpoint(connection, self.name, rows[-1].position, epoch)


async def reached(followers: FollowerStore, name: str, position: int, *, seconds_max: float = 5.0) -> bool:
    """Wait until a projection has taken `position` in; False when it did not within the time."""

    async def wait() -> None:
        while True:
            if await followers.checkpoint(name) >= position:
                return
            await asyncio.sleep(REACHED_POLL_SECONDS)

    try:
        await asyncio.wait_for(wait(), seconds_max)
    except TimeoutError:
        return False
    return True
