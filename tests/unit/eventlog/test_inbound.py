from __future__ import annotations

import asyncio
import itertools

import pytest
import structlog

from eventlog.errors import Unavailable
from eventlog.incoming import Poison, RawRecord
from eventlog.keys import seal
from eventlog.message import ERASED
from eventlog.store import Storage
from tests.support.consuming import Consumer
from tests.support.faulty import FaultyLog
from tests.support.notes import Noted
from tests.support.records import OTHER_TOPIC, TOPIC, UNHEARD, record


@pytest.fixture
def consumer(storage: Storage) -> Consumer:
    return Consumer(storage)


async def test_records_of_a_key_are_noted_in_order(consumer: Consumer) -> None:
    await consumer.inbound.receive([record("k", n, f"n{n}") for n in (1, 2, 3)])

    assert await consumer.noted("k") == ("n1", "n2", "n3")
    assert await consumer.last("k") == 3


async def test_a_batch_on_one_stream_is_one_flush_decided_in_order(
    consumer: Consumer, store: FaultyLog
) -> None:
    await consumer.inbound.receive([record("k", n, f"n{n}") for n in range(1, 51)])

    assert store.flushes == [["note-k"]]
    assert tuple(f"n{n}" for n in range(1, 51)) == await consumer.noted("k")


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
async def test_order_within_a_batch_does_not_matter(consumer: Consumer, order: tuple[int, ...]) -> None:
    await consumer.inbound.receive([record("k", n, f"n{n}") for n in order])

    assert await consumer.noted("k") == ("n1", "n2", "n3")


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3, 4))))
async def test_records_one_by_one_in_any_order_end_up_in_theirs(
    consumer: Consumer, order: tuple[int, ...]
) -> None:
    for n in order:
        await consumer.inbound.receive([record("k", n, f"n{n}")])

    assert await consumer.noted("k") == ("n1", "n2", "n3", "n4")
    assert await consumer.parked() == 0


async def test_duplicates_within_and_across_batches_change_nothing(
    consumer: Consumer, store: FaultyLog
) -> None:
    batch = [record("k", n, f"n{n}") for n in (1, 2, 3)]
    await consumer.inbound.receive(batch + batch)
    flushes = len(store.flushes)

    await consumer.inbound.receive(batch)

    assert await consumer.noted("k") == ("n1", "n2", "n3")
    assert flushes == len(store.flushes)
    assert await store.head() == 3


async def test_the_same_batch_in_two_consumers_at_once_is_noted_once(storage: Storage) -> None:
    here, there = Consumer(storage), Consumer(storage)
    batch = [record(key, n, f"n{n}") for n in (1, 2, 3) for key in ("k", "m")]

    await asyncio.gather(here.inbound.receive(batch), there.inbound.receive(batch))

    assert ("n1", "n2", "n3") == await here.noted("k") == await there.noted("m")
    assert await storage.log.head() == 6


async def test_a_gap_parks_what_is_behind_it_and_its_closing_releases_it(consumer: Consumer) -> None:
    await consumer.inbound.receive([record("k", 1, "n1")])
    await consumer.inbound.receive([record("k", 3, "n3"), record("k", 4, "n4")])
    parked = await consumer.parked()

    await consumer.inbound.receive([record("k", 2, "n2")])

    assert parked == 2
    assert await consumer.noted("k") == ("n1", "n2", "n3", "n4")
    assert await consumer.parked() == 0


async def test_a_gap_closed_by_half_leaves_the_rest_parked(consumer: Consumer) -> None:
    await consumer.inbound.receive([record("k", n, f"n{n}") for n in (1, 3, 5)])

    await consumer.inbound.receive([record("k", 2, "n2")])

    assert await consumer.noted("k") == ("n1", "n2", "n3")
    assert await consumer.parked() == 1


async def test_what_is_parked_between_two_records_of_a_batch_joins_them(consumer: Consumer) -> None:
    await consumer.inbound.receive([record("k", n, f"n{n}") for n in (2, 3, 5)])

    await consumer.inbound.receive([record("k", 1, "n1"), record("k", 4, "n4")])

    assert await consumer.noted("k") == ("n1", "n2", "n3", "n4", "n5")
    assert await consumer.parked() == 0


async def test_the_first_sight_of_a_stream_above_one_parks(consumer: Consumer) -> None:
    with structlog.testing.capture_logs() as lines:
        await consumer.inbound.receive([record("k", 7)])

    assert await consumer.noted("k") == ()
    assert await consumer.parked() == 1
    assert [line["event"] for line in lines] == ["gap_parked"]


async def test_a_parked_record_is_kept_as_received(consumer: Consumer) -> None:
    odd = record("k", 2)
    odd = RawRecord(
        odd.topic, 3, 77, odd.key, odd.value, [*odd.headers, ("null", None), ("bytes", b"\xff\x00")]
    )

    await consumer.inbound.receive([odd])

    (kept,) = await consumer.storage.inbox.parked_from(TOPIC, "k", 2)
    assert (odd.partition, odd.offset, odd.value) == (kept.partition, kept.offset, kept.value)
    assert odd.headers == kept.headers


@pytest.mark.parametrize("at_once", [True, False], ids=["in one batch", "later"])
async def test_the_same_sequence_with_other_bytes_is_an_alarm(consumer: Consumer, at_once: bool) -> None:
    batches = [[record("k", 1, "n1")], [record("k", 1, "altered")]]

    with structlog.testing.capture_logs() as lines:
        for batch in [[*batches[0], *batches[1]]] if at_once else batches:
            await consumer.inbound.receive(batch)

    assert [line["event"] for line in lines] == ["same_sequence_other_bytes"]
    assert await consumer.noted("k") == ("n1",)


