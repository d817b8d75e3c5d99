from __future__ import annotations

import pytest

from eventlog.requeue import NotSettled
from eventlog.store import DeadLetter, Storage
from tests.support.consuming import Consumer
from tests.support.records import record

MENDED = b'{"code":"mended"}'
TODAY_MS = 1_790_000_000_000
YESTERDAY_MS = TODAY_MS - 86_400_000


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventlog.trying.TRY_SECONDS", 0.0)


@pytest.fixture
def consumer(storage: Storage) -> Consumer:
    return Consumer(storage)


async def kept(consumer: Consumer) -> DeadLetter:
    """Receive 1, poison 2, 3, 4 and return the letter."""
    await consumer.inbound.receive(
        [record("k", 1, "n1"), record("k", 2, value=b"{"), record("k", 3, "n3"), record("k", 4, "n4")]
    )
    (letter,) = await consumer.dead()
    return letter


async def settled_as(consumer: Consumer) -> list[str | None]:
    return [letter.settled_as for letter in await consumer.dead()]


async def test_a_mended_letter_is_noted_and_releases_what_waits_in_order(consumer: Consumer) -> None:
    letter = await kept(consumer)

    await consumer.settling.requeue(letter, MENDED)

    assert await consumer.noted("k") == ("n1", "mended", "n3", "n4")
    assert (await consumer.parked(), await settled_as(consumer)) == (0, ["requeued"])


async def test_a_letter_that_still_fails_stays_a_letter(consumer: Consumer) -> None:
    letter = await kept(consumer)

    with pytest.raises(NotSettled, match="it still fails: breaks_contract"):
        await consumer.settling.requeue(letter)

    assert (await consumer.parked(), await settled_as(consumer)) == (2, [None])
    assert len(await consumer.dead()) == 1


async def test_a_dropped_letter_releases_what_waits_in_order(consumer: Consumer) -> None:
    letter = await kept(consumer)

    await consumer.settling.drop(letter)

    assert await consumer.noted("k") == ("n1", "n3", "n4")
    assert (
        await consumer.parked(),
        await consumer.last("k"),
        await settled_as(consumer),
    ) == (0, 4, ["dropped"])


async def test_a_dropped_letter_of_unknown_place_releases_from_the_first_that_waits(
    consumer: Consumer,
) -> None:
    unreadable = record("k", 2, type_name="stumble")
    await consumer.inbound.receive([record("k", 1, "n1"), unreadable, record("k", 3, "n3")])
    (letter,) = await consumer.dead()

    await consumer.settling.drop(letter)

    assert await consumer.noted("k") == ("n1", "n3")


async def test_settling_twice_changes_nothing(consumer: Consumer) -> None:
    letter = await kept(consumer)
    await consumer.settling.requeue(letter, MENDED)

    await consumer.settling.requeue(letter, b'{"code":"again"}')
    await consumer.settling.drop(letter)

    assert await consumer.noted("k") == ("n1", "mended", "n3", "n4")
    assert await settled_as(consumer) == ["requeued"]


async def test_poison_behind_a_mended_letter_is_a_letter_of_its_own(consumer: Consumer) -> None:
    await consumer.inbound.receive(
        [record("k", 1, value=b"{"), record("k", 2, "crashing"), record("k", 3, "n3")]
    )
    (first,) = await consumer.dead()

    await consumer.settling.requeue(first, MENDED)

    assert [(letter.settled_as, letter.offset) for letter in await consumer.dead()] == [
        ("requeued", 1),
        (None, 2),
    ]
    assert (await consumer.noted("k"), await consumer.parked()) == (("mended",), 1)


async def test_a_letter_out_of_turn_may_not_be_dropped_with_what_is_missing_before_it(
    consumer: Consumer,
) -> None:
    await consumer.inbound.receive([record("k", 1, "n1"), record("k", 3, value=b""), record("k", 4, "n4")])
    (letter,) = await consumer.dead()

    with pytest.raises(NotSettled, match="sequence 2 of its stream"):
        await consumer.settling.drop(letter)
    await consumer.inbound.receive([record("k", 2, "n2")])
    await consumer.settling.drop(letter)

    assert await consumer.noted("k") == ("n1", "n2", "n4")


