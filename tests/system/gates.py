"""Gates: what a service is about to write comes to one, and passes when a test says so.

The append takes a lock of its transaction first (`eventlog/postgres/migrations/0002_append.sql`). Whoever holds
that lock in a session of its own holds back every append; the lock is fair, so one who queues behind an append
holds it next, and that append alone has passed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, TypeAlias

import asyncpg

from tests.system.installation import LiveInstallation, until

if TYPE_CHECKING:
    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record]

APPEND_LOCK: Final = 7205759403792
EFFECT_LOCK: Final = 1
_TAKE: Final = "SELECT pg_advisory_lock($1)"
# A bigint key stands in two halves.
_WAITING: Final = """
    SELECT pid FROM pg_locks
     WHERE locktype = 'advisory' AND NOT granted AND (classid::bigint << 32) + objid::bigint = $1
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
# A trigger of the test's own: compensation waits at the gate with what it has done and not yet kept.
_WAITER: Final = f"""
    CREATE OR REPLACE FUNCTION wait_to_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_advisory_xact_lock_shared({EFFECT_LOCK}); RETURN NEW; END $$"""
_WAIT_TO_KEEP: Final = """
    CREATE OR REPLACE TRIGGER wait_to_keep BEFORE INSERT ON effects
    FOR EACH ROW WHEN (NEW.cause LIKE '{stream}@%' AND split_part(NEW.name, ' ', 1) = '{name}')
    EXECUTE FUNCTION wait_to_keep()"""
_LINES_CUT: Final = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid <> ALL($1)"""


class Gate:
    """A closed gate: who asks for its lock in a service's database waits."""

    def __init__(self, installation: LiveInstallation, service: str, lock: int, holder: Connection) -> None:
        self._installation = installation
        self._service = service
        self._lock = lock
        self._holder = holder

    async def waiting(self) -> set[int]:
        """Return the sessions that wait."""
        return {row["pid"] for row in await self._installation.rows(self._service, _WAITING, self._lock)}

    async def let_one_pass(self) -> None:
        """Wait until somebody waits, and let that one pass; what comes behind waits again."""
        await until(self.waiting, f"{self._service} waits at the gate")
        behind = await asyncpg.connect(self._installation.prepared.dsns[self._service])
        queueing = asyncio.create_task(behind.execute(_TAKE, self._lock))

        async def queues() -> bool:
            return behind.get_server_pid() in await self.waiting()

        await until(queues, "the gate will close behind it")
        await self._holder.close()
        await queueing
        self._holder = behind

    async def let_pass_until_said(self, stream: str, kind: str) -> str:
        """Let appends pass until a stream says something, and return that event's id; nothing comes after it."""
        query = "SELECT version FROM eventlog.events WHERE stream = $1 AND type = $2"
        while not (rows := await self._installation.rows(self._service, query, stream, kind)):
            await self.let_one_pass()
        return f"{stream}@{rows[-1]['version']}"

    async def cut_lines(self) -> None:
        """End every session of the service: what waits is never written, as when the power goes."""
        await self._installation.rows(self._service, _LINES_CUT, [self._holder.get_server_pid()])

    async def open(self) -> None:
        """Let everything pass from now on."""
        await self._holder.close()


@asynccontextmanager
async def gate_before_log(installation: LiveInstallation, service: str) -> AsyncIterator[Gate]:
    """Close the gate before a service's log for the length of a block: nothing is appended."""
    async with _closed(installation, service, APPEND_LOCK) as gate:
        yield gate


@asynccontextmanager
async def gate_before_effects(installation: LiveInstallation) -> AsyncIterator[Gate]:
    """Close the gate before one effect after the other of compensation (`move_before`) for the length of a block."""
    await installation.rows("compensation", _WAITER)
    async with _closed(installation, "compensation", EFFECT_LOCK) as gate:
        yield gate


async def move_before(installation: LiveInstallation, stream: str, name: str) -> None:
    """Let the gate stand before this effect of a negotiation and before no other: it is done, and not kept.

    An effect may have a hash behind its name. Nobody may wait at the gate, or it is not moved.
    """
    await installation.rows("compensation", _WAIT_TO_KEEP.format(stream=stream, name=name))


@asynccontextmanager
async def _closed(installation: LiveInstallation, service: str, lock: int) -> AsyncIterator[Gate]:
    holder = await asyncpg.connect(installation.prepared.dsns[service])
    await holder.execute(_TAKE, lock)
    gate = Gate(installation, service, lock, holder)
    try:
        yield gate
    finally:
        await gate.open()
