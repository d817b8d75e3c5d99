"""The schema is the sum of its migrations, each run once and never edited afterwards."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import asyncpg
import pytest

from eventlog.keys.postgres import MIGRATIONS as KEY_MIGRATIONS
from eventlog.postgres.log import SQL
from eventlog.postgres.migrate import (
    Migration,
    MigrationChanged,
    engine_migrations,
    migrate,
    migrations_in,
)

OWN = Migration(
    "notes", "0001_notes.sql", "CREATE SCHEMA notes; CREATE TABLE notes.list (stream text PRIMARY KEY);"
)
MORE = Migration("notes", "0002_words.sql", "ALTER TABLE notes.list ADD COLUMN words text;")
BROKEN = Migration("notes", "0003_broken.sql", "CREATE TABLE notes.half (a text); SELECT no_such_thing;")

SCHEMA = """
SELECT table_schema, table_name, column_name, data_type, is_nullable, column_default
  FROM information_schema.columns WHERE table_schema IN ('eventlog', 'notes', 'public') ORDER BY 1, 2, 3
"""
FUNCTIONS = """
SELECT proname, proconfig, prosrc FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace
 WHERE nspname = 'eventlog' ORDER BY 1, 3
"""
INDEXES = "SELECT indexdef FROM pg_indexes WHERE schemaname IN ('eventlog', 'notes') ORDER BY 1"


async def shape(dsn: str) -> list[list[tuple[object, ...]]]:
    """Everything the schema is made of."""
    connection = await asyncpg.connect(dsn)
    try:
        return [
            [tuple(row) for row in await connection.fetch(query)] for query in (SCHEMA, FUNCTIONS, INDEXES)
        ]
    finally:
        await connection.close()


async def test_the_migrations_of_engine_and_service_run_in_order_and_once(database: str) -> None:
    first = await migrate(database, [*engine_migrations(), OWN])

    second = await migrate(database, [*engine_migrations(), OWN])

    assert first == [f"eventlog/{each.name}" for each in engine_migrations()] + ["notes/0001_notes.sql"]
    assert second == []


async def test_a_schema_grown_step_by_step_equals_the_one_made_at_once(
    database: str, another_database: str
) -> None:
    everything = [*engine_migrations(), OWN, MORE]
    for count in range(1, len(everything) + 1):
        await migrate(database, everything[:count])

    await migrate(another_database, everything)

    assert await shape(database) == await shape(another_database)


async def test_a_migration_edited_after_it_ran_is_refused_and_nothing_is_run(database: str) -> None:
    await migrate(database, [OWN])
    before = await shape(database)

    with pytest.raises(MigrationChanged, match=r"notes/0001_notes\.sql was edited after it had run"):
        await migrate(database, [replace(OWN, sql=OWN.sql + " -- a word more"), MORE])

    assert before == await shape(database)


async def test_a_migration_that_fails_leaves_nothing_of_itself_nor_of_those_before(database: str) -> None:
    await migrate(database, [OWN])
    before = await shape(database)

    with pytest.raises(asyncpg.UndefinedColumnError):
        await migrate(database, [OWN, MORE, BROKEN])

    assert before == await shape(database)
    assert await migrate(database, [OWN, MORE]) == ["notes/0002_words.sql"]


async def test_two_who_migrate_at_once_run_each_migration_once(database: str) -> None:
    ran = await asyncio.gather(*(migrate(database, [*engine_migrations(), OWN]) for _ in range(4)))

    assert sum(map(len, ran)) == len(engine_migrations()) + 1


async def test_every_query_of_the_engine_fits_the_schema(database: str) -> None:
    await migrate(database, engine_migrations())
    connection = await asyncpg.connect(database)
    try:
        for query in SQL.values():
            await connection.prepare(query)
    finally:
        await connection.close()


async def test_the_key_stores_migrations_stand_apart(database: str) -> None:
    assert await migrate(database, migrations_in("keys", KEY_MIGRATIONS)) == ["keys/0001_person_keys.sql"]
