"""Offsets are committed soon, but never while the group joins anew."""

from __future__ import annotations

import asyncio

from aiokafka import ConsumerRecord, TopicPartition

from eventlog.kafka.acknowledging import Acknowledgements

PLACE = TopicPartition("t.v1", 3)


class Consumer:
    """What the acknowledgements need of a consumer: its assignment, and a list of what was committed."""

    def __init__(self) -> None:
        self.assigned = {PLACE}
        self.commits: list[dict[TopicPartition, int]] = []
        self.broker_there = asyncio.Event()
        self.broker_there.set()

    def assignment(self) -> set[TopicPartition]:
        return self.assigned

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        # As the library does it: without a coordinator it asks and asks.
        await self.broker_there.wait()
        self.commits.append(offsets)


def record(offset: int) -> ConsumerRecord[bytes, bytes]:
    return ConsumerRecord(PLACE.topic, PLACE.partition, offset, 0, 0, b"k", b"v", None, 1, 1, ())


def acknowledgements(consumer: Consumer) -> Acknowledgements:
    return Acknowledgements(lambda: consumer, lambda: True, every_seconds=3600)


async def test_what_is_handled_is_committed_before_the_partitions_go() -> None:
    consumer = Consumer()
    found = acknowledgements(consumer)
    await found.note([record(4)])

    await found.on_partitions_revoked({PLACE})

    assert consumer.commits == [{PLACE: 5}]


async def test_nothing_is_committed_while_the_group_joins_and_nothing_forgotten() -> None:
    consumer = Consumer()
    found = acknowledgements(consumer)
    await found.on_partitions_revoked({PLACE})
    await found.note([record(4)])

    await found.settle()
    assert consumer.commits == []

    await found.on_partitions_assigned({PLACE})
    await found.settle()

    assert consumer.commits == [{PLACE: 5}]


async def test_what_went_to_another_is_not_ours_to_commit() -> None:
    consumer = Consumer()
    found = acknowledgements(consumer)
    await found.on_partitions_revoked({PLACE})
    await found.note([record(4)])
    consumer.assigned = set()
    await found.on_partitions_assigned(set())

    await found.settle()

    assert consumer.commits == []


async def test_commit_that_finds_no_coordinator_is_put_off_and_holds_up_neither_stop_nor_rebalance() -> None:
    consumer = Consumer()
    found = Acknowledgements(lambda: consumer, lambda: True, every_seconds=3600, commit_seconds=0.01)
    consumer.broker_there.clear()
    await found.note([record(4)])

    async with asyncio.timeout(10):
        await found.on_partitions_revoked({PLACE})
    assert consumer.commits == []
    assert found.waiting_seconds > 0

    consumer.broker_there.set()
    await found.on_partitions_assigned({PLACE})
    await found.settle()

    assert consumer.commits == [{PLACE: 5}]
    assert found.waiting_seconds == 0


async def test_rebalance_waits_for_the_commit_that_is_on_its_way() -> None:
    consumer = Consumer()
    found = acknowledgements(consumer)
    consumer.broker_there.clear()
    await found.note([record(4)])
    committing = asyncio.create_task(found.settle())
    await asyncio.sleep(0)

    revoking = asyncio.create_task(found.on_partitions_revoked({PLACE}))
    await asyncio.sleep(0)
    assert not revoking.done()
    consumer.broker_there.set()
    await revoking

    assert committing.done()
    assert consumer.commits == [{PLACE: 5}]
