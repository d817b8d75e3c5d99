"""The one contract suite runs on both stores: in memory, and real PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from eventlog.aggregate import Catalogue
from eventlog.clock import Clock
from eventlog.keys import Keyring
from eventlog.keys.memory import MemoryKeyStore
from eventlog.log import EventLog
from eventlog.memory import memory_storage
from eventlog.postgres.followers import postgres_storage
from eventlog.postgres.migrate import engine_migrations, migrate
from eventlog.postgres.pool import Pool, open_pool
from eventlog.store import Storage
from tests.support.account import ACCOUNT


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    await migrate(database, engine_migrations())
    pool = await open_pool(database, application="store-tests", size=10)
    try:
        yield pool
    finally:
        await pool.close()


@pytest.fixture(params=["memory", "postgres"])
def storage(request: pytest.FixtureRequest) -> Storage:
    if request.param == "memory":
        return memory_storage()
    return postgres_storage(request.getfixturevalue("pool"))


@pytest.fixture
def keyring() -> Keyring:
    return Keyring(MemoryKeyStore())


@pytest.fixture
def open_log(storage: Storage, keyring: Keyring) -> Callable[[], EventLog]:
    return lambda: EventLog(storage.log, Catalogue(ACCOUNT), keyring, clock=Clock())


@pytest.fixture
def log(open_log: Callable[[], EventLog]) -> EventLog:
    return open_log()
