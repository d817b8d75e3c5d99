"""Copies of dead letters: sealed, with where they came from, and nothing holds them up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from eventlog.clock import Clock
from eventlog.dead_letter_relay import NAME, DeadLetterRelay
from eventlog.dead_letters import DeadLetters
from eventlog.errors import Fenced
from eventlog.incoming import Poison, RawRecord
from eventlog.kafka.publisher import DEAD_LETTER_BYTES_MAX, Publisher
from eventlog.memory import memory_storage
from operate.stack.local import Engines
from tests.support.kafka import made, records_of
from tests.support.notes import CANARY
from tests.support.records import record

KEY = bytes(range(32))
TWO_MEBIBYTES = 2_097_152


class Copying:
    """Dead letters of one topic and the relay that copies them."""

    def __init__(self, kafka: str, topic: str) -> None:
        self.topic = topic
        self.storage = memory_storage()
        self.publisher = Publisher(kafka, client_id="test", record_bytes_max=DEAD_LETTER_BYTES_MAX)
        self.relay = DeadLetterRelay(
            self.publisher, self.storage.inbox, self.storage.followers, group="listener", clock=Clock()
        )
        self._kafka = kafka
        self._letters = DeadLetters(self.storage.inbox, KEY)

    async def keep(self, raw: RawRecord) -> None:
        await self._letters.keep([(replace(raw, topic=self.topic), Poison("unreadable", "no_data"))])

    async def lead(self) -> int:
        epoch = await self.storage.followers.lease("a", 60)
        assert epoch is not None
        return epoch

    async def copies(self) -> list[Any]:
        return await records_of(self._kafka, f"{self.topic}.listener.dlq")


@pytest.fixture
async def copying(engines: Engines, topic_prefix: str) -> AsyncIterator[Copying]:
    await made(engines.kafka, topic_prefix, "notes.v1.listener.dlq", max_bytes=TWO_MEBIBYTES)
    copying = Copying(engines.kafka, f"{topic_prefix}notes.v1")
    yield copying
    await copying.publisher.close()


async def test_a_copy_is_sealed_and_says_where_it_came_from(copying: Copying) -> None:
    original = replace(record("k", 7), headers=[("odd", b"\xff"), ("null", None)])
    await copying.keep(original)

    assert await copying.relay.publish_next(await copying.lead()) == 1

    (copy,) = await copying.copies()
    headers = dict(copy.headers)
    assert (b"k", b"\xff", copying.topic.encode(), b"7", b"unreadable", b"no_data") == (
        copy.key,
        headers["odd"],
        headers["x-original-topic"],
        headers["x-original-offset"],
        headers["x-cause"],
        headers["x-rule"],
    )
    assert CANARY.encode() not in copy.value
    place = f"{copying.topic}/{original.partition}/7".encode()
    assert original.value == AESGCM(KEY).decrypt(copy.value[:12], copy.value[12:], place)


async def test_copies_leave_once_and_in_order(copying: Copying) -> None:
    epoch = await copying.lead()
    for offset in range(1, 6):
        await copying.keep(record("k", offset))
    await copying.relay.publish_next(epoch)
    await copying.keep(record("k", 6))

    sent = [await copying.relay.publish_next(epoch), await copying.relay.publish_next(epoch)]

    copies = await copying.copies()
    assert sent == [1, 0]
    assert [dict(each.headers)["x-original-offset"] for each in copies] == [
        b"1",
        b"2",
        b"3",
        b"4",
        b"5",
        b"6",
    ]


async def test_a_record_at_the_limit_of_its_topic_is_copied_whole(copying: Copying) -> None:
    await copying.keep(replace(record("k", 1), value=bytes(1_048_400)))

    await copying.relay.publish_next(await copying.lead())

    (copy,) = await copying.copies()
    assert len(copy.value) == 1_048_400 + 12 + 16


async def test_what_no_topic_takes_leaves_a_digest_and_does_not_hold_up_the_rest(copying: Copying) -> None:
    for offset, size in enumerate((10, 3_000_000, 20), 1):
        await copying.keep(replace(record("k", offset), value=bytes(size)))

    await copying.relay.publish_next(await copying.lead())

    copies = await copying.copies()
    assert [len(each.value) for each in copies] == [10 + 28, 0, 20 + 28]
    assert (
        dict(copies[1].headers)["x-original-offset"],
        dict(copies[1].headers)["x-sealed-bytes"],
    ) == (b"2", b"3000028")
    assert await copying.storage.followers.checkpoint(NAME) == 3


async def test_a_fenced_relay_of_dead_letters_moves_no_cursor(copying: Copying) -> None:
    epoch = await copying.lead()
    await copying.keep(record("k", 1))

    with pytest.raises(Fenced):
        await copying.relay.publish_next(epoch + 1)

    assert await copying.storage.followers.checkpoint(NAME) == 0
