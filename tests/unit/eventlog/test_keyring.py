from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from eventlog.errors import KeysUnavailable, Unavailable
from eventlog.keys import Keyring, PersonKey
from eventlog.keys.memory import MemoryKeyStore


class AwayKeyStore(MemoryKeyStore):
    """A key store that can be away; it notes what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.is_away = False
        self.asked: list[list[str] | int] = []

    async def mint(self, count: int) -> list[PersonKey]:
        self._note(count)
        return await super().mint(count)

    async def by_person(self, persons: Iterable[str]) -> Mapping[str, PersonKey]:
        wanted = list(persons)
        self._note(wanted)
        return await super().by_person(wanted)

    async def by_id(self, key_ids: Iterable[str]) -> Mapping[str, PersonKey]:
        wanted = list(key_ids)
        self._note(wanted)
        return await super().by_id(wanted)

    def _note(self, asked: list[str] | int) -> None:
        if self.is_away:
            raise KeysUnavailable("away")
        self.asked.append(asked)


@pytest.fixture
def store() -> AwayKeyStore:
    return AwayKeyStore()


async def refilled(keyring: Keyring) -> None:
    while keyring._refill is not None:
        await asyncio.wait([keyring._refill])


async def test_persons_come_from_the_stock_while_the_store_is_away(store: AwayKeyStore) -> None:
    keyring = Keyring(store, stock=10)
    await keyring.new_persons(1)
    store.is_away = True

    taken = await keyring.new_persons(9)

    assert len({key.person for key in taken}) == 9


async def test_a_used_up_stock_says_that_keys_are_not_to_be_had(store: AwayKeyStore) -> None:
    keyring = Keyring(store, stock=2)
    await keyring.new_persons(1)
    store.is_away = True
    await keyring.new_persons(1)

    with pytest.raises(KeysUnavailable):
        await keyring.new_persons(1)


async def test_keys_that_are_not_to_be_had_are_transient_trouble() -> None:
    assert issubclass(KeysUnavailable, Unavailable)


async def test_a_low_stock_is_filled_up_before_anybody_waits_for_it(store: AwayKeyStore) -> None:
    keyring = Keyring(store, stock=10)
    await keyring.new_persons(1)
    await keyring.new_persons(5)
    await refilled(keyring)
    store.is_away = True

    assert len(await keyring.new_persons(14)) == 14


async def test_filling_up_in_vain_is_tried_again_and_troubles_nobody(store: AwayKeyStore) -> None:
    keyring, unheard = Keyring(store, stock=4), list[dict[str, Any]]()
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: unheard.append(context))
    await keyring.new_persons(1)
    store.is_away = True
    await keyring.new_persons(2)
    await refilled(keyring)
    store.is_away = False

    await keyring.new_persons(1)
    await refilled(keyring)

    assert len(keyring._stock) == 4
    assert unheard == []


async def test_a_person_given_back_is_given_out_again(store: AwayKeyStore) -> None:
    keyring = Keyring(store, stock=0)
    (key,) = await keyring.new_persons(1)
    keyring.give_back(key)
    store.is_away = True

    assert [key] == await keyring.new_persons(1)


async def test_no_person_is_given_out_twice(store: AwayKeyStore) -> None:
    keyring = Keyring(store, stock=8)

    taken = await asyncio.gather(*(keyring.new_persons(3) for _ in range(20)))

    assert len({key.person for keys in taken for key in keys}) == 60


async def test_keys_are_asked_for_in_one_go_and_then_known(store: AwayKeyStore) -> None:
    minted = await store.mint(3)
    store.asked.clear()
    keyring = Keyring(store)
    persons = [key.person for key in minted]

    first = await keyring.for_persons(persons)
    second = await keyring.for_persons(persons)

    assert {key.person: key for key in minted} == first == second
    assert [persons] == store.asked


async def test_a_fresh_person_is_known_by_person_and_by_key_without_asking(store: AwayKeyStore) -> None:
    keyring = Keyring(store)
    (key,) = await keyring.new_persons(1)
    store.is_away = True

    assert {key.person: key} == await keyring.for_persons([key.person])
    assert {key.id: key} == await keyring.for_ids([key.id])
    assert key == keyring.cached_for(key.person)


async def test_an_erased_person_is_forgotten_when_the_cache_is_old(store: AwayKeyStore) -> None:
    keyring = Keyring(store, cache_seconds=0.0)
    (key,) = await keyring.new_persons(1)
    await store.erase(key.person)

    assert keyring.cached_for(key.person) is None
    assert {key.person: None} == await keyring.for_persons([key.person])
    assert {key.id: None} == await keyring.for_ids([key.id])


async def test_what_was_absent_is_asked_for_again(store: AwayKeyStore) -> None:
    keyring = Keyring(store)
    assert await keyring.for_persons(["nobody"]) == {"nobody": None}

    await keyring.for_persons(["nobody"])

    assert store.asked == [["nobody"], ["nobody"]]


async def test_a_store_that_is_away_is_named_so_for_keys_not_held(store: AwayKeyStore) -> None:
    store.is_away = True

    with pytest.raises(KeysUnavailable):
        await Keyring(store).for_ids(["some key"])


async def test_the_keys_held_are_bounded(store: AwayKeyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventlog.keys.keyring.CACHE_KEYS_MAX", 5)
    keyring = Keyring(store)

    keys = await keyring.new_persons(20)

    assert 5 == len(keyring._persons) == len(keyring._ids)
    assert [keyring.cached_for(key.person) is not None for key in keys] == [False] * 15 + [True] * 5
