"""Where a run measures: engines of its own, databases made fresh for each sample, topics that go with it."""

from __future__ import annotations

import asyncio
import base64
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import asyncpg

from benchmarks.naive.log import SCHEMA, SQL
from contracts.topics import Topic
from eventlog.keys.postgres import MIGRATIONS
from eventlog.postgres.migrate import engine_migrations, migrate, migrations_in
from operate.stack.databases import create_database, drop_database, dsn_of
from operate.stack.local import Engines
from operate.stack.topics import drop_topics, ensure_topics

POOL_SIZE: Final = 12
KEYS_POOL_SIZE: Final = 4
KEYS: Final = "bench_keys"
MASTER_KEY: Final = "person-master.key"
EMPTY: Final = "bench_template"
_COPY = "SELECT format('CREATE DATABASE %I TEMPLATE %I', $1::text, $2::text)"


@dataclass(frozen=True, slots=True)
class Site:
    """The engines of a run and the folder of its secrets. Every database has both schemas, ours and the peer's."""

    engines: Engines
    secrets: Path

    @property
    def keys_dsn(self) -> str:
        """The database of the person keys."""
        return dsn_of(self.engines.postgres_admin_dsn, KEYS)

    async def prepare(self) -> None:
        """Make the key store, the template of all databases, and the secrets."""
        for name in (MASTER_KEY, "complaint-dead-letter.key", "routing-dead-letter.key"):
            (self.secrets / name).write_bytes(base64.urlsafe_b64encode(secrets.token_bytes(32)))
        await migrate(await create_database(self.engines, KEYS), migrations_in("keys", MIGRATIONS))
        template = await create_database(self.engines, EMPTY)
        await migrate(template, engine_migrations())
        await run_script(template, SCHEMA.read_text(encoding="utf-8"))

    @asynccontextmanager
    async def database(self, template: str = EMPTY) -> AsyncIterator[str]:
        """Make a database as the template is; yield its DSN; drop it."""
        name = f"bench_{secrets.token_hex(4)}"
        admin = await asyncpg.connect(self.engines.postgres_admin_dsn)
        try:
            await admin.execute(await admin.fetchval(_COPY, name, template))
        finally:
            await admin.close()
        yield dsn_of(self.engines.postgres_admin_dsn, name)
        await drop_database(self.engines, name)

    @asynccontextmanager
    async def topics(self, names: Sequence[str]) -> AsyncIterator[str]:
        """Make topics behind a fresh prefix; yield the prefix; delete them."""
        prefix = f"b{secrets.token_hex(4)}."
        made = [Topic(name=name, key="", producer="benchmarks") for name in names]
        await ensure_topics(self.engines.kafka, made, prefix=prefix)
        # The broker tells of new topics before their leaders are elected.
        await asyncio.sleep(0.5)
        yield prefix
        await drop_topics(self.engines.kafka, prefix)


def name_of(dsn: str) -> str:
    """Return the name of the database a DSN leads to."""
    return urlsplit(dsn).path.removeprefix("/")


async def run_script(dsn: str, script: str) -> None:
    """Run SQL statements without parameters."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(script)
    finally:
        await connection.close()


async def settle(dsn: str) -> None:
    """Let the planner know its tables, as autovacuum would in time: neither peer measures plans for empty ones."""
    await run_script(dsn, "ANALYZE")


async def streams_in(dsn: str) -> list[str]:
    """Return the streams of a database, oldest first; both peers hold the same."""
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(SQL["streams"])
    finally:
        await connection.close()
    return [row["stream"] for row in rows]


async def copy_to_naive(dsn: str) -> None:
    """Give the peer the very events that the engine's log holds; to either relay they count as published."""
    await run_script(dsn, SQL["copy_events"])
    await run_script(dsn, SQL["count_as_published"])
