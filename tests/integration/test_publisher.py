"""What leaves for Kafka: by key in order, acknowledged, and never held up by a producer that hangs."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from contracts.topics import COMPLAINT, CONTACT
from eventlog.errors import Unavailable
from eventlog.kafka import publisher as publishing
from eventlog.kafka.publisher import BATCH_BYTES_MAX, RECORD_BYTES_MAX, PublicRecord, Publisher, TooLarge
from operate.stack.local import Engines
from operate.stack.topics import ensure_topics
from tests.support.kafka import line_to, made, public, records_of

PARTITIONS = 3
OLDER_THAN_INBOUND_IS_KEPT_MS = int(timedelta(days=30).total_seconds() * 1000)


@pytest.fixture
async def topic(engines: Engines, topic_prefix: str) -> str:
    return await made(engines.kafka, topic_prefix, "notes.v1", partitions=PARTITIONS)


@pytest.fixture
async def publisher(engines: Engines) -> AsyncIterator[Publisher]:
    publisher = Publisher(engines.kafka, client_id="test")
    yield publisher
    await publisher.close()


async def values_of(engines: Engines, topic: str, key: str) -> list[bytes]:
    return [each.value for each in await records_of(engines.kafka, topic) if each.key == key.encode()]


async def test_a_keys_partition_is_its_crc32_and_its_order_is_kept(
    engines: Engines, topic: str, publisher: Publisher
) -> None:
    keys = [f"note-{n}" for n in range(12)]

    for start in (0, 50):
        await publisher.publish(
            [public(topic, key, b"%d" % n) for n in range(start, start + 50) for key in keys]
        )

    found = await records_of(engines.kafka, topic)
    assert {(key.encode(), zlib.crc32(key.encode()) % PARTITIONS) for key in keys} == {
        (each.key, each.partition) for each in found
    }
    for key in keys:
        assert [b"%d" % n for n in range(100)] == [each.value for each in found if each.key == key.encode()]


async def test_a_record_arrives_as_it_was_given(engines: Engines, topic: str, publisher: Publisher) -> None:
    headers = [("ce_id", b"note-1@1"), ("odd", b"\xff\x00"), ("名", b"")]

    sent = public(topic, "note-1", b"\x00\xff", headers)
    await publisher.publish([sent])

    (found,) = await records_of(engines.kafka, topic)
    assert (b"note-1", b"\x00\xff", tuple(headers), sent.timestamp_ms) == (
        found.key,
        found.value,
        found.headers,
        found.timestamp,
    )


async def test_what_a_foreign_producer_sends_late_is_kept_from_its_arrival_on(
    engines: Engines, topic_prefix: str, publisher: Publisher
) -> None:
    """By the producer's time the broker would delete an old report at its next look, read or not."""
    await ensure_topics(engines.kafka, [CONTACT, COMPLAINT], prefix=topic_prefix)
    inbound, public_topic = (f"{topic_prefix}{each.name}" for each in (CONTACT, COMPLAINT))
    now = public(inbound, "note-1")
    old = now._replace(timestamp_ms=now.timestamp_ms - OLDER_THAN_INBOUND_IS_KEPT_MS)

    await publisher.publish([old, old._replace(topic=public_topic)])

    ((came,), (told,)) = [await records_of(engines.kafka, topic) for topic in (inbound, public_topic)]
    assert came.timestamp > old.timestamp_ms
    assert told.timestamp == old.timestamp_ms


