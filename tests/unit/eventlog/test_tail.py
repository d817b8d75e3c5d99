from __future__ import annotations

import asyncio

import pytest

from eventlog.clock import fresh_id
from eventlog.errors import Unavailable
from eventlog.log import EventLog
from eventlog.tail import Tail
from tests.support.account import deposit, opening
from tests.support.faulty import FaultyLog

LONG_SECONDS = 60.0


async def grown(log: EventLog, count: int = 1) -> None:
    await log.execute("account-1", opening("p"), command_id=fresh_id())
    if count > 1:
        await log.execute("account-1", deposit(times=count - 1), command_id=fresh_id())


async def test_an_own_flush_wakes_a_follower_without_a_query(log: EventLog, store: FaultyLog) -> None:
    log.tail._poll_seconds = LONG_SECONDS
    waiting = asyncio.create_task(log.tail.beyond(0))
    await asyncio.sleep(0)

    await grown(log)

    async with asyncio.timeout(1):
        await waiting
    assert (log.tail.head, store.heads_asked) == (1, 0)


async def test_what_another_instance_wrote_is_found_by_looking(log: EventLog, store: FaultyLog) -> None:
    tail = Tail(store, poll_seconds=0.001)
    waiting = asyncio.create_task(tail.beyond(0))

    await grown(log)

    async with asyncio.timeout(1):
        await waiting


async def test_one_look_serves_all_who_wait(log: EventLog, store: FaultyLog) -> None:
    tail = Tail(store, poll_seconds=0.02)
    waiting = [asyncio.create_task(tail.beyond(0)) for _ in range(10)]
    await asyncio.sleep(0)
    await grown(log)

    async with asyncio.timeout(1):
        await asyncio.gather(*waiting)

    assert store.heads_asked <= 2


async def test_when_whoever_looks_goes_away_another_one_looks(log: EventLog, store: FaultyLog) -> None:
    tail = Tail(store, poll_seconds=0.001)
    first, second = (asyncio.create_task(tail.beyond(0)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()

    await grown(log)

    async with asyncio.timeout(1):
        await second


async def test_when_whoever_looks_is_satisfied_those_further_on_look_themselves(
    log: EventLog, store: FaultyLog
) -> None:
    tail = Tail(store, poll_seconds=0.001)
    behind = asyncio.create_task(tail.beyond(0))
    ahead = asyncio.create_task(tail.beyond(3))
    await asyncio.sleep(0)
    tail.moved_to(2)
    await behind

    await grown(log, count=4)

    async with asyncio.timeout(1):
        await ahead


async def test_a_look_into_the_void_is_the_trouble_of_whoever_looked(log: EventLog, store: FaultyLog) -> None:
    tail = Tail(store, poll_seconds=0.001)
    store.away = 1
    waiting = [asyncio.create_task(tail.beyond(0)) for _ in range(3)]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    failed = [each for each in waiting if each.done()]
    await grown(log)

    async with asyncio.timeout(1):
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)

    assert len(failed) == 1
    assert sorted((isinstance(each, Unavailable) for each in outcomes), reverse=True) == [True, False, False]


async def test_waiting_ends_at_once_when_it_is_cancelled_as_the_log_grows(
    log: EventLog, store: FaultyLog
) -> None:
    """A waiter that swallowed its cancellation would never end, and the service with it."""
    tail = Tail(store, poll_seconds=LONG_SECONDS)
    waiting = asyncio.create_task(tail.beyond(0))
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    tail.moved_to(1)
    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting


@pytest.mark.parametrize(("after", "limit", "expected"), [(0, 3, [1, 2, 3]), (4, 10, [5]), (5, 10, [])])
async def test_reading_through_the_tail_is_reading_the_store(
    log: EventLog, after: int, limit: int, expected: list[int]
) -> None:
    await grown(log, count=5)
    await log.tail.read(2, 2)

    rows = await log.tail.read(after, limit)

    assert expected == [row.position for row in rows]


async def test_followers_close_together_read_each_row_from_the_store_once(
    log: EventLog, store: FaultyLog
) -> None:
    asked: list[int] = []
    read = store.read

    async def counted(after: int, limit: int) -> list[object]:
        asked.append(after)
        return list(await read(after, limit))

    store.read = counted  # type: ignore[method-assign,assignment]
    await grown(log, count=5)
    tail = Tail(store)

    pages = await asyncio.gather(*(tail.read(0, 100) for _ in range(6)))

    assert [[row.position for row in page] for page in pages] == [[1, 2, 3, 4, 5]] * 6
    assert asked == [0]
