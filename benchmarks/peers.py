"""The two ways of writing under one face: run the command that a message at the door asks for."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, Protocol, TypeAlias

from benchmarks.complaint import AGENT, TEXT_BYTES, Register, Reply
from benchmarks.naive.log import Cause, NaiveLog
from benchmarks.site import KEYS_POOL_SIZE, MASTER_KEY
from eventlog.clock import fresh_id
from eventlog.flush import InboxAdvance
from eventlog.keys import Keyring
from eventlog.keys.postgres import PostgresKeyStore
from eventlog.log import EventLog
from eventlog.message import Command
from eventlog.postgres.pool import open_pool
from eventlog.work import Step, Work

PeerName: TypeAlias = Literal["ours", "naive"]
PEERS: Final[Sequence[PeerName]] = ("ours", "naive")

# The first service hears a door, as intake does: each command stands for one message there.
DOOR: Final = "amends.bench-contact.v1"
NOON: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
_WORDS = "The lift in building two stood still again and nobody came for three hours. "
TEXT: Final = (_WORDS * (TEXT_BYTES // len(_WORDS) + 1))[:TEXT_BYTES]
_HASH: Final = bytes(32)


class Execute(Protocol):
    """Runs one command with an id and an inbox row of its own."""

    async def __call__(self, stream: str, command: Command, *, is_new: bool) -> None:
        """Return when it is durable."""


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


def execute_ours(log: EventLog) -> Execute:
    """Return how the engine runs a command."""

    async def execute(stream: str, command: Command, *, is_new: bool) -> None:
        command_id = fresh_id()
        inbox = (InboxAdvance(DOOR, command_id.hex, 0, 1, _HASH),)
        await log.run(Work(stream, (Step(command, command_id),), inbox=inbox, is_new=is_new))

    return execute


def execute_naive(log: NaiveLog) -> Execute:
    """Return how the peer runs a command; it loads every stream, new or not."""

    async def execute(stream: str, command: Command, *, is_new: bool) -> None:  # noqa: ARG001 - see above
        command_id = fresh_id()
        await log.execute(stream, command, Cause(DOOR, command_id.hex, 1, command_id=command_id))

    return execute
