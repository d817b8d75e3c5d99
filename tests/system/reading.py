"""What a test looks at afterwards: the logs as rows, the topics as records, checkpoints, inboxes, read models."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from contracts.topics import CONTACT, TOPICS
from eventlog.recorded import Row
from operate.stack.topics import LOCAL_PARTITIONS
from tests.system.installation import DECLARED, LiveInstallation, Look, until

PRODUCER: Final = {topic.name: topic.producer for topic in TOPICS if topic.producer in DECLARED}
PUBLIC_TOPICS: Final = {
    name: tuple(topic for topic, producer in PRODUCER.items() if producer == name) for name in DECLARED
}
HEARD: Final = {
    name: tuple(topic.name for topic in TOPICS if name in topic.consumers and topic.name in PRODUCER)
    for name in DECLARED
}
LOOK_MILLISECONDS: Final = 20
_ROWS: Final = """
    SELECT position, stream, version, type, schema_version, at, recorded_at, correlation_id, causation_id,
           public_type, public_schema, public_sequence, body, public
      FROM eventlog.events ORDER BY position"""
_SEQUENCES: Final = (
    "SELECT stream, max(public_sequence) FROM eventlog.events WHERE stream LIKE $1 GROUP BY stream"
)


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it lies on a topic."""

    topic: str
    partition: int
    offset: int
    key: str
    headers: tuple[tuple[str, bytes], ...]
    value: bytes

    @property
    def id(self) -> str:
        return self.header("ce_id")

    @property
    def type(self) -> str:
        return self.header("ce_type")

    @property
    def sequence(self) -> int:
        return int(self.header("ce_sequence"))

    def header(self, name: str) -> str:
        return dict(self.headers).get(name, b"").decode(errors="replace")


@dataclass(frozen=True, slots=True)
class ServiceLog:
    """One service's log, and what follows and precedes it: checkpoints by name, inbox by topic and key."""

    rows: tuple[Row, ...]
    checkpoints: dict[str, int] = field(default_factory=dict)
    inbox: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def head(self) -> int:
        return self.rows[-1].position if self.rows else 0


async def log_of(installation: LiveInstallation, service: str) -> ServiceLog:
    """Return a service's whole log as it stands in its database."""
    async with (
        installation.database(service) as connection,
        connection.transaction(isolation="repeatable_read"),
    ):
        rows = await connection.fetch(_ROWS)
        checkpoints = await connection.fetch("SELECT name, position FROM eventlog.checkpoints")
        inbox = await connection.fetch("SELECT topic, key, last_sequence FROM eventlog.inbox")
    prefix = installation.prepared.topic_prefix
    return ServiceLog(
        rows=tuple(Row(*row.values()) for row in rows),
        checkpoints=dict(map(tuple, checkpoints)),
        inbox={(topic.removeprefix(prefix), key): last for topic, key, last in inbox},
    )


async def records_of(installation: LiveInstallation, topic: str) -> list[Record]:
    """Return everything that lies on a topic, partition by partition in the order of offsets."""
    consumer = _looker(installation)
    await consumer.start()
    try:
        places = _places(installation, topic)
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        ends = await consumer.end_offsets(places)
        found: list[Record] = []
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for place, batch in (await consumer.getmany(timeout_ms=200)).items():
                found.extend(_record(topic, place.partition, each) for each in batch)
        return sorted(found, key=lambda record: (record.partition, record.offset))
    finally:
        await consumer.stop()


def _looker(installation: LiveInstallation) -> AIOKafkaConsumer:
    # A fetch that waits for records keeps every other question to the broker waiting, so it waits shortly.
    return AIOKafkaConsumer(
        **installation.engines.access.options,
        enable_auto_commit=False,
        fetch_max_wait_ms=LOOK_MILLISECONDS,
    )


def _places(installation: LiveInstallation, topic: str) -> list[TopicPartition]:
    count = 1 if topic.endswith(".dlq") else LOCAL_PARTITIONS
    return [TopicPartition(installation.topic(topic), number) for number in range(count)]


