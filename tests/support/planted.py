"""Planted bugs: `eventlog.append` and its small sister as they must not be, and what a reader makes of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from eventlog.clock import fresh_id
from eventlog.flush import Chain, KnownCommand, Written
from eventlog.postgres.log import PostgresLog
from eventlog.postgres.migrate import engine_migrations
from eventlog.postgres.pool import Pool
from tests.support.chains import chain

# Each is a list of changes to the functions' texts: what stands there, and what is put in its place.
Changes = Sequence[tuple[str, str]]

FUNCTIONS = ("0002_append.sql", "0003_append_one.sql")

LOCK = "    PERFORM pg_advisory_xact_lock(7205759403792);\n"
LAST_POSITION = "coalesce((SELECT e.position FROM eventlog.events e ORDER BY e.position DESC LIMIT 1), 0)"

END = "\nEND $$;"
# Slow is who waits until the test lets go. One function has a stream, the other an array of them.
HELD = 4711
SLOW = (
    f"\n    IF c_stream::text LIKE '%account-1%' THEN PERFORM pg_advisory_xact_lock_shared({HELD}); END IF;\n"
)

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
TIMERS_NOT_JUDGED: Changes = [
    ("LOOP verdicts[hit.chain] := 3; END LOOP;", "LOOP END LOOP;"),
    ("t.due_at = c_timer_due) THEN 3", "t.due_at = c_timer_due) THEN 0"),
]
PLANNED_FREELY: Changes = [
    # Our own sessions would switch it off by themselves.
    ("SET enable_seqscan = off\n", "SET enable_seqscan = on\n"),
    ("SET enable_hashjoin = off\n", ""),
    ("SET enable_mergejoin = off\n", ""),
    ("LANGUAGE plpgsql VOLATILE\nAS $$", "LANGUAGE plpgsql VOLATILE\nSET enable_seqscan = on\nAS $$"),
]
HOT_ROW: Changes = [(LOCK, LOCK + "    UPDATE eventlog.clock SET offset_value = offset_value;\n")]  # noqa: S608 - our own text


def append_with(changes: Changes = ()) -> str:
    """The functions with these changes; a change that finds nothing to change is an error."""
    texts = [each.sql for each in engine_migrations() if each.name in FUNCTIONS]
    for old, new in changes:
        counts = [text.count(old) for text in texts]
        assert max(counts) == 1, f"the functions have changed: {old!r} stands there {counts} times"
        texts = [text.replace(old, new) for text in texts]
    sequence = "CREATE SEQUENCE IF NOT EXISTS eventlog.positions;\n"
    return sequence + "".join(texts).replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


async def positions_read(pool: Pool, ids: int = 1) -> list[int]:
    """What a reader sees that asks for what is above the last it saw, while one of two writers is slow.

    With one command id each the writers use the small function, with two the other.
    """
    log, seen = PostgresLog(pool), list[int]()

    async def look() -> None:
        seen.extend(row.position for row in await log.read(max(seen, default=0), 100))

    async with asyncio.TaskGroup() as group, _held(pool):
        group.create_task(log.append([_with_ids("account-1", ids)]))
        await _until_waiting(pool, 1)
        fast = group.create_task(log.append([_with_ids("account-2", ids)]))
        await _until_waiting(pool, 2, fast)
        await look()
    await look()
    return seen


@asynccontextmanager
async def _held(pool: Pool) -> AsyncIterator[None]:
    """Keep slow writers waiting until the block ends."""
    async with pool.acquire() as holder, holder.transaction():
        await holder.execute("SELECT pg_advisory_xact_lock($1)", HELD)
        yield


def _with_ids(stream: str, count: int) -> Chain:
    return chain(stream, commands=[KnownCommand(fresh_id(), stream, 1, 1) for _ in range(count)])


async def _until_waiting(pool: Pool, count: int, task: asyncio.Task[Written] | None = None) -> None:
    """Return when so many connections wait for a lock, or the task is done."""
    query = """SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock'"""
    for _ in range(1000):
        if (task is not None and task.done()) or await pool.fetchval(query) >= count:
            return
        await asyncio.sleep(0.005)
    raise AssertionError(f"never did {count} connections wait for a lock")
