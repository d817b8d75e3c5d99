"""Complaints come in, as they would: by HTTP from those who took them down, over Kafka from the call centre."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from contracts.contact import TOPIC, ContactReported, contact_subject
from contracts.envelope import HeaderWriter
from eventlog.kafka.access import KafkaAccess
from operate.demo.cast import REFERRER, registrar_of
from operate.demo.doors import Answer, Doors
from operate.demo.seen import seen_of
from operate.demo.tales import CALL_CENTRE, Tale
from operate.errors import OperateError

AT_ONCE: Final = 8
PLANTED: Final = ("not JSON", "an unknown channel", "a header that is no text")

Headers = list[tuple[str, bytes]]


@dataclass(slots=True)
class Fed:
    """What came in, by which way, and what the doors said."""

    complaints: dict[str, str] = field(default_factory=dict)
    over_kafka: set[str] = field(default_factory=set)
    accept_seconds: list[float] = field(default_factory=list)
    duplicates: list[Answer] = field(default_factory=list)
    conflicts: list[Answer] = field(default_factory=list)
    planted: set[tuple[str, int, int]] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)

    @property
    def sent(self) -> int:
        """How many complaints must be registered by now."""
        return len(self.complaints.keys() | self.over_kafka)


class Feeding:
    """The ways in of one installation."""

    def __init__(self, doors: Doors, producer: AIOKafkaProducer, topic_prefix: str) -> None:
        self._doors = doors
        self._producer = producer
        self._topic = f"{topic_prefix}{TOPIC}"
        self._headers = HeaderWriter(source=f"/{CALL_CENTRE}")
        self._turns = asyncio.Semaphore(AT_ONCE)
        self.fed = Fed()

    async def feed(self, tales: Sequence[Tale], over_kafka: frozenset[str], dusk: datetime) -> None:
        """Send these complaints, each by its way in; raises OperateError when a way is closed."""
        by_kafka = [tale for tale in tales if tale.reference in over_kafka]
        by_http = [tale for tale in tales if tale.reference not in over_kafka and tale.is_a_complaint]
        await asyncio.gather(*(self._post(tale, dusk) for tale in by_http), self._report(by_kafka, dusk))
        for tale in tales:
            if not tale.is_a_complaint:
                await self._repeat(tale, dusk)

    async def find_the_reported(self) -> None:
        """Learn the ids of what came over Kafka from the list, as a desk would."""
        known, after = set(self.fed.complaints.values()), ""
        while True:
            page = (
                await self._doors.get(REFERRER, "intake", f"/v1/complaints{after and '?after=' + after}")
            )["complaints"]
            strangers = [row["complaint"] for row in page if row["complaint"] not in known]
            for view in await asyncio.gather(*(self._view(complaint) for complaint in strangers)):
                self.fed.complaints[view["reference"]] = seen_of(view).complaint
            if not page:
                return
            after = page[-1]["complaint"]

    async def plant(self, tale: Tale, received_at: datetime) -> None:
        """Report three contacts that nobody can read, for the dead letters: the rest must not suffer."""
        body = tale.body(received_at)
        good = json.dumps(body).encode()
        well = self._headers_of("planted", received_at)
        broken = [
            (good[: len(good) // 2], well),
            (json.dumps({**body, "channel": "carrier-pigeon"}).encode(), well),
            (good, [*well[:-1], ("ce_correlationid", b"\xff\xfe")]),
        ]
        for value, headers in broken:
            sent = await self._send(b"planted", value, headers)
            self.fed.planted.add((sent.topic, sent.partition, sent.offset))

    async def _post(self, tale: Tale, dusk: datetime) -> None:
        async with self._turns:
            answer = await self._register(tale, dusk)
        if not answer.is_well:
            self.fed.refused.append(f"{tale.reference}: {answer.rule}")
            return
        self.fed.accept_seconds.append(answer.seconds)
        self.fed.complaints[tale.reference] = answer.document["complaint"]

    async def _repeat(self, tale: Tale, dusk: datetime) -> None:
        answer = await self._register(tale, dusk)
        kind = self.fed.conflicts if tale.story.expect else self.fed.duplicates
        kind.append(answer)

    async def _register(self, tale: Tale, dusk: datetime) -> Answer:
        body = tale.body(dusk - tale.story.received_before)
        return await self._doors.post(registrar_of(tale), "intake", "/v1/complaints", body)

    async def _report(self, tales: Sequence[Tale], dusk: datetime) -> None:
        for tale in tales:
            received_at = dusk - tale.story.received_before
            contact = ContactReported.model_validate(tale.body(received_at))
            value = contact.model_dump_json(exclude_none=True, exclude_defaults=True).encode()
            subject = contact_subject(contact)
            await self._send(subject.encode(), value, self._headers_of(subject, received_at))
            self.fed.over_kafka.add(tale.reference)

    async def _view(self, complaint: str) -> Any:
        return await self._doors.get(REFERRER, "intake", f"/v1/complaints/{complaint}")

    async def _send(self, key: bytes, value: bytes, headers: Headers) -> Any:
        try:
            return await self._producer.send_and_wait(self._topic, value, key=key, headers=headers)
        except KafkaError as error:
            raise OperateError(
                f"Kafka takes no contact: {type(error).__name__}.", "See `amends status`."
            ) from error

    def _headers_of(self, subject: str, received_at: datetime) -> Headers:
        return self._headers.headers(
            event_id=f"{CALL_CENTRE}:{subject}",
            type_name=ContactReported.TYPE,
            schema_version=ContactReported.SCHEMA,
            subject=subject,
            sequence=1,
            time=received_at,
            recorded_time=received_at,
            correlation_id=subject,
        )


@asynccontextmanager
async def feeding_of(doors: Doors, kafka: KafkaAccess, topic_prefix: str) -> AsyncIterator[Feeding]:
    """Open the ways in."""
    producer = AIOKafkaProducer(**kafka.options, client_id="amends-demo", acks="all")
    await producer.start()
    try:
        yield Feeding(doors, producer, topic_prefix)
    finally:
        await producer.stop()