def _record(topic: str, partition: int, raw: Any) -> Record:
    headers = tuple((name, value or b"") for name, value in raw.headers)
    return Record(
        topic, partition, raw.offset, (raw.key or b"").decode(errors="replace"), headers, raw.value or b""
    )


async def published(installation: LiveInstallation, service: str) -> list[Record]:
    """Return everything a service has published."""
    found = await asyncio.gather(*(records_of(installation, topic) for topic in PUBLIC_TOPICS[service]))
    return [record for records in found for record in records]


async def settled(installation: LiveInstallation, *, seconds: float = 60.0) -> None:
    """Wait until nothing is under way: followers at the head, inboxes at the last sequence, no record unread."""
    last: list[Any] = []

    async def quiet() -> bool:
        before = await _heads(look)
        last[:] = [await _unfinished(installation, look), before]
        return not last[0] and await _heads(look) == before

    async with installation.looking() as look:
        try:
            await until(quiet, "everything is settled", seconds=seconds, every=0.1)
        except AssertionError:
            raise AssertionError(f"not settled within {seconds} s: {last}") from None


async def heads(installation: LiveInstallation) -> list[int]:
    """Return the last position of each log."""
    return await _heads(installation.rows)


async def _heads(look: Look) -> list[int]:
    query = "SELECT coalesce(max(position), 0) FROM eventlog.events"
    return [(await look(name, query))[0][0] for name in DECLARED]


async def _unfinished(installation: LiveInstallation, look: Look) -> list[str]:
    waiting = []
    for name in DECLARED:
        behind = await look(
            name,
            "SELECT name, position, head FROM eventlog.checkpoints,"
            " (SELECT coalesce(max(position), 0) AS head FROM eventlog.events) AS log"
            " WHERE name <> 'dead_letter_relay' AND position < head",
        )
        waiting += [f"{name}'s {row['name']} is at {row['position']} of {row['head']}" for row in behind]
        for topic in HEARD[name]:
            waiting += await _unheard(look, name, topic, installation.topic(topic))
    return waiting or await unread(installation)


async def _unheard(look: Look, hearer: str, topic: str, full_name: str) -> list[str]:
    said = await look(PRODUCER[topic], _SEQUENCES, f"{topic.split('.')[1]}-%")
    inbox = await look(hearer, "SELECT key, last_sequence FROM eventlog.inbox WHERE topic = $1", full_name)
    heard = dict(map(tuple, inbox))
    dead = {
        row[0].decode(errors="replace")
        for row in await look(
            hearer,
            "SELECT key FROM eventlog.dead_letters WHERE settled_as IS NULL AND key IS NOT NULL AND topic = $1",
            full_name,
        )
    }
    return [
        f"{hearer} has heard {heard.get(stream, 0)} of {last} of {stream}"
        for stream, last in said
        if last is not None and heard.get(stream, 0) < last and stream not in dead
    ][:5]


async def unread(installation: LiveInstallation) -> list[str]:
    """Return what the consumer groups have not committed yet, topic by topic."""
    admin = AIOKafkaAdminClient(**installation.engines.access.options)
    consumer = _looker(installation)
    await admin.start()
    await consumer.start()
    found = []
    try:
        every = [place for topic in (*PRODUCER, CONTACT.name) for place in _places(installation, topic)]
        consumer.assign(every)
        ends = await consumer.end_offsets(every)
        for name, heard in HEARD.items():
            topics = (*heard, CONTACT.name) if name in CONTACT.consumers else heard
            places = [place for topic in topics for place in _places(installation, topic)]
            done = await admin.list_consumer_group_offsets(installation.topic(name), partitions=places)
            found += [
                f"{name} has read {done[place].offset} of {ends[place]} in {place.topic}/{place.partition}"
                for place in places
                if max(done[place].offset, 0) < ends[place]
            ]
    finally:
        await consumer.stop()
        await admin.close()
    return found
