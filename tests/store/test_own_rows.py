"""What a process has just written reaches its followers as the store would give it, and without asking the store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import pairwise

import pytest

from eventlog.clock import fresh_id
from eventlog.decider import Refused
from eventlog.log import EventLog
from eventlog.recorded import Row
from eventlog.store import Storage
from tests.support.account import deposit, opening

PAGE = 100


async def written(log: EventLog, name: str, *, deposits: int = 1) -> None:
    await log.execute(name, opening("p"), command_id=fresh_id())
    await log.execute(name, deposit(times=deposits), command_id=fresh_id())


@pytest.fixture
def read(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The positions after which the store was read."""
    asked: list[int] = []
    store_read = storage.log.read

    async def counted(after: int, limit: int) -> list[Row]:
        asked.append(after)
        return await store_read(after, limit)

    monkeypatch.setattr(storage.log, "read", counted)
    return asked


async def test_own_rows_are_those_of_the_store_to_the_last_field(log: EventLog, storage: Storage) -> None:
    await asyncio.gather(*(written(log, f"account-{number}", deposits=3) for number in range(20)))
    with pytest.raises(Refused):
        await log.execute("account-none", deposit(), command_id=fresh_id())

    rows = await log.tail.read(0, PAGE)

    assert len(rows) == 80
    assert repr(rows) == repr(await storage.log.read(0, PAGE))


async def test_follower_that_is_up_to_date_never_asks_the_store(log: EventLog, read: list[int]) -> None:
    await written(log, "account-1")
    await log.tail.read(0, PAGE)
    await written(log, "account-2", deposits=4)

    rows = await log.tail.read(2, PAGE)

    assert [row.position for row in rows] == [3, 4, 5, 6, 7]
    assert read == []


async def test_rows_of_another_instance_in_between_come_from_the_store(
    open_log: Callable[[], EventLog], storage: Storage, read: list[int]
) -> None:
    here, there = open_log(), open_log()
    for turn in range(6):
        await written((here, there)[turn % 2], f"account-{turn}", deposits=turn + 1)
        at = 0
        while page := await here.tail.read(at, 4):
            assert [row.position for row in page] == list(range(at + 1, at + 1 + len(page)))
            at = page[-1].position

    assert repr(await here.tail.read(0, PAGE)) == repr(await storage.log.read(0, PAGE))
    assert read


async def test_follower_far_behind_reads_all_there_is_in_order(log: EventLog, storage: Storage) -> None:
    log.tail._own = type(log.tail._own)(maxlen=5)
    for number in range(6):
        await written(log, f"account-{number}", deposits=2)

    found, at = list[Row](), 0
    while page := await log.tail.read(at, 4):
        found += page
        at = page[-1].position

    assert all(later.position == earlier.position + 1 for earlier, later in pairwise(found))
    assert repr(found) == repr(await storage.log.read(0, PAGE))
