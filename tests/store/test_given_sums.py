"""The day's sum on real PostgreSQL: every round counts, whatever came after it; the table is the fold of the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from eventlog.aggregate import Aggregate
from eventlog.postgres.followers import postgres_storage
from eventlog.postgres.pool import Pool
from eventlog.projections import ProjectionFollower
from eventlog.recorded import Row
from services.compensation.domain.negotiation.state import NotHeard
from services.compensation.outgoing import outgoing
from services.compensation.projections.given_sums import given_sums, given_today
from services.compensation.settlement.signing import new_signing_certificate
from shared_kernel.money import Money, money
from tests.store.settling import House, house
from tests.unit.compensation import story

PEM = new_signing_certificate("晨星家电有限公司")
EVENING = story.NOON.replace(hour=23)
LINKED = (story.RENDER, story.ISSUE, story.SIGN, story.COMPANY_SIGNS)
TODAY = [
    *(story.REGISTER, story.CLASSIFY, story.FIND, story.TERMS, story.OFFER, story.ACCEPT),
    *(replace(step, at=story.later(hours=8)) for step in LINKED),
    replace(story.pay(story.settled), at=story.later(hours=8)),
    replace(story.ARCHIVE, at=story.later(hours=8)),
]
# The same day, the complaint comes again.
AGAIN = [
    replace(story.OPEN_ROUND, at=story.later(hours=9)),
    replace(story.FIND, at=story.later(hours=9)),
    replace(story.TERMS, at=story.later(hours=9)),
]
SECOND = replace(story.OFFER, at=story.later(hours=10), sum=story.yuan("50.00"))
HIGHER = replace(SECOND, at=story.later(hours=11), sum=story.yuan("80.00"), concessions=("publicity",))
AS_TABLE = "SELECT complaint::text, round, proposer, amount, currency, given_at FROM given_sums ORDER BY 1, 2"


@pytest.fixture
def pool(compensation_pool: Pool) -> Pool:
    return compensation_pool


@pytest.fixture
def found(pool: Pool, tmp_path: Path) -> House:
    return house(pool, tmp_path, PEM)


@pytest.fixture
async def epoch(pool: Pool) -> int:
    return await postgres_storage(pool).followers.lease("test", 60) or 0


def follower(found: House, pool: Pool) -> ProjectionFollower:
    aggregate: Aggregate[Any, Any, Any] = Aggregate(story.DECIDER, outgoing)
    return ProjectionFollower(given_sums(aggregate, found.log.store), found.log, pool)


async def rows(found: House) -> Sequence[Row]:
    return await found.log.store.read(0, 100)


async def today(found: House, pool: Pool, at: datetime = EVENING, actor: str = "carl") -> Money:
    """Return what an actor gave, as an offer in the negotiation as it stands would be told."""
    state = story.DECIDER.fold(recorded.event for recorded in await found.recorded())
    assert not isinstance(state, NotHeard)
    return (await given_today(pool, state, actor=actor, at=at, currency="CNY")).here


async def test_round_that_was_settled_today_counts_when_the_next_one_is_on(
    found: House, pool: Pool, epoch: int
) -> None:
    await found.do(*TODAY, *AGAIN)
    await follower(found, pool).take(await rows(found), epoch)

    assert await today(found, pool) == story.yuan("400.00")
    assert await today(found, pool, at=story.later(days=1)) == story.yuan("0.00")
    assert await today(found, pool, actor="eve") == story.yuan("0.00")


async def test_what_was_given_in_another_currency_counts_beside_it(
    found: House, pool: Pool, epoch: int
) -> None:
    await found.do(*TODAY, *AGAIN)
    await follower(found, pool).take(await rows(found), epoch)
    state = story.DECIDER.fold(recorded.event for recorded in await found.recorded())
    assert not isinstance(state, NotHeard)
    told = await given_today(pool, state, actor="carl", at=EVENING, currency="USD")

    assert (told.here, told.elsewhere) == (money("0.00", "USD"), (story.yuan("400.00"),))


async def test_offer_takes_the_place_of_the_one_before_in_its_round(
    found: House, pool: Pool, epoch: int
) -> None:
    await found.do(*TODAY, *AGAIN, SECOND, HIGHER)
    await follower(found, pool).take(await rows(found), epoch)

    told = [(row["round"], row["amount"]) for row in await pool.fetch(AS_TABLE)]
    assert told == [(1, story.yuan("400.00").amount), (2, story.yuan("80.00").amount)]
    assert await today(found, pool) == story.yuan("400.00")


async def test_what_no_longer_stands_is_not_given(found: House, pool: Pool, epoch: int) -> None:
    await found.do(*TODAY[:5])
    live = follower(found, pool)
    await live.take(await rows(found), epoch)
    before = await pool.fetch(AS_TABLE)
    await found.do(story.TAKE_BACK)
    await live.take((await rows(found))[-1:], epoch)

    assert len(before) == 1
    assert await pool.fetch(AS_TABLE) == []


async def test_rows_are_the_fold_however_they_were_taken(found: House, pool: Pool, epoch: int) -> None:
    await found.do(*TODAY, *AGAIN, SECOND)
    every, live = await rows(found), follower(found, pool)
    for row in every:
        await live.take([row], epoch)
    followed = await pool.fetch(AS_TABLE)
    for page in (every[:9], every[:9], every[9:]):
        await follower(found, pool).take(page, epoch)
    repeated = await pool.fetch(AS_TABLE)
    await pool.execute("TRUNCATE given_sums")
    await follower(found, pool).take(every, epoch)

    assert len(followed) == 2
    assert followed == repeated == await pool.fetch(AS_TABLE)
