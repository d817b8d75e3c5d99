"""The two ways of writing under one face: run a command on a stream."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, Protocol, TypeAlias
from uuid import UUID

from benchmarks.complaint import AGENT, COMPLAINT, TEXT_BYTES, Register, Reply
from benchmarks.naive.log import NaiveLog
from benchmarks.site import KEYS_POOL_SIZE, MASTER_KEY, POOL_SIZE
from eventlog.aggregate import Catalogue
from eventlog.clock import Clock, fresh_id
from eventlog.keys import Keyring
from eventlog.keys.postgres import PostgresKeyStore
from eventlog.log import EventLog
from eventlog.message import Command
from eventlog.postgres.followers import postgres_storage
from eventlog.postgres.pool import open_pool

PeerName: TypeAlias = Literal["ours", "naive"]
PEERS: Final[Sequence[PeerName]] = ("ours", "naive")

NOON: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
_WORDS = "The lift in building two stood still again and nobody came for three hours. "
TEXT: Final = (_WORDS * (TEXT_BYTES // len(_WORDS) + 1))[:TEXT_BYTES]


class Execute(Protocol):
    """Runs one command to its end; afterwards it is durable."""

    async def __call__(self, stream: str, command: Command, *, command_id: UUID, is_new: bool) -> None: ...


def register(complaint: str, person: str, at: datetime = NOON) -> Register:
    """Return the command that takes a complaint in."""
    return Register(at=at, by=AGENT, complaint=complaint, person=person, narrative=TEXT)


def reply() -> Reply:
    """Return a reply to any registered complaint."""
    return Reply(at=NOON, by=AGENT, text=TEXT)


def fresh_complaint() -> tuple[str, str]:
    """Return a new complaint's id and its stream."""
    complaint = str(fresh_id())
    return complaint, f"complaint-{complaint}"


@asynccontextmanager
async def open_keyring(dsn: str, secrets: Path) -> AsyncIterator[Keyring]:
    """Open the key store both peers use."""
    master_key = base64.urlsafe_b64decode((secrets / MASTER_KEY).read_bytes())
    pool = await open_pool(dsn, application="bench-keys", size=KEYS_POOL_SIZE)
    try:
        yield Keyring(PostgresKeyStore(pool, master_key))
    finally:
        await pool.close()


@asynccontextmanager
async def open_peer(
    peer: PeerName, dsn: str, keyring: Keyring, *, states_cached: int
) -> AsyncIterator[Execute]:
    """Open a peer's log on a database, with the same number of connections for either."""
    pool = await open_pool(dsn, application=f"bench-{peer}", size=POOL_SIZE)
    try:
        if peer == "naive":
            yield execute_naive(NaiveLog(pool, COMPLAINT, keyring))
        else:
            store = postgres_storage(pool).log
            catalogue = Catalogue(COMPLAINT)
            yield execute_ours(
                EventLog(store, catalogue, keyring, clock=Clock(), states_cached=states_cached)
            )
    finally:
        await pool.close()


def execute_ours(log: EventLog) -> Execute:
    """Return how the engine runs a command."""

    async def execute(stream: str, command: Command, *, command_id: UUID, is_new: bool) -> None:
        await log.execute(stream, command, command_id=command_id, is_new=is_new)

    return execute


def execute_naive(log: NaiveLog) -> Execute:
    """Return how the peer runs a command; it loads every stream, new or not."""

    async def execute(stream: str, command: Command, *, command_id: UUID, is_new: bool) -> None:  # noqa: ARG001 - see above
        await log.execute(stream, command, command_id=command_id)

    return execute
