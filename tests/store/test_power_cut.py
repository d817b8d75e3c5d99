"""What was said to be done is done, also where the database's power fails in the next instant."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterator

import pytest

from eventlog.aggregate import Catalogue
from eventlog.clock import Clock
from eventlog.keys import Keyring
from eventlog.keys.memory import MemoryKeyStore
from eventlog.log import EventLog
from eventlog.postgres.followers import postgres_storage
from eventlog.postgres.migrate import engine_migrations, migrate
from eventlog.postgres.pool import Pool, open_pool
from eventlog.projections import ProjectionFollower
from operate.settings import Settings, read_settings
from operate.stack.databases import create_database
from operate.stack.guard import temporary_home
from operate.stack.local import start_engines
from tests.engines import kill, running
from tests.store.test_projections import balances, state_rows
from tests.support.account import ACCOUNT
from tests.support.following import filled


@pytest.fixture
def own() -> Iterator[Settings]:
    """A server of this test's own, so that no other is disturbed."""
    with temporary_home() as home:
        yield dataclasses.replace(read_settings(), home=home, kafka="not started")


async def opened(dsn: str) -> Pool:
    return await open_pool(dsn, application="store-tests", size=4)


async def test_read_model_a_follower_has_finished_survives_a_power_cut(own: Settings) -> None:
    engines = start_engines(own)
    running(engines, "postgres")
    dsn = await create_database(engines, "cut")
    await migrate(dsn, engine_migrations())
    pool = await opened(dsn)
    storage = postgres_storage(pool)
    log = EventLog(storage.log, Catalogue(ACCOUNT), Keyring(MemoryKeyStore()), clock=Clock())
    await pool.execute("CREATE TABLE public.balances (stream text PRIMARY KEY, balance integer NOT NULL)")
    epoch = await storage.followers.lease("test", 60) or 0
    rows = await filled(log)

    await ProjectionFollower(state_rows(log), log, pool).take(rows, epoch)
    kill(engines, "postgres")
    pool.terminate()
    await asyncio.to_thread(start_engines, own)
    after = await opened(dsn)

    assert await balances(after) == {"account-1": 6, "account-2": 6}
    assert await postgres_storage(after).followers.checkpoint("balances") == len(rows)
    after.terminate()
