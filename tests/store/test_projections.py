"""Projections follow the log by position, and every row is the fold of its stream (PostgreSQL)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest

from eventlog.errors import Fenced, Unavailable, UnreadableEvent
from eventlog.log import EventLog
from eventlog.postgres.followers import postgres_storage
from eventlog.postgres.pool import Connection, Pool
from eventlog.projections import ProjectionFollower, reached
from eventlog.recorded import Recorded
from eventlog.state_rows import StateRows
from eventlog.store import Storage
from tests.support.account import ACCOUNT, Account
from tests.support.following import filled, follow_until, reaction

UPSERT = """
INSERT INTO public.balances (stream, balance) VALUES ($1, $2)
ON CONFLICT (stream) DO UPDATE SET balance = excluded.balance
"""


@pytest.fixture
def storage(pool: Pool) -> Storage:
    return postgres_storage(pool)


@pytest.fixture
async def epoch(storage: Storage) -> int:
    return await storage.followers.lease("test", 60) or 0


@pytest.fixture
async def table(pool: Pool) -> AsyncIterator[Pool]:
    await pool.execute("CREATE TABLE public.balances (stream text PRIMARY KEY, balance integer NOT NULL)")
    yield pool
    await pool.execute("DROP TABLE public.balances")


def row_of(stream: str, state: Account) -> tuple[str, int]:
    return stream, state.balance


def state_rows(log: EventLog) -> StateRows:
    return StateRows("balances", ACCOUNT, log.store, row_of=row_of, upsert=UPSERT)


class Failing(StateRows):
    """Fails once, after the rows and before the checkpoint."""

    has_failed = False

    async def fold(self, connection: Connection, events: Sequence[Recorded[Any]]) -> None:
        await super().fold(connection, events)
        if not self.has_failed:
            self.has_failed = True
            raise Unavailable("away for a moment")


async def balances(pool: Pool) -> dict[str, int]:
    return {row["stream"]: row["balance"] for row in await pool.fetch("SELECT * FROM public.balances")}


async def test_rows_equal_the_fold_after_any_page(log: EventLog, table: Pool, epoch: int) -> None:
    rows = await filled(log)
    follower = ProjectionFollower(state_rows(log), log, table)

    await follower.take(rows[:3], epoch)
    first = await balances(table)
    await follower.take(rows[3:6], epoch)
    second = await balances(table)
    await follower.take(rows[6:], epoch)

    assert [first, second] == [{"account-1": 3}, {"account-1": 6, "account-2": 1}]
    assert await balances(table) == {"account-1": 6, "account-2": 6}


async def test_a_page_taken_twice_changes_nothing(log: EventLog, table: Pool, epoch: int) -> None:
    rows = await filled(log)
    follower = ProjectionFollower(state_rows(log), log, table)

    for page in (rows[:4], rows[:4], rows[4:], rows[4:]):
        await follower.take(page, epoch)

    assert await balances(table) == {"account-1": 6, "account-2": 6}


async def test_a_rebuild_equals_what_followed_live(
    open_log: Callable[[], EventLog], log: EventLog, table: Pool, epoch: int
) -> None:
    rows = await filled(log)
    live = ProjectionFollower(state_rows(log), log, table)
    for row in rows:
        await live.take([row], epoch)
    followed = await balances(table)
    await table.execute("TRUNCATE public.balances")

    await ProjectionFollower(state_rows(open_log()), open_log(), table).take(rows, epoch)

    assert followed == await balances(table)


async def test_rows_and_checkpoint_commit_together_or_not_at_all(
    log: EventLog, storage: Storage, table: Pool, epoch: int
) -> None:
    rows = await filled(log)
    follower = ProjectionFollower(state_rows(log), log, table)

    with pytest.raises(Fenced):
        await follower.take(rows, epoch + 1)
    before = await balances(table), await storage.followers.checkpoint("balances")
    await follower.take(rows, epoch)

    assert before == ({}, 0)
    assert await balances(table) == {"account-1": 6, "account-2": 6}
    assert len(rows) == await storage.followers.checkpoint("balances")


async def test_a_projection_does_not_pass_by_what_it_cannot_read(
    open_log: Callable[[], EventLog], table: Pool, storage: Storage, epoch: int
) -> None:
    await filled(open_log())
    log = open_log()
    await table.execute("UPDATE eventlog.events SET type = 'account.renamed' WHERE position = 3")

    with pytest.raises(UnreadableEvent):
        await follow_until(ProjectionFollower(state_rows(log), log, table), log, storage, epoch)
    with pytest.raises(UnreadableEvent):
        await follow_until(reaction(log, storage), log, storage, epoch)

    assert await storage.followers.checkpoint("balances") == 0


async def test_who_waits_for_a_position_is_told_when_it_is_reached(
    log: EventLog, table: Pool, storage: Storage, epoch: int
) -> None:
    rows = await filled(log)
    waiting = asyncio.create_task(reached(storage.followers, "balances", len(rows)))
    too_far = await reached(storage.followers, "balances", len(rows), seconds_max=0.02)

    await ProjectionFollower(state_rows(log), log, table).take(rows, epoch)

    assert not too_far
    assert await waiting


async def test_a_projection_whose_table_fails_keeps_its_place(
    log: EventLog, table: Pool, storage: Storage, epoch: int
) -> None:
    rows = await filled(log)

    failing = Failing("balances", ACCOUNT, log.store, row_of=row_of, upsert=UPSERT)

    await follow_until(ProjectionFollower(failing, log, table), log, storage, epoch)

    assert await balances(table) == {"account-1": 6, "account-2": 6}
    assert len(rows) == await storage.followers.checkpoint("balances")
