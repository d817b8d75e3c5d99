"""Planted bugs: `eventlog.append` as it must not be, and what a reader makes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from eventlog.flush import Written
from eventlog.postgres.log import PostgresLog
from eventlog.postgres.migrate import engine_migrations
from eventlog.postgres.pool import Pool
from tests.support.chains import chain

# Each is a list of changes to the text of the function: what stands there, and what is put in its place.
Changes = Sequence[tuple[str, str]]

LOCK = "    PERFORM pg_advisory_xact_lock(7205759403792);\n"
LAST_POSITION = "coalesce((SELECT e.position FROM eventlog.events e ORDER BY e.position DESC LIMIT 1), 0)"

END = "\nEND $$;"
SLOW = "\n    IF c_stream[1] = 'account-1' THEN PERFORM pg_sleep(0.2); END IF;\n"

SLOW_WRITER: Changes = [(END, SLOW + END)]
LATE_LOCK: Changes = [
    (LOCK, ""),
    (LAST_POSITION, "nextval('eventlog.positions') - 1"),
    (END, SLOW + LOCK + END),
]
NO_LOCK: Changes = [(LOCK, ""), (END, SLOW + END)]
IDS_NOT_JUDGED: Changes = [
    ("LOOP verdicts[hit.chain] := 2; END LOOP;", "LOOP END LOOP;"),
    (
        "AS k(chain, id, version, events)\n         WHERE verdicts[k.chain] = 0;",
        "AS k(chain, id, version, events)\n         WHERE verdicts[k.chain] = 0 ON CONFLICT DO NOTHING;",
    ),
]
TIMERS_NOT_JUDGED: Changes = [("LOOP verdicts[hit.chain] := 3; END LOOP;", "LOOP END LOOP;")]
PLANNED_FREELY: Changes = [
    # Our own sessions would switch it off by themselves.
    ("SET enable_seqscan = off\n", "SET enable_seqscan = on\n"),
    ("SET enable_hashjoin = off\n", ""),
    ("SET enable_mergejoin = off\n", ""),
]
HOT_ROW: Changes = [(LOCK, LOCK + "    UPDATE eventlog.clock SET offset_value = offset_value;\n")]  # noqa: S608 - our own text


def append_with(changes: Changes = ()) -> str:
    """The function with these changes; a change that finds nothing to change is an error."""
    (text,) = [each.sql for each in engine_migrations() if each.name == "0002_append.sql"]
    for old, new in changes:
        assert text.count(old) == 1, f"the function has changed: {old!r} stands there {text.count(old)} times"
        text = text.replace(old, new)
    sequence = "CREATE SEQUENCE IF NOT EXISTS eventlog.positions;\n"
    return sequence + text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


async def positions_read(pool: Pool) -> list[int]:
    """What a reader sees that asks for what is above the last it saw, while one of two writers is slow."""
    log, seen = PostgresLog(pool), list[int]()

    async def look() -> None:
        seen.extend(row.position for row in await log.read(max(seen, default=0), 100))

    async with asyncio.TaskGroup() as group:
        group.create_task(log.append([chain("account-1")]))
        await _until(pool, "wait_event = 'PgSleep'")
        fast = group.create_task(log.append([chain("account-2")]))
        await _until(pool, "wait_event_type = 'Lock'", fast)
        await look()
    await look()
    return seen


async def _until(pool: Pool, state: str, task: asyncio.Task[Written] | None = None) -> None:
    """Wait until a connection is in a state, or the task is done."""
    query = f"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND {state}"  # noqa: S608 - our own text
    for _ in range(1000):
        if (task is not None and task.done()) or await pool.fetchval(query):
            return
        await asyncio.sleep(0.005)
    raise AssertionError(f"no connection came to {state}")
