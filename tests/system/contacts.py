"""Records as others write them: contacts at intake's Kafka door, and whatever a test wants to lie on a topic."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaProducer

from contracts.contact import TOPIC, ContactReported
from contracts.envelope import JSON_TYPE
from tests.system.installation import LiveInstallation
from tests.system.reading import Record

Headers = Sequence[tuple[str, bytes]]


def contact_key(register: dict[str, Any]) -> str:
    return f"{register['source']}/{register['channel']}/{register['reference']}"


def contact_headers(register: dict[str, Any], **changes: bytes) -> list[tuple[str, bytes]]:
    """Return the headers of a contact; `changes` replace one by name (`ce_type=b"…"`)."""
    headers = {
        "ce_specversion": b"1.0",
        "ce_id": f"contact-{register['reference']}".encode(),
        "ce_source": b"/call-centre",
        "ce_type": ContactReported.TYPE.encode(),
        "ce_subject": contact_key(register).encode(),
        "ce_time": register["received_at"].encode(),
        "content-type": JSON_TYPE.encode(),
    }
    return list({**headers, **changes}.items())


class Sender:
    """A producer of a test's own; every send returns when the broker has it."""

    def __init__(self, installation: LiveInstallation, producer: AIOKafkaProducer) -> None:
        self._installation = installation
        self._producer = producer

    async def send(
        self,
        topic: str,
        key: str | None,
        value: bytes | None,
        headers: Iterable[tuple[str, bytes | None]] = (),
    ) -> tuple[str, int, int]:
        """Send one record and return its topic, partition and offset: what tells it from all others."""
        sent = await self._producer.send_and_wait(
            self._installation.topic(topic),
            value,
            key=None if key is None else key.encode(),
            headers=list(headers),
        )
        return topic, sent.partition, sent.offset

    async def contact(self, register: dict[str, Any]) -> tuple[str, int, int]:
        """Report a contact as the call centre's platform does."""
        value = json.dumps(register, ensure_ascii=False).encode()
        return await self.send(TOPIC, contact_key(register), value, contact_headers(register))

    async def again(self, record: Record) -> None:
        """Send a record as it lies on its topic, into the same partition."""
        await self._producer.send_and_wait(
            self._installation.topic(record.topic),
            record.value,
            key=record.key.encode(),
            partition=record.partition,
            headers=list(record.headers),
        )


@asynccontextmanager
async def sender_to(installation: LiveInstallation, bytes_max: int = 4_194_304) -> AsyncIterator[Sender]:
    """Open a producer that sends what it is told, however large."""
    producer = AIOKafkaProducer(**installation.engines.access.options, acks="all", max_request_size=bytes_max)
    await producer.start()
    try:
        yield Sender(installation, producer)
    finally:
        await producer.stop()
