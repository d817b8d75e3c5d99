"""Statements that come close together keep their connection; the pool gets it back when they stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from eventlog.postgres.pool import Line, Pool, open_pool

BACKEND = "SELECT pg_backend_pid()"


@pytest.fixture
async def small(emptied_database: str) -> AsyncIterator[Pool]:
    """A pool of four connections."""
    small = await open_pool(emptied_database, application="line", size=4)
    yield small
    small.terminate()


async def backend(line: Line) -> int:
    return int((await line.fetch(BACKEND))[0][0])


def lent(pool: Pool) -> int:
    return pool.get_size() - pool.get_idle_size()


async def test_statements_one_after_another_keep_one_connection(small: Pool) -> None:
    line = Line(small)

    found = [(await backend(line), lent(small)) for _ in range(20)]

    assert {(found[0][0], 1)} == set(found)


async def test_what_nobody_uses_any_more_goes_back_so_that_a_pool_can_close(small: Pool) -> None:
    line = Line(small)
    await asyncio.gather(*(backend(line) for _ in range(8)))

    async with asyncio.timeout(2):
        await small.close()


async def test_more_statements_at_once_than_connections_are_kept_all_come_through(small: Pool) -> None:
    line = Line(small)

    assert len(await asyncio.gather(*(backend(line) for _ in range(50)))) == 50
    assert lent(small) <= Line.KEPT_MAX


async def test_others_get_connections_while_one_is_kept(small: Pool) -> None:
    line = Line(small)
    await backend(line)

    async with asyncio.timeout(2):
        taken = [await small.acquire() for _ in range(4)]

    for each in taken:
        await small.release(each)


async def test_callers_that_wait_are_served_before_those_that_come_later(small: Pool) -> None:
    line = Line(small)
    others = [await small.acquire() for _ in range(3)]
    served: list[str] = []

    async def ask(name: str) -> None:
        await backend(line)
        served.append(name)

    async def again_and_again() -> None:
        while "waits" not in served:
            await ask("busy")

    async with asyncio.timeout(5):
        await asyncio.gather(again_and_again(), ask("waits"))

    for each in others:
        await small.release(each)


async def test_last_connection_of_a_pool_is_not_kept(emptied_database: str) -> None:
    single = await open_pool(emptied_database, application="line", size=1)
    line = Line(single)

    await backend(line)

    assert lent(single) == 0
    single.terminate()


async def test_statement_that_fails_gives_its_connection_back_and_the_next_one_works(small: Pool) -> None:
    line = Line(small)

    with pytest.raises(asyncpg.UndefinedTableError):
        await line.fetch("SELECT * FROM no_such_table")

    assert lent(small) == 0
    assert await backend(line) > 0


async def test_connection_that_died_while_it_was_kept_is_not_used(small: Pool, pool: Pool) -> None:
    line = Line(small)
    died = await backend(line)
    (connection,) = line._kept
    closed = asyncio.Event()
    connection.add_termination_listener(lambda _connection: closed.set())
    await pool.execute("SELECT pg_terminate_backend($1)", died)
    await closed.wait()

    assert await backend(line) != died


async def test_caller_that_goes_away_in_mid_statement_leaves_no_connection_behind(small: Pool) -> None:
    line = Line(small)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await line.fetch("SELECT pg_sleep(60)")

    async with asyncio.timeout(5):
        await small.close()
