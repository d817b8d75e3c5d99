"""Position order is commit order without gaps, whoever writes, from however many instances (PostgreSQL)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID

import asyncpg
import pytest

from eventlog.aggregate import Catalogue
from eventlog.chain import verify
from eventlog.clock import Clock, fresh_id
from eventlog.flush import KnownCommand, TimerChange, Verdict
from eventlog.keys import Keyring
from eventlog.log import EventLog
from eventlog.postgres.log import PostgresLog
from eventlog.postgres.pool import Pool, open_pool
from tests.support.account import ACCOUNT, NOON, deposit, opening
from tests.support.chains import chain
from tests.support.planted import (
    IDS_NOT_JUDGED,
    LATE_LOCK,
    NO_LOCK,
    SLOW_WRITER,
    TIMERS_NOT_JUDGED,
    Changes,
    append_with,
    positions_read,
)

INSTANCES, STREAMS, WRITERS, COMMANDS = 3, 8, 64, 6

Plant = Callable[[Changes], Awaitable[None]]
# A chain of one event and one command id is written by a function of its own.
either_function = pytest.mark.parametrize("ids", [1, 2])


@pytest.fixture
async def plant(pool: Pool) -> AsyncIterator[Plant]:
    """Replace the function by one with a planted bug; the real one is back afterwards."""

    async def put(changes: Changes) -> None:
        await pool.execute(append_with(changes))

    yield put
    await pool.execute(append_with())


@asynccontextmanager
async def instances(dsn: str, keyring: Keyring) -> AsyncIterator[list[EventLog]]:
    async with AsyncExitStack() as stack:
        pools = [await open_pool(dsn, application=f"instance-{n}", size=4) for n in range(INSTANCES)]
        for pool in pools:
            stack.callback(pool.terminate)
        yield [EventLog(PostgresLog(pool), Catalogue(ACCOUNT), keyring, clock=Clock()) for pool in pools]


async def positions_until(log: PostgresLog, last: int) -> list[int]:
    """Read what is above the last position seen, again and again, up to `last`."""
    seen: list[int] = []
    while max(seen, default=0) < last:
        seen.extend(row.position for row in await log.read(max(seen, default=0), 7))
    return seen


async def test_sixty_four_writers_on_eight_streams_from_three_instances_leave_no_gap(
    emptied_database: str, pool: Pool, keyring: Keyring
) -> None:
    total = STREAMS + WRITERS * COMMANDS
    streams = [f"account-{n}" for n in range(STREAMS)]
    direct = PostgresLog(pool)
    async with instances(emptied_database, keyring) as logs:
        await asyncio.gather(
            *(logs[0].execute(each, opening("p"), command_id=fresh_id()) for each in streams)
        )

        async def write(number: int) -> None:
            for _ in range(COMMANDS):
                await logs[number % INSTANCES].execute(
                    streams[number % STREAMS], deposit(), command_id=fresh_id()
                )

        async with asyncio.timeout(60):
            seen, *_ = await asyncio.gather(
                positions_until(direct, total), *(write(number) for number in range(WRITERS))
            )

    assert list(range(1, total + 1)) == seen
    found = await direct.load(dict.fromkeys(streams, 0))
    for each in streams:
        assert list(range(1, total // STREAMS + 1)) == [row.version for row in found[each]]
    assert (await verify(direct)).is_whole


@either_function
async def test_a_reader_sees_each_position_once_in_order_though_a_writer_is_slow(
    pool: Pool, plant: Plant, ids: int
) -> None:
    await plant(SLOW_WRITER)

    assert await positions_read(pool, ids) == [1, 2]


async def test_a_slow_small_writer_and_a_slow_large_one_wait_for_each_other(pool: Pool, plant: Plant) -> None:
    await plant(SLOW_WRITER)
    log = PostgresLog(pool)

    writers = (log.append([chain(f"account-1{n}", events=n % 2 + 1)]) for n in range(4))
    positions = [(written.base_position, n) for n, written in enumerate(await asyncio.gather(*writers))]

    assert max(start + n % 2 + 1 for start, n in positions) == await log.head() == 6
    assert [row.position for row in await log.read(0, 100)] == list(range(1, 7))
    assert (await verify(log)).is_whole


@either_function
async def test_a_lock_taken_after_the_insert_is_caught_by_the_reader(
    pool: Pool, plant: Plant, ids: int
) -> None:
    await plant(LATE_LOCK)

    assert await positions_read(pool, ids) != [1, 2]


@either_function
async def test_a_missing_lock_is_caught_as_two_events_at_one_position(
    pool: Pool, plant: Plant, ids: int
) -> None:
    await plant(NO_LOCK)

    with pytest.raises(ExceptionGroup) as caught:
        await positions_read(pool, ids)

    assert caught.group_contains(asyncpg.UniqueViolationError)


async def test_a_database_set_to_repeatable_read_writes_as_any_other(
    emptied_database: str, pool: Pool, plant: Plant
) -> None:
    await plant(SLOW_WRITER)
    name = await pool.fetchval("SELECT current_database()")
    await pool.execute(f"ALTER DATABASE \"{name}\" SET default_transaction_isolation = 'repeatable read'")
    strict = await open_pool(emptied_database, application="strict", size=4)
    try:
        assert await positions_read(strict) == [1, 2]
    finally:
        strict.terminate()
        await pool.execute(f'ALTER DATABASE "{name}" RESET default_transaction_isolation')


async def written_beside_a_known_id(pool: Pool) -> int:
    """How many events a chain writes of which one of two command ids is known."""
    log = PostgresLog(pool)
    known, fresh = (KnownCommand(UUID(int=n), "account-1", 1, 1) for n in (1, 2))
    await log.append([chain("account-1", commands=[known])])
    before = await log.head()

    await log.append([chain("account-2", events=2, commands=[known, fresh])])

    return await log.head() - before


async def test_a_chain_with_a_known_id_writes_nothing_of_it(pool: Pool) -> None:
    assert await written_beside_a_known_id(pool) == 0
    assert await PostgresLog(pool).known([UUID(int=2)]) == {}


async def test_half_a_command_is_caught_as_events_of_a_chain_that_did_not_stand(
    pool: Pool, plant: Plant
) -> None:
    await plant(IDS_NOT_JUDGED)

    assert await written_beside_a_known_id(pool) != 0


async def fires_although_moved(pool: Pool, ids: int) -> bool:
    """Whether a timer fires that was found due and moved before it was fired."""
    log = PostgresLog(pool)
    later = NOON.replace(year=2999)
    await log.append([chain("account-1", timers=[TimerChange("reminder", NOON)])])
    (due,) = await log.due_timers(10)
    await log.append([chain("account-1", expected=1, timers=[TimerChange("reminder", later)])])

    commands = [KnownCommand(fresh_id(), "account-1", 3, 1) for _ in range(ids)]
    firing = chain("account-1", expected=2, commands=commands, fired=(due.name, due.due))
    (verdict,) = (await log.append([firing])).verdicts
    return verdict is Verdict.WRITTEN


@either_function
async def test_a_timer_that_was_moved_does_not_fire_any_more(pool: Pool, ids: int) -> None:
    assert not await fires_although_moved(pool, ids)


@either_function
async def test_a_timer_without_its_row_check_is_caught_as_fired_though_moved(
    pool: Pool, plant: Plant, ids: int
) -> None:
    await plant(TIMERS_NOT_JUDGED)

    assert await fires_although_moved(pool, ids)
