"""Fetching from a real broker: what came while a batch was handled is in the next one, all of it and in order."""

from __future__ import annotations

import asyncio

import pytest
from aiokafka.errors import KafkaError

from eventlog.incoming import RawRecord
from eventlog.kafka import raw
from eventlog.kafka.publisher import Publisher
from eventlog.kafka.raw import RawConsumer
from operate.stack.local import Engines
from tests.support.kafka import consuming, made, public

PATIENCE_SECONDS = 20


class Heard:
    """Handles batches; the first one for as long as it is told."""

    def __init__(self) -> None:
        self.batches: list[list[bytes]] = []
        self.has_begun = asyncio.Event()
        self.may_end = asyncio.Event()
        self.has_come = asyncio.Condition()

    async def handle(self, records: list[RawRecord]) -> None:
        self.batches.append([record.value or b"" for record in records])
        self.has_begun.set()
        await self.may_end.wait()
        async with self.has_come:
            self.has_come.notify_all()

    async def came(self, count: int) -> None:
        """Wait until so many records were handled."""
        async with asyncio.timeout(PATIENCE_SECONDS), self.has_come:
            await self.has_come.wait_for(lambda: sum(map(len, self.batches)) >= count)


async def test_what_came_while_a_batch_was_handled_comes_along_with_what_was_fetched_before(
    engines: Engines, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a busy machine a fetch may take longer than a service would wait for it.
    monkeypatch.setattr(raw, "FRESH_MILLISECONDS", 5000)
    topic = await made(engines.kafka, topic_prefix, "heard.v1")
    heard, publisher = Heard(), Publisher(engines.kafka, client_id="test")

    async with consuming(engines.kafka, f"{topic}.listeners", heard.handle, topic) as consumer:
        await publisher.publish([public(topic, "a", b"handled for long")])
        await heard.has_begun.wait()
        await publisher.publish([public(topic, "a", b"fetched meanwhile")])
        await fetched(consumer, 2)
        await publisher.publish([public(topic, key, b"stands at the broker") for key in ("a", "b", "c")])
        heard.may_end.set()
        await heard.came(5)
    await publisher.close()

    assert heard.batches[0] == [b"handled for long"]
    assert heard.batches[1][0] == b"fetched meanwhile"
    assert heard.batches[1].count(b"stands at the broker") == 3


async def test_trouble_on_taking_the_fresh_along_passes_nothing_by(
    engines: Engines, topic_prefix: str
) -> None:
    topic = await made(engines.kafka, topic_prefix, "heard.v1", partitions=1)
    heard, publisher = Heard(), Publisher(engines.kafka, client_id="test")

    async with consuming(engines.kafka, f"{topic}.listeners", heard.handle, topic) as consumer:
        polled, troubles = consumer.consumer.getmany, [KafkaError("the line broke")]

        async def troubled(*, timeout_ms: int, max_records: int) -> object:
            if timeout_ms == raw.FRESH_MILLISECONDS and troubles:
                raise troubles.pop()
            return await polled(timeout_ms=timeout_ms, max_records=max_records)

        consumer.consumer.getmany = troubled
        for number in range(6):
            await publisher.publish([public(topic, "a", b"%d" % number)])
            await heard.has_begun.wait()
        await fetched(consumer, 2)
        heard.may_end.set()
        await heard.came(6)
    await publisher.close()

    assert not troubles
    assert [value for batch in heard.batches for value in batch] == [b"%d" % number for number in range(6)]


async def fetched(consumer: RawConsumer, offset: int) -> None:
    """Wait until the library holds a record that nobody has asked it for yet."""
    fetching = consumer.consumer
    for _ in range(2000):
        if max((fetching.highwater(place) or 0) for place in fetching.assignment()) >= offset:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the library did not fetch")
