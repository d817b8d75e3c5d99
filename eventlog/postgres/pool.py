"""Connections: a pool that says which failures are transient."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import asyncpg

if TYPE_CHECKING:
    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
    Connection: TypeAlias = (
        asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    )
else:
    Pool = asyncpg.Pool
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
