"""Person keys in memory and in their own PostgreSQL database."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Callable

import pytest
from cryptography.exceptions import InvalidTag

from eventlog.errors import KeysUnavailable
from eventlog.keys import KeyStore, open_block, seal
from eventlog.keys.memory import MemoryKeyStore
from eventlog.keys.postgres import MIGRATIONS, PostgresKeyStore
from eventlog.postgres.migrate import migrate, migrations_in
from eventlog.postgres.pool import Pool, open_pool

MASTER = bytes(range(32))
NOBODY = "00000000-0000-8000-8000-000000000000"


@pytest.fixture
async def keys_pool(database: str) -> AsyncIterator[Pool]:
    await migrate(database, migrations_in("keys", MIGRATIONS))
    pool = await open_pool(database, application="key-tests", size=2)
    yield pool
    pool.terminate()


@pytest.fixture(params=["memory", "postgres"])
def make(request: pytest.FixtureRequest) -> Callable[[], KeyStore]:
    """Open the one key store, again and again."""
    if request.param == "memory":
        memory = MemoryKeyStore()
        return lambda: memory
    pool = request.getfixturevalue("keys_pool")
    return lambda: PostgresKeyStore(pool, MASTER)


async def test_a_minted_key_is_found_again_by_person_and_by_id(make: Callable[[], KeyStore]) -> None:
    minted = await make().mint(3)

    by_person = await make().by_person([key.person for key in minted])
    by_id = await make().by_id([key.id for key in minted])

    assert 3 == len({key.person for key in minted}) == len({key.id for key in minted})
    for key in minted:
        block = seal(b'{"a":1}', cipher=key.cipher, key_id=key.id, person=key.person, event_id="e@1")
        for found in (by_person[key.person], by_id[key.id]):
            assert (key.id, key.person) == (found.id, found.person)
            assert open_block(json.loads(block), cipher=found.cipher, event_id="e@1") == {"a": 1}


async def test_who_has_no_key_is_not_there(make: Callable[[], KeyStore]) -> None:
    assert await make().by_person([NOBODY]) == {}
    assert await make().by_id([NOBODY]) == {}


async def test_a_name_that_is_no_key_of_ours_is_not_there_and_no_outage(make: Callable[[], KeyStore]) -> None:
    for name in ("not-a-uuid", "\0", "\ud800", ""):
        assert await make().by_id([name]) == {}
        assert await make().by_person([name]) == {}


async def test_no_key_stands_in_the_database_in_clear(keys_pool: Pool) -> None:
    raw = os.urandom(32)
    store = PostgresKeyStore(keys_pool, MASTER)

    wrapped = store._wrap(raw, NOBODY)

    assert raw not in wrapped
    assert len(wrapped) == 12 + 32 + 16


async def test_another_master_key_opens_nothing(keys_pool: Pool) -> None:
    (key,) = await PostgresKeyStore(keys_pool, MASTER).mint(1)

    with pytest.raises(InvalidTag):
        await PostgresKeyStore(keys_pool, bytes(32)).by_id([key.id])


async def test_a_key_moved_to_another_person_s_row_does_not_open(keys_pool: Pool) -> None:
    store = PostgresKeyStore(keys_pool, MASTER)
    first, second = await store.mint(2)
    await keys_pool.execute(
        "UPDATE keys.person_keys SET wrapped = (SELECT wrapped FROM keys.person_keys WHERE id = $1::uuid)"
        " WHERE id = $2::uuid",
        first.id,
        second.id,
    )

    with pytest.raises(InvalidTag):
        await store.by_id([second.id])


async def test_a_key_store_that_does_not_answer_is_named_so(keys_pool: Pool) -> None:
    store = PostgresKeyStore(keys_pool, MASTER)
    (key,) = await store.mint(1)
    keys_pool.terminate()

    with pytest.raises(KeysUnavailable):
        await store.mint(1)
    with pytest.raises(KeysUnavailable):
        await store.by_id([key.id])
