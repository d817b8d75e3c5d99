from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from eventlog.dead_letters import TooManyDeadLetters
from eventlog.errors import Unavailable
from eventlog.inbound import Inbound
from eventlog.incoming import RawRecord
from eventlog.store import Storage
from tests.support.account import NOON
from tests.support.consuming import Consumer
from tests.support.faulty import FaultyLog
from tests.support.notes import Codes, Note, Noted, decide
from tests.support.records import NOTED, OTHER_TOPIC, record


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventlog.trying.TRY_SECONDS", 0.0)
    monkeypatch.setattr("eventlog.inbound.PAUSE_SECONDS", 0.0)


@pytest.fixture
def consumer(storage: Storage) -> Consumer:
    return Consumer(storage)


def with_header(raw: RawRecord, name: str, value: bytes | None) -> RawRecord:
    return replace(raw, headers=[(n, value if n == name else v) for n, v in raw.headers])


GOOD = record("k", 2)
POISON = {
    "no value": (replace(GOOD, value=None), "unreadable", "no_data"),
    "header not text": (with_header(GOOD, "type", b"\xff"), "unreadable", "header_not_text"),
    "reader stumbles": (with_header(GOOD, "type", b"stumble"), "exception", "KeyError"),
    "key not text": (replace(GOOD, key=b"\xff"), "exception", "UnicodeDecodeError"),
    "NUL in the id": (with_header(GOOD, "id", b"k\x00@2"), "unreadable", "nul_in_attribute"),
    "NUL in the key": (replace(GOOD, key=b"k\x00"), "unreadable", "nul_in_attribute"),
    "endless key": (replace(GOOD, key=b"k" * 501), "unreadable", "key_too_long"),
    "sequence zero": (with_header(GOOD, "sequence", b"0"), "unreadable", "sequence_out_of_range"),
    "endless sequence": (with_header(GOOD, "sequence", b"9" * 19), "unreadable", "sequence_out_of_range"),
    "not JSON": (record("k", 2, value=b"{"), "breaks_contract", NOTED),
    "another shape": (record("k", 2, value=b'{"code":7}'), "breaks_contract", NOTED),
    "validator stumbles": (record("k", 2, value=b"stumble"), "exception", "RecursionError"),
    "unknown version": (record("k", 2, type_name="test.noted.v2"), "unknown_version", "test.noted.v2"),
    "odd version": (record("k", 2, type_name="test.noted.v13800138000"), "unknown_version", "test.noted"),
    "hearer stumbles": (record("k", 2, "uninterpretable"), "exception", "LookupError"),
    "decision stumbles": (record("k", 2, "crashing"), "exception", "RuntimeError"),
}


@pytest.mark.parametrize(("poison", "cause", "rule"), POISON.values(), ids=POISON.keys())
async def test_poison_becomes_a_dead_letter_and_only_its_successors_wait(
    consumer: Consumer, poison: RawRecord, cause: str, rule: str
) -> None:
    batch = [record("k", 1, "n1"), poison, record("k", 3, "n3"), record("m", 1, "m1"), record("m", 2, "m2")]

    await consumer.inbound.receive(batch)

    (letter,) = await consumer.dead()
    assert (cause, rule, poison.key, poison.headers) == (
        letter.cause,
        letter.rule,
        letter.key,
        letter.headers,
    )
    assert poison.value == consumer.letters.opened(letter)
    assert await consumer.noted("k") == ("n1",)
    assert await consumer.noted("m") == ("m1", "m2")
    assert await consumer.parked() == 1
    assert (await consumer.last("k"), await consumer.last("m")) == (1, 2)


async def test_successors_of_poison_that_come_later_park_too(consumer: Consumer) -> None:
    await consumer.inbound.receive([record("k", 1, "n1"), record("k", 2, value=b"{")])

    await consumer.inbound.receive([record("k", 3), record("k", 4)])

    assert (await consumer.last("k"), await consumer.parked()) == (1, 2)


async def test_a_dead_letter_is_sealed_at_rest(consumer: Consumer) -> None:
    await consumer.inbound.receive([record("k", 1, "crashing")])

    (letter,) = await consumer.dead()
    assert b"Canary" not in (letter.sealed_value or b"")