async def test_what_nobody_hears_moves_the_inbox_and_is_counted(consumer: Consumer, store: FaultyLog) -> None:
    await consumer.inbound.receive([record("k", 1, type_name=UNHEARD), record("k", 2, "n2")])
    await consumer.inbound.receive([record("m", 1, type_name=UNHEARD)])

    assert (await consumer.last("k"), await consumer.last("m")) == (2, 1)
    assert await consumer.noted("k") == ("n2",)
    assert consumer.counting.counted["ignored_total", UNHEARD] == 2


async def test_what_is_nothing_to_us_moves_the_inbox(consumer: Consumer) -> None:
    await consumer.inbound.receive([record("k", 1, "nothing to us"), record("k", 2, "n2")])

    assert await consumer.last("k") == 2
    assert await consumer.noted("k") == ("n2",)


async def test_a_refused_note_moves_the_inbox_and_is_counted_with_its_rule(consumer: Consumer) -> None:
    await consumer.inbound.receive([record("k", 1, "refused"), record("k", 2, "n2")])

    assert await consumer.last("k") == 2
    assert await consumer.noted("k") == ("n2",)
    assert consumer.counting.counted["refused_notes_total", "not_today"] == 1
    assert await consumer.dead() == []


async def test_a_note_that_changes_nothing_moves_the_inbox(consumer: Consumer) -> None:
    await consumer.inbound.receive([record("k", 1, "quiet")])

    assert await consumer.last("k") == 1


async def test_two_topics_may_speak_to_one_own_stream(consumer: Consumer) -> None:
    await consumer.inbound.receive(
        [
            record("k", n, f"{topic[0]}{n}", topic=topic, to="x")
            for topic in (TOPIC, OTHER_TOPIC)
            for n in (1, 2)
        ]
    )

    noted = await consumer.noted("x")
    assert {"h1", "h2", "a1", "a2"} == set(noted)
    assert noted.index("h1") < noted.index("h2")
    assert noted.index("a1") < noted.index("a2")
    assert (await consumer.last("k"), await consumer.last("k", OTHER_TOPIC)) == (2, 2)


async def test_records_of_one_key_may_go_to_several_own_streams(consumer: Consumer) -> None:
    codes = ["x", "y", "x", "x", "y"]

    await consumer.inbound.receive([record("k", n, f"n{n}", to=to) for n, to in enumerate(codes, 1)])

    assert await consumer.noted("x") == ("n1", "n3", "n4")
    assert await consumer.noted("y") == ("n2", "n5")
    assert await consumer.last("k") == 5


async def test_a_database_that_is_away_is_waited_for(consumer: Consumer, store: FaultyLog) -> None:
    store.away = 1

    await consumer.inbound.receive([record("k", 1, "n1")])

    assert await consumer.noted("k") == ("n1",)


async def test_a_database_that_stays_away_ends_the_patience_and_nothing_is_kept_aside(
    storage: Storage, store: FaultyLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eventlog.appending.UNAVAILABLE_SECONDS_MAX", 0.05)
    consumer = Consumer(storage, patience_seconds=0.1)
    store.away = 10_000

    with pytest.raises(Unavailable):
        await consumer.inbound.receive([record("k", 1, "n1")])

    assert (await consumer.last("k"), await consumer.parked(), await consumer.dead()) == (0, 0, [])


async def test_a_lost_reply_to_the_commit_notes_nothing_twice(consumer: Consumer, store: FaultyLog) -> None:
    store.replies_lost = 1

    await consumer.inbound.receive([record("k", n, f"n{n}") for n in (1, 2)])

    assert await consumer.noted("k") == ("n1", "n2")
    assert await store.head() == 2


async def test_sealed_fields_are_opened_for_those_who_ask_and_missing_when_erased(
    consumer: Consumer,
) -> None:
    (key,) = await consumer.keyring.new_persons(1)
    block = seal(b'{"words":"said so"}', cipher=key.cipher, key_id=key.id, person=key.person, event_id="k@1")
    value = b'{"code":"n1","person":"%s","sealed":[%s]}' % (key.person.encode(), block)

    await consumer.inbound.receive([record("k", 1, value=value)])

    (recorded,) = await consumer.log.history("note-k")
    assert isinstance(recorded.event, Noted)
    assert "said so" == recorded.event.words != ERASED


async def test_a_door_takes_each_record_by_itself_and_keeps_no_inbox(storage: Storage) -> None:
    taken: list[int] = []

    async def door(raw: RawRecord) -> None:
        taken.append(raw.offset)

    consumer = Consumer(storage, doors={"door.v1": door})

    await consumer.inbound.receive([record("k", n, topic="door.v1") for n in (5, 5, 9)])

    assert taken == [5, 5, 9]
    assert await consumer.last("k", "door.v1") == 0


async def test_what_a_door_refuses_becomes_a_dead_letter_with_the_rule(storage: Storage) -> None:
    async def door(raw: RawRecord) -> None:
        raise Poison("breaks_contract", "narrative")

    consumer = Consumer(storage, doors={"door.v1": door})

    await consumer.inbound.receive([record("k", 1, topic="door.v1"), record("k", 1, "n1")])

    (letter,) = await consumer.dead()
    assert (letter.topic, letter.cause, letter.rule) == ("door.v1", "breaks_contract", "narrative")
    assert await consumer.noted("k") == ("n1",)
