"""A settlement whose evidence is missing waits for it; the others go on, and nothing is done twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from eventlog.errors import Unavailable
from eventlog.memory import memory_storage
from eventlog.postgres.pool import Pool, open_pool
from eventlog.reactions import React, Reaction
from services.compensation.settlement.aside import Aside
from services.compensation.settlement.settling import LISTENS_TO
from services.compensation.settlement.signing import new_signing_certificate
from services.compensation.settlement.vault import NotInVault
from tests.store.settling import House, house
from tests.support.consuming import Counting
from tests.unit.compensation import story

PEM = new_signing_certificate("晨星家电有限公司")
AT = story.later(hours=8)


@pytest.fixture
def pool(compensation_pool: Pool) -> Pool:
    return compensation_pool


@pytest.fixture
async def found(pool: Pool, tmp_path: Path) -> House:
    """Both have agreed, the customer has signed, and the door that held the consent died."""
    made = house(pool, tmp_path, PEM)
    await made.do(story.REGISTER, story.CLASSIFY, story.FIND, story.TERMS, story.OFFER, story.ACCEPT)
    await made.settle_what_is_open(AT)
    await made.consent(AT, name="李华")
    return made


@pytest.fixture
def aside(found: House, pool: Pool, observer: Counting) -> Aside:
    return Aside(found.log, pool, found.settling, observer)


@pytest.fixture
def observer() -> Counting:
    return Counting()


def reaction(found: House, follow_up: React) -> Reaction:
    return Reaction("settling", found.log, memory_storage().followers, follow_up, listens_to=LISTENS_TO)


async def types(found: House) -> list[str]:
    return [each.event.TYPE for each in await found.recorded()]


async def test_signature_without_its_consent_is_set_aside_and_served_once_it_is_back(
    found: House, pool: Pool, aside: Aside, observer: Counting
) -> None:
    signed, before = (await found.recorded())[-1], await types(found)
    [held] = await pool.fetch("DELETE FROM consents_held RETURNING *")
    with pytest.raises(NotInVault):
        await found.settling.follow_up(signed, AT)

    assert await aside.follow_up(signed, AT) == ()
    assert await aside.follow_up(signed, AT) == ()
    await aside.try_again(reaction(found, found.settling.follow_up))
    assert await types(found) == before
    assert observer.counted["events_set_aside",] == 1

    await pool.execute("INSERT INTO consents_held VALUES ($1, $2, $3, $4, $5)", *held)
    await aside.try_again(reaction(found, found.settling.follow_up))
    after = await types(found)
    await aside.try_again(reaction(found, found.settling.follow_up))

    assert after.count("negotiation.settled") == 1
    assert await types(found) == after
    assert observer.counted["events_set_aside",] == 0


async def test_what_does_not_open_holds_up_no_other(found: House, pool: Pool, aside: Aside) -> None:
    await pool.execute("UPDATE consents_held SET sealed = 'altered'")
    followers = memory_storage().followers
    epoch = await followers.lease("test", 60) or 0
    rows = await found.log.tail.read(0, 500)
    settling = Reaction("settling", found.log, followers, aside.follow_up, listens_to=LISTENS_TO)
    before = await types(found)

    await settling.take(rows, epoch)

    assert await followers.checkpoint("settling") == len(rows) == len(before)
    assert await types(found) == before


async def test_database_that_is_away_sets_nothing_aside(
    found: House, pool: Pool, aside: Aside, compensation_database: str
) -> None:
    signed = (await found.recorded())[-1]
    pool.terminate()
    with pytest.raises(Unavailable):
        await aside.follow_up(signed, AT)

    again = await open_pool(compensation_database, application="store-tests", size=1)
    assert await again.fetchval("SELECT count(*) FROM settling_aside") == 0
    again.terminate()
