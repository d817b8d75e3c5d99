"""Checkpoints, the leader's lease and the quarantine in PostgreSQL."""

from __future__ import annotations

import asyncpg

from eventlog.errors import Fenced
from eventlog.postgres.inbox import PostgresInbox
from eventlog.postgres.log import SQL, PostgresLog, transient_named
from eventlog.postgres.pool import Pool
from eventlog.store import Storage


class PostgresFollowers:
    """What the followers of a log keep, each write fenced by the leader's epoch."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def checkpoint(self, name: str) -> int:
        """Return the last position a follower finished (0 when new)."""
        rows = await self._fetch("checkpoint", name)
        return int(rows[0][0]) if rows else 0

    async def save_checkpoint(self, name: str, position: int, epoch: int) -> None:
        """Move a checkpoint. Raises Fenced when `epoch` is no longer the leader's."""
        if not await self._fetch("save_checkpoint", name, position, epoch):
            raise Fenced(f"epoch {epoch} no longer leads")

    async def lease(self, holder: str, seconds: float) -> int | None:
        """Take or renew the lead; return its epoch, or None while another holds it."""
        rows = await self._fetch("lease", holder, seconds)
        return int(rows[0][0]) if rows else None

    async def release(self, holder: str) -> None:
        """Give the lead back."""
        await self._fetch("release", holder)

    async def quarantined(self) -> set[str]:
        """Return the streams the relay passes by."""
        return {row["stream"] for row in await self._fetch("quarantined")}

    async def quarantine(self, stream: str, position: int, reason: str) -> None:
        """Keep a stream out of the relay's way."""
        await self._fetch("quarantine", stream, position, reason)

    async def free(self, stream: str) -> None:
        """Take a stream out of quarantine."""
        await self._fetch("free", stream)

    async def _fetch(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        async with transient_named():
            return await self._pool.fetch(SQL[query], *arguments)


async def fenced_checkpoint(
    connection: asyncpg.pool.PoolConnectionProxy[asyncpg.Record], name: str, position: int, epoch: int
) -> None:
    """Move a checkpoint inside the caller's transaction: with the rows it speaks of, or not at all."""
    if await connection.fetchrow(SQL["move_checkpoint"], name, position, epoch) is None:
        raise Fenced(f"epoch {epoch} no longer leads")


def postgres_storage(pool: Pool) -> Storage:
    """Return the three faces of a service's database."""
    return Storage(PostgresLog(pool), PostgresInbox(pool), PostgresFollowers(pool))
