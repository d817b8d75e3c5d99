"""A lost reply to the COMMIT is neither a failure nor a success: the same ids are sent again."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from eventlog.aggregate import Catalogue
from eventlog.chain import verify
from eventlog.clock import Clock
from eventlog.errors import Unavailable
from eventlog.keys import Keyring
from eventlog.log import EventLog
from eventlog.postgres.followers import postgres_storage
from eventlog.postgres.log import PostgresLog
from eventlog.postgres.pool import Pool, open_pool
from tests.support.account import ACCOUNT, deposit, opening
from tests.support.chains import chain
from tests.support.consuming import Consumer
from tests.support.lossy import Losses, line_to
from tests.support.records import record

STREAMS = 8
DEPOSITS = 25


async def test_two_hundred_commands_over_a_line_that_loses_replies_land_once_each(
    emptied_database: str, pool: Pool, keyring: Keyring
) -> None:
    losses = Losses(each=3)
    proxy, through = await line_to(emptied_database, losses)
    async with proxy.listening():
        lossy = await open_pool(through.format(port=proxy.port), application="lossy", size=4)
        log = EventLog(PostgresLog(lossy), Catalogue(ACCOUNT), keyring, clock=Clock())
        streams = [f"account-{n}" for n in range(STREAMS)]
        await asyncio.gather(
            *(log.execute(each, opening("p"), command_id=UUID(int=n)) for n, each in enumerate(streams))
        )

        results = await asyncio.gather(
            *(
                log.execute(each, deposit(), command_id=UUID(int=1000 * (n + 1) + m))
                for n, each in enumerate(streams)
                for m in range(DEPOSITS)
            )
        )
        lossy.terminate()

    direct = PostgresLog(pool)
    found = await direct.load(dict.fromkeys(streams, 0))
    assert losses.lost >= 5
    assert any(result.known for result in results)
    assert [list(range(1, DEPOSITS + 2))] * STREAMS == [
        [row.version for row in found[each]] for each in streams
    ]
    assert (await verify(direct)).is_whole


async def test_records_over_a_line_that_loses_replies_are_noted_once_each(
    emptied_database: str, pool: Pool
) -> None:
    losses = Losses(each=2)
    proxy, through = await line_to(emptied_database, losses)
    async with proxy.listening():
        lossy = await open_pool(through.format(port=proxy.port), application="lossy", size=4)
        consumer = Consumer(postgres_storage(lossy), patience_seconds=20)

        for n in range(1, 11):
            await consumer.inbound.receive([record("k", n, f"n{n}"), record("m", n, f"n{n}")])
        lossy.terminate()

    direct = Consumer(postgres_storage(pool))
    expected = tuple(f"n{n}" for n in range(1, 11))
    assert losses.lost >= 3
    assert expected == await direct.noted("k") == await direct.noted("m")
    assert await direct.storage.log.head() == 20


async def test_the_store_itself_says_only_that_it_does_not_know(emptied_database: str, pool: Pool) -> None:
    losses = Losses(each=1)
    proxy, through = await line_to(emptied_database, losses)
    async with proxy.listening():
        lossy = await open_pool(through.format(port=proxy.port), application="lossy", size=2)

        with pytest.raises(Unavailable):
            await PostgresLog(lossy).append([chain("account-1")])
        lossy.terminate()

    assert await PostgresLog(pool).head() == 1