class Counted:
    """Decides as a note does and counts how often it is asked for each code."""

    def __init__(self) -> None:
        self.asked: dict[str, int] = {}

    def __call__(self, command: Note, state: Codes) -> Sequence[Noted]:
        self.asked[command.code] = self.asked.get(command.code, 0) + 1
        if command.code == "comes round" and self.asked[command.code] < 4:
            raise RuntimeError("not yet")
        return decide(command, state)


async def test_what_nobody_foresaw_is_tried_five_times_alone_and_then_kept_aside(storage: Storage) -> None:
    counted = Counted()
    consumer = Consumer(storage, decide_with=counted)

    await consumer.inbound.receive([record("k", 1, "n1"), record("k", 2, "crashing"), record("m", 1, "m1")])

    (letter,) = await consumer.dead()
    assert (letter.attempts, letter.rule) == (5, "RuntimeError")
    assert counted.asked["crashing"] == 6
    assert (await consumer.noted("k"), await consumer.noted("m")) == (("n1",), ("m1",))


async def test_what_comes_round_within_five_tries_is_noted(storage: Storage) -> None:
    consumer = Consumer(storage, decide_with=Counted())

    await consumer.inbound.receive([record("k", 1, "comes round"), record("k", 2, "n2")])

    assert await consumer.dead() == []
    assert await consumer.noted("k") == ("comes round", "n2")


async def test_two_keys_that_share_an_own_stream_do_not_share_poison(consumer: Consumer) -> None:
    batch = [
        record("k", 1, "k1", to="x"),
        record("k", 2, "crashing", to="x"),
        record("k", 3, "k3", to="x"),
        record("m", 1, "m1", to="x", topic=OTHER_TOPIC),
    ]

    await consumer.inbound.receive(batch)

    assert {"k1", "m1"} == set(await consumer.noted("x"))
    assert (await consumer.last("k"), await consumer.last("m", OTHER_TOPIC)) == (1, 1)
    assert await consumer.parked() == 1


async def test_poison_amid_a_key_that_goes_to_several_own_streams_stops_this_key_only(
    consumer: Consumer,
) -> None:
    batch = [record("k", n, code, to=to) for n, (code, to) in enumerate(
        [("a", "x"), ("b", "y"), ("crashing", "x"), ("c", "y"), ("d", "x")], 1
    )]  # fmt: skip

    async with asyncio.timeout(5):
        await consumer.inbound.receive([*batch, record("m", 1, "m1", to="y")])

    assert await consumer.noted("x") == ("a",)
    assert {"b", "m1"} == set(await consumer.noted("y"))
    assert (await consumer.last("k"), await consumer.parked()) == (2, 2)


async def test_poison_that_waited_parked_is_kept_and_its_successors_go_on_waiting(
    consumer: Consumer,
) -> None:
    await consumer.inbound.receive([record("k", 2, "n2"), record("k", 3, "crashing"), record("k", 4, "n4")])

    await consumer.inbound.receive([record("k", 1, "n1")])

    (letter,) = await consumer.dead()
    assert letter.offset == 3
    assert await consumer.noted("k") == ("n1", "n2")
    assert [kept.sequence for kept in await consumer.storage.inbox.parked_from("heard.v1", "k", 4)] == [4]
    assert await consumer.parked() == 1


async def test_poison_of_several_keys_that_waited_parked_is_all_kept(consumer: Consumer) -> None:
    keys = ["k", "m", "n"]
    await consumer.inbound.receive([record(key, 2, "crashing") for key in keys])

    await consumer.inbound.receive([record(key, 1, "a") for key in keys])

    assert {b"k", b"m", b"n"} == {letter.key for letter in await consumer.dead()}


async def test_what_was_parked_by_a_release_that_could_read_it_is_kept_aside_by_one_that_cannot(
    consumer: Consumer, storage: Storage
) -> None:
    newer = record("k", 2, type_name="test.noted.v2")
    await storage.inbox.park([Consumer(storage).inbound._reading.read(newer).parked()])
    await consumer.inbound.receive([record("k", 3, "n3")])

    await consumer.inbound.receive([record("k", 1, "n1")])

    (letter,) = await consumer.dead()
    assert (letter.offset, letter.cause) == (2, "unknown_version")
    assert (await consumer.noted("k"), await consumer.parked()) == (("n1",), 1)