@pytest.mark.parametrize(
    "size", [BATCH_BYTES_MAX // 2, BATCH_BYTES_MAX - 100, BATCH_BYTES_MAX, RECORD_BYTES_MAX - 200]
)
async def test_records_as_large_as_the_broker_takes_arrive(
    engines: Engines, topic: str, publisher: Publisher, size: int
) -> None:
    sizes = [10, size, 20, size, 30]

    await publisher.publish([public(topic, "note-1", bytes(each)) for each in sizes])

    assert sizes == [len(each) for each in await values_of(engines, topic, "note-1")]


async def test_records_whose_size_was_guessed_too_low_arrive_too(
    engines: Engines, topic: str, publisher: Publisher
) -> None:
    """A header's name counts by letters, and on the wire by bytes: no record may fall out of a full batch."""
    headers = [("名" * 2000, b"") for _ in range(20)]

    await publisher.publish([public(topic, "note-1", b"%d" % n, headers) for n in range(40)])

    assert [b"%d" % n for n in range(40)] == await values_of(engines, topic, "note-1")


async def test_a_record_no_broker_takes_is_named_before_anything_is_sent(
    engines: Engines, topic: str, publisher: Publisher
) -> None:
    huge = public(topic, "note-2", bytes(RECORD_BYTES_MAX))

    with pytest.raises(TooLarge) as caught:
        await publisher.publish([public(topic, "note-1"), huge])

    assert huge == caught.value.record
    assert await records_of(engines.kafka, topic) == []


async def test_a_record_this_broker_does_not_take_is_named(
    engines: Engines, topic_prefix: str, publisher: Publisher
) -> None:
    narrow = await made(engines.kafka, topic_prefix, "narrow.v1", max_bytes=10_000)
    huge = public(narrow, "note-2", bytes(20_000))

    with pytest.raises(TooLarge) as caught:
        await publisher.publish([public(narrow, "note-1"), huge, public(narrow, "note-3")])
    await publisher.publish([public(narrow, "note-4")])

    assert huge == caught.value.record
    assert {b"note-1", b"note-4"} <= {each.key for each in await records_of(engines.kafka, narrow)}


async def test_after_a_broken_line_a_new_producer_sends_the_lot_again(engines: Engines, topic: str) -> None:
    line = line_to(engines.kafka)
    async with line.listening():
        publisher = Publisher(f"127.0.0.1:{line.port}", client_id="test")
        await publisher.publish([public(topic, "note-1", b"1")])
        first = publisher._producer
        line.is_refusing = True
        line.break_all()

        with pytest.raises(Unavailable):
            await publish_impatiently(publisher, topic, b"2")
        await asyncio.sleep(0.1)  # for what was ended to end
        assert of_aiokafka() == []
        line.is_refusing = False
        await publisher.publish([public(topic, "note-1", b"2")])

        assert publisher._producer is not first
        await publisher.close()
    assert (await values_of(engines, topic, "note-1"))[:2] == [b"1", b"2"]


def of_aiokafka() -> list[str]:
    """What of the library is still running: an old producer's tasks would send old records late."""
    coroutines: list[Any] = [task.get_coro() for task in asyncio.all_tasks()]
    return [each.__qualname__ for each in coroutines if "aiokafka" in each.cr_code.co_filename]


async def publish_impatiently(publisher: Publisher, topic: str, value: bytes) -> None:
    with pytest.MonkeyPatch.context() as patience:
        patience.setattr(publishing, "SEND_SECONDS_MAX", 0.5)
        await publisher.publish([public(topic, "note-1", value)])


async def test_a_producer_that_hangs_is_given_up_in_time_and_leaves_nothing_running(
    engines: Engines, topic: str
) -> None:
    """The wedge: the broker takes requests and answers none."""
    line = line_to(engines.kafka)
    async with line.listening():
        publisher = Publisher(f"127.0.0.1:{line.port}", client_id="test")
        await publisher.publish([public(topic, "note-1", b"1")])
        line.is_mute = True

        async with asyncio.timeout(5):
            with pytest.raises(Unavailable):
                await publish_impatiently(publisher, topic, b"2")
        await asyncio.sleep(0.1)  # for what was ended to end

        assert of_aiokafka() == []
        line.is_mute = False
        await publisher.publish([public(topic, "note-1", b"2")])
        await publisher.close()
    assert b"2" in await values_of(engines, topic, "note-1")


async def test_no_broker_is_transient_trouble() -> None:
    publisher = Publisher("127.0.0.1:9", client_id="test")

    with pytest.raises(Unavailable, match="Kafka does not take records"):
        await publisher.publish([public("notes.v1", "note-1")])


async def test_a_cancelled_publish_gives_its_producer_up(engines: Engines, topic: str) -> None:
    publisher = Publisher(engines.kafka, client_id="test")
    await publisher.publish([public(topic, "note-1", b"1")])
    sending = asyncio.create_task(publisher.publish([public(topic, "note-1", bytes(900_000))]))
    await asyncio.sleep(0)

    sending.cancel()

    with pytest.raises(asyncio.CancelledError):
        await sending
    assert publisher._producer is None


def test_a_public_records_size_is_told_from_above() -> None:
    record = PublicRecord("t", b"key", b"value", [("name", b"value")], timestamp_ms=0)

    assert record.size >= len(b"key" + b"value" + b"name" + b"value")
