"""Consuming from a real broker: nothing is lost or doubled, whatever a record, a handler or a rebalance does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from faststream import AckPolicy
from faststream.kafka import KafkaBroker

from eventlog.incoming import RawRecord
from eventlog.kafka.publisher import Publisher
from eventlog.memory import memory_storage
from operate.stack.local import Engines
from tests.support.consuming import Consumer
from tests.support.faulty import faulty_storage
from tests.support.kafka import as_public, committed, consuming, made, records_of
from tests.support.records import record

GOOD, ODD = 20, 4
KEYS = [f"k{n}" for n in range(12)]

Handle = Callable[[list[RawRecord]], Awaitable[None]]


class Site:
    """A topic with a group's name, and ways to fill and watch it."""

    def __init__(self, kafka: str, topic: str) -> None:
        self.kafka = kafka
        self.topic = topic
        self.group = f"{topic}.listeners"

    def record(self, key: str, sequence: int, code: str = "a") -> RawRecord:
        return replace(record(key, sequence, code), topic=self.topic)

    async def publish(self, *records: RawRecord) -> None:
        publisher = Publisher(self.kafka, client_id="test")
        await publisher.publish([as_public(each, self.topic) for each in records])
        await publisher.close()

    async def publish_odd(self, first: int = 1, count: int = GOOD + ODD) -> None:
        """Send records with headers no text parser takes: null, and no UTF-8; each alone in its partition's order."""
        producer = AIOKafkaProducer(bootstrap_servers=self.kafka)
        await producer.start()
        for number in range(first, first + count):
            odd: dict[int, Any] = {6: None, 12: None, 18: b"\xff\xfe", 24: b"\xff\xfe"}
            raw = self.record("k", number, f"n{number}")
            headers = [*raw.headers, ("odd", odd.get(number, b"plain"))]
            await producer.send(self.topic, raw.value, key=raw.key, partition=0, headers=headers)
        await producer.stop()

    async def all_committed(self, count: int) -> None:
        """Wait until the group has acknowledged so many records."""
        for _ in range(300):
            if await committed(self.kafka, self.group, self.topic) >= count:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{count} records were not acknowledged")


@pytest.fixture
async def site(engines: Engines, topic_prefix: str) -> Site:
    return Site(engines.kafka, await made(engines.kafka, topic_prefix, "heard.v1"))


@pytest.fixture
async def consumer() -> Consumer:
    return Consumer(memory_storage())


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(1000):
        if await condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come to that")


async def test_undecodable_headers_cost_no_record(site: Site, consumer: Consumer) -> None:
    await site.publish_odd()

    async with consuming(site.kafka, site.group, consumer.inbound.receive, site.topic):
        await site.all_committed(GOOD + ODD)

    assert tuple(f"n{n}" for n in range(1, GOOD + ODD + 1)) == await consumer.noted("k")
    assert await consumer.dead() == []


async def test_the_frameworks_own_parser_would_lose_the_whole_batch(site: Site) -> None:
    """Why the consumer brings a parser of its own: this is what happens without."""
    await site.publish_odd()
    broker = KafkaBroker(site.kafka, apply_types=False, logger=None)
    handled: list[Any] = []

    @broker.subscriber(
        site.topic,
        group_id=site.group,
        batch=True,
        ack_policy=AckPolicy.NACK_ON_ERROR,
        auto_offset_reset="earliest",
        batch_timeout_ms=10,
        max_records=1000,
    )
    async def on_batch(messages: list[Any]) -> None:
        handled.extend(messages)

    await broker.start()
    try:
        await until(lambda: _all_fetched(broker))
        await site.publish_odd(GOOD + ODD + 1, count=1)
        await site.all_committed(GOOD + ODD + 1)
    finally:
        await broker.stop()

    assert len(handled) == 1


async def _all_fetched(broker: KafkaBroker) -> bool:
    """True when all records are fetched: what is sent after them is a batch of its own."""
    (subscriber,) = broker.subscribers
    consumer: Any = subscriber.consumer  # type: ignore[attr-defined]
    if consumer is None:
        return False
    positions: list[int] = [await consumer.position(each) for each in consumer.assignment()]
    return sum(positions) >= GOOD + ODD


async def test_a_batch_whose_handler_raises_is_delivered_again_in_all_its_partitions(site: Site) -> None:
    await site.publish(*(site.record(key, n) for n in (1, 2) for key in KEYS))
    seen: list[set[tuple[int, int]]] = []

    async def failing_twice(records: list[RawRecord]) -> None:
        seen.append({(each.partition, each.offset) for each in records})
        if len(seen) <= 2:
            raise RuntimeError("not yet")

    async with consuming(site.kafka, site.group, failing_twice, site.topic):
        await site.all_committed(2 * len(KEYS))

    everything = {(each.partition, each.offset) for each in await records_of(site.kafka, site.topic)}
    assert everything == set().union(*seen[2:])
    assert len({partition for partition, _ in everything}) >= 3