async def test_what_a_door_stumbles_over_is_tried_and_kept_aside(storage: Storage) -> None:
    tries: list[int] = []

    async def door(raw: RawRecord) -> None:
        tries.append(raw.offset)
        raise RuntimeError("unforeseen")

    consumer = Consumer(storage, doors={"door.v1": door})

    await consumer.inbound.receive([record("k", 1, topic="door.v1"), record("k", 1, "n1")])

    assert tries == [1] * 5
    (letter,) = await consumer.dead()
    assert (letter.cause, letter.attempts) == ("exception", 5)
    assert await consumer.noted("k") == ("n1",)


async def test_a_poisonous_neighbour_costs_no_one_else_of_the_flush(
    consumer: Consumer, store: FaultyLog
) -> None:
    """One record makes an own stream's name that no database takes; a command shares its flush."""
    store.hold()
    first = asyncio.create_task(consumer.inbound.receive([record("a", 1, "a1")]))
    await store.appending.wait()
    bad = asyncio.create_task(consumer.inbound.receive([record("k", 1, "k1", to="\0")]))
    good = asyncio.create_task(consumer.inbound.receive([record("m", 1, "m1")]))
    await asyncio.sleep(0)
    store.let_go()

    await asyncio.gather(first, bad, good)

    assert [letter.rule for letter in await consumer.dead()] == ["ValueError"]
    assert (await consumer.noted("a"), await consumer.noted("m")) == (("a1",), ("m1",))


async def test_too_large_a_share_of_poison_stops_the_consumer(storage: Storage) -> None:
    consumer = Consumer(storage, count_min=10)
    await consumer.inbound.receive([record(f"g{n}", 1) for n in range(30)])
    await consumer.inbound.receive([record(f"p{n}", 1, value=b"{") for n in range(12)])

    with pytest.raises(TooManyDeadLetters, match="12 of the last 42 records were poison"):
        await consumer.inbound.receive([record("k", 1)])


async def test_a_share_of_poison_within_the_limit_does_not_stop_the_consumer(storage: Storage) -> None:
    consumer = Consumer(storage, count_min=10)
    await consumer.inbound.receive([record(f"g{n}", 1) for n in range(70)])
    await consumer.inbound.receive([record(f"p{n}", 1, value=b"{") for n in range(12)])

    await consumer.inbound.receive([record("k", 1, "n1")])

    assert await consumer.noted("k") == ("n1",)


async def test_poison_delivered_again_is_kept_and_counted_once(storage: Storage, store: FaultyLog) -> None:
    consumer = Consumer(storage, count_min=10)
    batch = [*(record(f"p{n}", 1, value=b"{") for n in range(3)), *(record(f"g{n}", 1) for n in range(9))]

    for _ in range(20):
        await consumer.inbound.receive(batch)

    assert len(await consumer.dead()) == 3
    assert consumer.counting.counted["dead_letters_total", "heard.v1", "breaks_contract"] == 3


async def test_the_engines_own_mistake_is_not_redelivered_hot(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eventlog.inbound.PAUSE_SECONDS", 0.05)
    consumer = Consumer(storage)

    async def broken(*_: Any) -> None:
        raise AssertionError("a mistake of ours")

    monkeypatch.setattr(Inbound, "_take_in", broken)
    loop = asyncio.get_running_loop()
    began = loop.time()

    with pytest.raises(AssertionError):
        await consumer.inbound.receive([record("k", 1)])

    assert loop.time() - began >= 0.05


async def test_transient_trouble_is_never_kept_aside(storage: Storage) -> None:
    def away(command: Note, state: Codes) -> Sequence[Noted]:
        # Deciding is pure and may be asked for again.
        if away_for and away_for.pop(0):
            raise Unavailable("something is away")
        return [Noted(at=NOON, by=command.by, person="0", code=command.code, words="")]

    away_for = [True]
    consumer = Consumer(storage, decide_with=away)

    await consumer.inbound.receive([record("k", 1, "n1")])

    assert await consumer.dead() == []
    assert await consumer.noted("k") == ("n1",)
