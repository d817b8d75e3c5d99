"""The ways of writing that get slow in time: a plan made on empty tables, and a row updated by every flush."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from eventlog.clock import fresh_id
from eventlog.flush import InboxAdvance, KnownCommand, TimerChange
from eventlog.postgres.log import SQL, PostgresLog
from eventlog.postgres.pool import Pool, open_pool
from tests.support.account import NOON
from tests.support.chains import chain
from tests.support.planted import HOT_ROW, PLANNED_FREELY, append_with

FILL = """
INSERT INTO eventlog.events (position, stream, version, type, schema_version, at, recorded_at, correlation_id, body)
SELECT 1000 + n, 'filled-' || n / 10, n % 10 + 1, 't', 1, now(), now(), '1', '\\x00' FROM generate_series(0, 29999) n;
INSERT INTO eventlog.commands (id, stream, version, events, recorded_at)
SELECT gen_random_uuid(), 'filled', 1, 1, now() FROM generate_series(1, 30000);
INSERT INTO eventlog.links (last_position, first_position, hash) SELECT 1000 + n, 1000 + n, '' FROM generate_series(0, 29999) n;
INSERT INTO eventlog.timers (stream, name, due_at) SELECT 'filled-' || n, 'a', '2999-01-01' FROM generate_series(1, 30000) n;
INSERT INTO eventlog.inbox (topic, key, last_sequence, last_hash) SELECT 't', 'filled-' || n, 1, '' FROM generate_series(1, 30000) n;
"""
BIG = ("events", "commands", "links", "timers", "inbox")
# A flush of one small chain is written by a function of its own.
either_function = pytest.mark.parametrize("chains", [1, 2])
COUNTERS = """
SELECT relname, seq_scan, n_tup_upd FROM pg_stat_user_tables
 WHERE schemaname = 'eventlog' AND relname IN ('events', 'commands', 'links', 'timers', 'inbox', 'clock', 'leader')
"""


@pytest.fixture
async def alone(emptied_database: str, pool: Pool) -> AsyncIterator[Pool]:
    """A pool of one connection, whose plans are made on empty tables and kept."""
    await pool.execute("VACUUM (ANALYZE) eventlog.events, eventlog.commands, eventlog.timers, eventlog.inbox")
    alone = await open_pool(emptied_database, application="plans", size=1)
    yield alone
    alone.terminate()
    await pool.execute(append_with())


def everything(number: int, *, expected: int = 0) -> Any:
    """A chain with all that a chain may hold."""
    name = f"account-{number}"
    return chain(
        name,
        expected=expected,
        commands=[KnownCommand(fresh_id(), name, expected + 1, 1)],
        inbox=[InboxAdvance("t", name, expected, expected + 1, b"")],
        timers=[TimerChange("b", NOON)],
        fired=("b", NOON) if expected else None,
    )


async def counted(pool: Pool, column: str) -> dict[str, int]:
    await pool.fetch("SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()")
    return {row["relname"]: row[column] for row in await pool.fetch(COUNTERS)}


async def scans_after_growth(alone: Pool, chains: int) -> dict[str, int]:
    """How often whole tables are read by appends whose plans date from when the tables were empty."""
    log = PostgresLog(alone)

    def flush(number: int, expected: int = 0) -> list[Any]:
        return [everything(number + 100 * n, expected=expected) for n in range(chains)]

    for number in range(8):
        await log.append(flush(number))
    await alone.execute(FILL)
    before = await counted(alone, "seq_scan")
    for number in range(20):
        await log.append(flush(number, 1 if number < 8 else 0))
    after = await counted(alone, "seq_scan")
    # The clock holds one row: reading it whole is the way.
    return {
        name: after[name] - before[name] for name in after if name != "clock" and after[name] != before[name]
    }


@either_function
async def test_a_plan_made_on_empty_tables_goes_on_using_the_indexes(alone: Pool, chains: int) -> None:
    assert await scans_after_growth(alone, chains) == {}


@either_function
async def test_a_freely_planned_function_is_caught_as_reading_whole_tables(alone: Pool, chains: int) -> None:
    await alone.execute(append_with(PLANNED_FREELY))

    assert await scans_after_growth(alone, chains) != {}


async def test_the_function_carries_its_own_planner_settings(pool: Pool) -> None:
    settings = await pool.fetchval("SELECT proconfig FROM pg_proc WHERE proname = 'append'")

    assert {"enable_seqscan=off", "plan_cache_mode=force_generic_plan"} <= set(settings)


async def updates_of_appends(alone: Pool) -> dict[str, int]:
    """Which tables' rows are updated by appends that only add."""
    log = PostgresLog(alone)
    before = await counted(alone, "n_tup_upd")
    for number in range(20):
        await log.append([chain(f"account-{number}", commands=[KnownCommand(fresh_id(), "s", 1, 1)])])
    after = await counted(alone, "n_tup_upd")
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


async def test_no_row_is_updated_by_an_append_so_that_no_long_snapshot_slows_it(alone: Pool) -> None:
    assert await updates_of_appends(alone) == {}


async def test_a_head_row_updated_by_every_flush_is_caught(alone: Pool) -> None:
    await alone.execute(append_with(HOT_ROW))

    assert await updates_of_appends(alone) == {"clock": 20}


QUERIES: dict[str, tuple[Any, ...]] = {
    "load": (["filled-7", "filled-8"], [0, 3]),
    "read": (12_345, 500),
    "head": (),
    "known": ([fresh_id()],),
    "links": (12_345, 500),
    "due_timers": (500,),
    "next_due": (),
    "inbox_states": (["t", "t"], ["filled-7", "none"]),
    "parked_from": ("t", "filled-7", 2),
}


async def test_no_query_of_the_log_reads_a_whole_table(alone: Pool) -> None:
    await alone.execute(FILL)
    await alone.execute(
        "ANALYZE eventlog.events, eventlog.commands, eventlog.links, eventlog.timers, eventlog.inbox"
    )

    found = [
        (name, node["Node Type"], node.get("Relation Name"))
        for name, arguments in QUERIES.items()
        for node in nodes_of(await plan_of(alone, SQL[name], arguments))
        if reads_much(node)
    ]

    assert found == []


async def test_a_query_over_arrays_is_planned_once(alone: Pool) -> None:
    for _ in range(20):
        await alone.fetch(SQL["load"], ["filled-7"], [0])

    planned = await alone.fetchrow(
        "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement = $1", SQL["load"]
    )

    assert planned is not None
    assert tuple(planned) == (20, 0)


async def plan_of(alone: Pool, query: str, arguments: tuple[Any, ...]) -> dict[str, Any]:
    (explained,) = json.loads(await alone.fetchval(f"EXPLAIN (ANALYZE, FORMAT json) {query}", *arguments))
    plan: dict[str, Any] = explained["Plan"]
    return plan


def reads_much(node: dict[str, Any]) -> bool:
    """True for a node that looks at far more rows than it returns."""
    is_whole = node["Node Type"] == "Seq Scan" and node["Relation Name"] in BIG
    return is_whole or node.get("Rows Removed by Filter", 0) > 100


def nodes_of(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for each in plan.get("Plans", ()):
        yield from nodes_of(each)