async def test_what_fails_for_ever_is_not_acknowledged(site: Site) -> None:
    await site.publish(site.record("k", 1))
    calls = asyncio.Semaphore(0)

    async def failing(_records: list[RawRecord]) -> None:
        calls.release()
        raise RuntimeError("never")

    async with consuming(site.kafka, site.group, failing, site.topic):
        for _ in range(3):
            await calls.acquire()

    assert await committed(site.kafka, site.group, site.topic) == 0


async def test_a_database_that_is_away_is_waited_for_inside_and_not_redelivered_hot(site: Site) -> None:
    storage = faulty_storage()
    consumer = Consumer(storage, patience_seconds=60)
    calls = 0

    async def counted(records: list[RawRecord]) -> None:
        nonlocal calls
        calls += 1
        await consumer.inbound.receive(records)

    storage.log.away = 1_000_000  # type: ignore[attr-defined]
    await site.publish(site.record("k", 1, "n1"))
    async with consuming(site.kafka, site.group, counted, site.topic):
        await until(lambda: _is(calls > 0))
        # Long enough for a hot loop to show: one would call a thousand times.
        await asyncio.sleep(1)
        while_away = calls
        storage.log.away = 0  # type: ignore[attr-defined]
        await site.all_committed(1)

    assert while_away == 1
    assert await consumer.noted("k") == ("n1",)


async def _is(condition: bool) -> bool:
    return condition


async def test_a_handler_that_always_raises_would_be_called_hot(site: Site) -> None:
    """Why trouble is waited out inside: the framework seeks back without any pause."""
    await site.publish(site.record("k", 1))
    calls = 0

    async def failing(_records: list[RawRecord]) -> None:
        nonlocal calls
        calls += 1
        raise RuntimeError("at once")

    async with consuming(site.kafka, site.group, failing, site.topic):
        # With any back-off this would take minutes.
        await until(lambda: _is(calls > 50))


async def test_records_of_many_keys_and_poison_among_them_end_where_they_belong(
    site: Site, consumer: Consumer
) -> None:
    poison = replace(site.record("k3", 3), value=b"{")
    await site.publish(
        *(site.record(key, n, f"n{n}") for n in range(1, 6) for key in KEYS if (key, n) != ("k3", 3)), poison
    )

    async with consuming(site.kafka, site.group, consumer.inbound.receive, site.topic):
        await site.all_committed(5 * len(KEYS))

    for key in KEYS:
        expected = 2 if key == "k3" else 5
        assert tuple(f"n{n}" for n in range(1, expected + 1)) == await consumer.noted(key)
    (letter,) = await consumer.dead()
    assert (letter.key, letter.cause) == (b"k3", "breaks_contract")
    assert await consumer.parked() == 2


@pytest.fixture
async def stream_of_records(site: Site) -> AsyncIterator[Callable[[int], Awaitable[None]]]:
    """Publish so many records for each key, some twice, a few at a time."""
    publisher = Publisher(site.kafka, client_id="test")

    async def publish(count: int) -> None:
        for n in range(1, count + 1):
            batch = [as_public(site.record(key, n, f"n{n}"), site.topic) for key in KEYS]
            await publisher.publish(batch + batch[:2])
            await asyncio.sleep(0.01)

    yield publish
    await publisher.close()


async def test_a_member_that_comes_and_one_that_goes_lose_and_double_nothing(
    site: Site, stream_of_records: Callable[[int], Awaitable[None]]
) -> None:
    storage = memory_storage()
    here, there = Consumer(storage), Consumer(storage)
    count = 60
    handled = {"here": 0, "there": 0}

    def counting(name: str, handle: Handle) -> Handle:
        async def counted(records: list[RawRecord]) -> None:
            await handle(records)
            handled[name] += len(records)

        return counted

    async with consuming(site.kafka, site.group, counting("there", there.inbound.receive), site.topic):
        async with consuming(site.kafka, site.group, counting("here", here.inbound.receive), site.topic):
            await asyncio.gather(stream_of_records(count), until(lambda: _is(handled["here"] > 0)))
        await site.all_committed(count * (len(KEYS) + 2))

    for key in KEYS:
        assert tuple(f"n{n}" for n in range(1, count + 1)) == await here.noted(key)
    assert count * len(KEYS) == await storage.log.head()
    assert (await here.parked(), await here.dead()) == (0, [])
    assert min(handled.values()) > 0


async def test_a_member_that_stops_in_mid_batch_leaves_it_to_the_next(site: Site) -> None:
    storage = memory_storage()
    await site.publish(*(site.record(key, 1, "n1") for key in KEYS))
    reached, first = asyncio.Event(), Consumer(storage)

    async def stopped_after_its_commit(records: list[RawRecord]) -> None:
        await first.inbound.receive(records)
        reached.set()
        await asyncio.Event().wait()

    async with consuming(site.kafka, site.group, stopped_after_its_commit, site.topic):
        await reached.wait()
    second = Consumer(storage)
    async with consuming(site.kafka, site.group, second.inbound.receive, site.topic):
        await site.all_committed(len(KEYS))

    assert len(KEYS) == await storage.log.head()
    assert [("n1",)] * len(KEYS) == [await second.noted(key) for key in KEYS]
