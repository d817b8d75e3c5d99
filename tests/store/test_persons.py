"""Who complains, on real PostgreSQL: whoever is added at the same time gets a person of their own, and only once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence

import pytest

from eventlog.keys import Keyring, PersonKey
from eventlog.postgres.migrate import engine_migrations, migrate, migrations_in
from eventlog.postgres.pool import Pool, open_pool
from services.intake.app import SERVICE
from services.intake.persons import Persons

HASH_KEY = bytes(32)
EMAIL, PHONE = ("email", "anna@example.org"), ("phone", "+8613800000001")


@pytest.fixture
async def intake_pool(another_database: str) -> AsyncIterator[Pool]:
    await migrate(another_database, [*engine_migrations(), *migrations_in("intake", SERVICE.migrations)])
    pool = await open_pool(another_database, application="store-tests", size=6)
    try:
        yield pool
    finally:
        pool.terminate()


class Overtaken(Persons):
    """One that another process overtakes once, between its look and its insertion."""

    overtaking: tuple[Persons, tuple[tuple[str, str], ...]] | None = None

    async def _assigned(
        self, hashed: Sequence[Sequence[bytes]], known: Mapping[bytes, str]
    ) -> tuple[list[str], list[PersonKey]]:
        found = await super()._assigned(hashed, known)
        if self.overtaking is not None:
            (other, marks), self.overtaking = self.overtaking, None
            await other.resolve(marks)
        return found


async def test_person_overtaken_at_one_mark_is_given_to_nobody_else(
    intake_pool: Pool, keyring: Keyring
) -> None:
    here, there = Overtaken(intake_pool, keyring, HASH_KEY), Persons(intake_pool, keyring, HASH_KEY)
    here.overtaking = (there, (PHONE,))

    anna, neighbour = await asyncio.gather(
        here.resolve((EMAIL, PHONE)), here.resolve((("email", "bert@example.org"),))
    )
    strangers = [await here.resolve((("email", f"c{number}@example.org"),)) for number in range(5)]

    assert anna == await there.resolve((PHONE,)) == await there.resolve((EMAIL,))
    assert len({anna, neighbour, *strangers}) == 7


async def test_many_with_the_same_marks_at_once_are_one_person(intake_pool: Pool, keyring: Keyring) -> None:
    indexes = [Persons(intake_pool, keyring, HASH_KEY) for _ in range(4)]

    found = await asyncio.gather(
        *(
            index.resolve((EMAIL, PHONE) if turn % 2 else (PHONE, EMAIL))
            for turn in range(5)
            for index in indexes
        )
    )

    assert len(set(found)) == 1
