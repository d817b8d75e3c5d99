"""Connections: a pool that says which failures are transient, and a line that does without it for a moment."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeAlias

import asyncpg

if TYPE_CHECKING:
    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
    Borrowed: TypeAlias = asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record] | Borrowed
else:
    Pool = asyncpg.Pool
    Borrowed = asyncpg.pool.PoolConnectionProxy
    Connection = asyncpg.Connection

# The server is away, shutting down, starting up, full, or the line broke: the same again may work later.
TRANSIENT: tuple[type[BaseException], ...] = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    # What the driver says when the line breaks under an operation that had just begun.
    asyncpg.InternalClientError,
    asyncpg.exceptions.OperatorInterventionError,
    asyncpg.exceptions.InsufficientResourcesError,
    asyncpg.exceptions.PostgresSystemError,
    asyncpg.exceptions.DeadlockDetectedError,
    asyncpg.exceptions.IdleInTransactionSessionTimeoutError,
    OSError,
    TimeoutError,
)


async def open_pool(dsn: str, *, application: str, size: int = 10) -> Pool:
    """Open a pool on a database. A silent line is given up after half a minute, not after two hours."""
    return await asyncpg.create_pool(
        dsn,
        min_size=min(2, size),
        max_size=size,
        command_timeout=30,
        # The default resets the session with a query of its own after every use: a round trip for nothing,
        # since nothing here changes a session.
        reset=_left_as_it_was,
        timeout=10,
        server_settings={
            "application_name": application,
            # The append reads what its lock let in: a snapshot taken before the lock would be stale.
            "default_transaction_isolation": "read committed",
            # Queries over arrays look dearer in general than for the array at hand, so the planner would plan
            # each anew, which takes longer than running it; planned on empty tables it would read them whole.
            "plan_cache_mode": "force_generic_plan",
            "enable_seqscan": "off",
            "jit": "off",
            # A process that stalls between two statements of a transaction would keep its locks, and with them
            # the next leader waiting, for as long as it stalls.
            "idle_in_transaction_session_timeout": "5s",
            "tcp_keepalives_idle": "10",
            "tcp_keepalives_interval": "5",
            "tcp_keepalives_count": "3",
        },
    )


async def _left_as_it_was(_connection: Connection) -> None:
    """Reset nothing."""


class Line:
    """Runs statements one by one on connections kept in hand while they come close together.

    To take a connection from the pool and give it back costs as much as a small query. Nothing is kept while one
    of the line's own callers waits for the pool, nor the pool's last connection; what is kept goes back after
    `KEPT_SECONDS` without use, twice that at most.
    """

    KEPT_MAX = 2
    KEPT_SECONDS = 0.05

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._kept_max = min(self.KEPT_MAX, pool.get_max_size() - 1)
        self._waiting = 0
        self._kept: list[Borrowed] = []
        self._was_used = False
        self._is_looking = False
        self._returning: set[asyncio.Task[None]] = set()

    async def fetch(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """Run one statement in a transaction of its own; return its rows."""
        connection = await self._taken()
        try:
            rows = await connection.fetch(query, *arguments)
        except BaseException:
            await self._pool.release(connection)
            raise
        if self._waiting or len(self._kept) >= self._kept_max:
            await self._pool.release(connection)
        else:
            self._keep(connection)
        return rows

    async def _taken(self) -> Borrowed:
        while self._kept:
            if _is_alive(connection := self._kept.pop()):
                return connection
            await self._pool.release(connection)
        self._waiting += 1
        try:
            return await self._pool.acquire()
        finally:
            self._waiting -= 1

    def _keep(self, connection: Borrowed) -> None:
        self._kept.append(connection)
        self._was_used = True
        if not self._is_looking:
            self._look_later()

    def _look_later(self) -> None:
        self._is_looking, self._was_used = True, False
        asyncio.get_running_loop().call_later(self.KEPT_SECONDS, self._look)

    def _look(self) -> None:
        """Give back what nobody used since the last look."""
        if self._was_used:
            self._look_later()
            return
        self._is_looking = False
        while self._kept:
            returned = asyncio.ensure_future(self._pool.release(self._kept.pop()))
            self._returning.add(returned)
            returned.add_done_callback(self._returning.discard)


def _is_alive(connection: Borrowed) -> bool:
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:  # it died, and the pool has taken it back
        return False
