"""The one contract suite runs on both stores: in memory, and real PostgreSQL."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Iterator

import asyncpg
import pytest

from eventlog.aggregate import Catalogue
from eventlog.clock import Clock
from eventlog.keys import Keyring
from eventlog.keys.memory import MemoryKeyStore
from eventlog.log import EventLog
from eventlog.memory import memory_storage
from eventlog.postgres.followers import postgres_storage
from eventlog.postgres.migrate import engine_migrations, migrate, migrations_in
from eventlog.postgres.pool import Pool, open_pool
from eventlog.store import Storage
from operate.stack.databases import create_database, drop_database, dsn_of
from operate.stack.local import Engines
from services.compensation.app import SERVICE
from tests.support.account import ACCOUNT

EMPTY = """
TRUNCATE eventlog.events, eventlog.commands, eventlog.links, eventlog.timers, eventlog.inbox, eventlog.parked,
         eventlog.dead_letters, eventlog.checkpoints, eventlog.quarantine RESTART IDENTITY;
UPDATE eventlog.leader SET epoch = 0, holder = '', leased_till = '-infinity';
UPDATE eventlog.clock SET offset_value = '0';
"""


@pytest.fixture(scope="session")
def emptied_database(postgres_only: Engines) -> Iterator[str]:
    """One migrated database for all tests that leave its schema alone; each finds it empty."""

    async def create() -> str:
        dsn = await create_database(postgres_only, name)
        await migrate(dsn, engine_migrations())
        return dsn

    name = f"test_{secrets.token_hex(6)}"
    yield asyncio.run(create())
    asyncio.run(drop_database(postgres_only, name))


@pytest.fixture
async def pool(emptied_database: str) -> AsyncIterator[Pool]:
    pool = await open_pool(emptied_database, application="store-tests", size=10)
    try:
        await pool.execute(EMPTY)
        yield pool
    finally:
        pool.terminate()


@pytest.fixture
async def another_database(postgres_only: Engines) -> AsyncIterator[str]:
    name = f"test_{secrets.token_hex(6)}"
    yield await create_database(postgres_only, name)
    await drop_database(postgres_only, name)


@pytest.fixture(scope="session")
def compensation_template(postgres_only: Engines) -> Iterator[str]:
    """The name of a database of compensation that is copied for each test: a copy is made faster than its tables."""

    async def create() -> None:
        dsn = await create_database(postgres_only, name)
        await migrate(dsn, [*engine_migrations(), *migrations_in("compensation", SERVICE.migrations)])

    name = f"test_{secrets.token_hex(6)}"
    asyncio.run(create())
    yield name
    asyncio.run(drop_database(postgres_only, name))


@pytest.fixture
async def compensation_database(postgres_only: Engines, compensation_template: str) -> AsyncIterator[str]:
    """The DSN of a database of compensation, with nothing in its tables yet."""
    name = f"test_{secrets.token_hex(6)}"
    admin = await asyncpg.connect(postgres_only.postgres_admin_dsn)
    try:
        await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{compensation_template}"')
    finally:
        await admin.close()
    yield dsn_of(postgres_only.postgres_admin_dsn, name)
    await drop_database(postgres_only, name)


@pytest.fixture
async def compensation_pool(compensation_database: str) -> AsyncIterator[Pool]:
    """Connections to it."""
    pool = await open_pool(compensation_database, application="store-tests", size=6)
    try:
        yield pool
    finally:
        pool.terminate()


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
