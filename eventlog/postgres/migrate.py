"""Schema migrations: numbered SQL files, forward only, each once, in one job at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

import asyncpg

from eventlog.postgres.queries import queries_from

ENGINE = files("eventlog.postgres") / "migrations"
SQL = queries_from(files("eventlog.postgres") / "migrate.sql")


class MigrationChanged(Exception):  # noqa: N818 - names the condition
    """A migration that already ran was edited afterwards: write a new one instead."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file of one owner (the engine's come before the service's)."""

    owner: str
    name: str
    sql: str

    @property
    def checksum(self) -> bytes:
        """The SHA-256 of the file's text."""
        return hashlib.sha256(self.sql.encode()).digest()


def migrations_in(owner: str, folder: Traversable) -> list[Migration]:
    """Return a folder's migrations in the order of their numbers."""
    found = [
        Migration(owner, item.name, item.read_text("utf-8"))
        for item in folder.iterdir()
        if item.name.endswith(".sql")
    ]
    return sorted(found, key=lambda migration: migration.name)


def engine_migrations() -> list[Migration]:
    """Return the engine's own migrations, which come first in every service's database."""
    return migrations_in("eventlog", ENGINE)


async def migrate(dsn: str, migrations: Sequence[Migration]) -> list[str]:
    """Bring a database up to date and return the names of what was newly run.

    Raises MigrationChanged when an old file no longer reads as it did when it ran.
    """
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            await connection.execute(SQL["lock"])
            await connection.execute(SQL["prepare"])
            done = {
                (row["owner"], row["name"]): row["checksum"] for row in await connection.fetch(SQL["done"])
            }
            return [
                f"{migration.owner}/{migration.name}"
                for migration in migrations
                if await _run(connection, migration, done.get((migration.owner, migration.name)))
            ]
    finally:
        await connection.close()


async def _run(
    connection: asyncpg.Connection[asyncpg.Record], migration: Migration, done: bytes | None
) -> bool:
    if done is not None:
        if done != migration.checksum:
            raise MigrationChanged(f"{migration.owner}/{migration.name} was edited after it had run")
        return False
    await connection.execute(migration.sql)
    await connection.execute(SQL["note"], migration.owner, migration.name, migration.checksum)
    return True