async def test_a_letter_out_of_turn_waits_for_its_turn_when_it_is_requeued(consumer: Consumer) -> None:
    await consumer.inbound.receive([record("k", 1, "n1"), record("k", 3, value=b""), record("k", 4, "n4")])
    (letter,) = await consumer.dead()

    await consumer.settling.requeue(letter, MENDED)
    await consumer.inbound.receive([record("k", 2, "n2")])

    assert await consumer.noted("k") == ("n1", "n2", "mended", "n4")


async def test_a_letter_whose_key_is_no_text_can_be_dropped(consumer: Consumer) -> None:
    await consumer.inbound.receive([record("k\0", 1)])
    (letter,) = await consumer.dead()

    await consumer.settling.drop(letter)

    assert await settled_as(consumer) == ["dropped"]


async def test_a_letter_is_found_by_its_number(consumer: Consumer) -> None:
    letter = await kept(consumer)

    assert letter == await consumer.settling.find(letter.id)
    assert await consumer.settling.find(letter.id + 1) is None


async def test_letter_of_unknown_place_is_not_dropped_over_one_that_stands_before_it(
    consumer: Consumer,
) -> None:
    unreadable = record("k", 3, type_name="stumble")
    await consumer.inbound.receive(
        [record("k", 1, "n1"), record("k", 2, value=b"{"), unreadable, record("k", 4, "n4")]
    )
    mendable, other = sorted(await consumer.dead(), key=lambda letter: letter.offset)

    with pytest.raises(NotSettled, match=f"dead letter {mendable.id} of its stream"):
        await consumer.settling.drop(other)
    await consumer.settling.requeue(mendable, MENDED)
    await consumer.settling.drop(other)

    assert await consumer.noted("k") == ("n1", "mended", "n4")


async def test_letter_that_was_passed_by_is_not_told_as_requeued(consumer: Consumer) -> None:
    letter = await kept(consumer)
    await consumer.storage.inbox.move_inbox(letter.topic, "k", 4)

    with pytest.raises(NotSettled, match="its sequence 2 was passed by, 4 is applied"):
        await consumer.settling.requeue(letter, MENDED)

    assert await settled_as(consumer) == [None]


async def test_record_that_fails_after_its_predecessor_is_no_letter_of_the_former_life_of_its_topic(
    consumer: Consumer,
) -> None:
    await consumer.inbound.receive([record("k", 1, value=b"{", offset=100, timestamp_ms=1)])
    (former,) = await consumer.dead()
    await consumer.settling.drop(former)

    await consumer.inbound.receive([record("k", 3, "crashing", offset=100, timestamp_ms=2)])
    await consumer.inbound.receive([record("k", 2, "n2", offset=99, timestamp_ms=2)])

    assert [(letter.offset, letter.timestamp_ms) for letter in await consumer.dead()] == [(100, 1), (100, 2)]


async def test_of_two_lives_of_a_topic_the_earlier_comes_first_whatever_the_offsets(
    consumer: Consumer,
) -> None:
    await consumer.inbound.receive([record("k", 1, "n1", timestamp_ms=YESTERDAY_MS)])
    await consumer.inbound.receive(
        [record("k", 2, type_name="stumble", offset=500, timestamp_ms=YESTERDAY_MS)]
    )
    await consumer.inbound.receive([record("k", 3, type_name="stumble", offset=3, timestamp_ms=TODAY_MS)])
    old, new = sorted(await consumer.dead(), key=lambda letter: letter.timestamp_ms)

    with pytest.raises(NotSettled, match=f"dead letter {old.id} of its stream"):
        await consumer.settling.drop(new)
    await consumer.settling.drop(old)
    await consumer.settling.drop(new)

    assert await settled_as(consumer) == ["dropped", "dropped"]
