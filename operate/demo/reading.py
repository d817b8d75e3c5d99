"""What stands on the public topics, read back from the beginning as any integrator could."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from contracts.envelope import EnvelopeError, read_public
from contracts.topics import COMPLAINT, ESCALATION, FLAG, GROUP, NEGOTIATION
from eventlog.kafka.access import KafkaAccess
from operate.errors import OperateError

PUBLIC: Final = (COMPLAINT, ESCALATION, GROUP, NEGOTIATION, FLAG)
_POLL_MILLISECONDS: Final = 500
_RECORDS_MAX: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event as it stands on a topic. `name` is the type without prefix and version: `complaint.closed`."""

    id: str
    name: str
    subject: str
    sequence: int
    at: datetime
    recorded_at: datetime
    data: Mapping[str, Any]

    @property
    def complaint(self) -> str:
        """The complaint it tells of, empty for an event of a whole group."""
        return str(self.data.get("complaint", ""))


@dataclass(frozen=True, slots=True)
class ReadBack:
    """The distinct events of each category, in order per stream, and how many records there were."""

    events: Mapping[str, Sequence[Told]]
    records: int
    unreadable: int

    def named(self, name: str) -> Iterator[Told]:
        """Yield the events of one name, `complaint.registered`."""
        return (event for event in self.events.get(name.partition(".")[0], ()) if event.name == name)


async def read_back(kafka: KafkaAccess, topic_prefix: str) -> ReadBack:
    """Read the public topics from their beginning to their present end. Raises OperateError."""
    found: dict[str, dict[str, Told]] = defaultdict(dict)
    records = unreadable = 0
    async for record in _all_records(kafka, [f"{topic_prefix}{topic.name}" for topic in PUBLIC]):
        records += 1
        try:
            event = _told(record)
        except (EnvelopeError, ValueError):
            unreadable += 1
        else:
            found[event.subject.partition("-")[0]][event.id] = event
    ordered = {
        category: sorted(events.values(), key=lambda event: (event.subject, event.sequence))
        for category, events in found.items()
    }
    return ReadBack(ordered, records, unreadable)


async def _all_records(kafka: KafkaAccess, topics: Sequence[str]) -> Any:
    # Without a group every partition is this reader's, and nobody remembers that it was here.
    consumer = AIOKafkaConsumer(
        *topics, **kafka.options, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    try:
        await consumer.start()
        partitions = consumer.assignment()
        ends = await consumer.end_offsets(partitions)
        open_ones = {each for each in partitions if ends[each]}
        while open_ones:
            batch = await consumer.getmany(timeout_ms=_POLL_MILLISECONDS, max_records=_RECORDS_MAX)
            for record in (record for records in batch.values() for record in records):
                yield record
            open_ones = {each for each in open_ones if await consumer.position(each) < ends[each]}
    except KafkaError as error:
        raise OperateError(
            f"The topics cannot be read: {type(error).__name__}.", "See `amends status`."
        ) from error
    finally:
        await consumer.stop()


def _told(record: Any) -> Told:
    envelope = read_public(record.key, record.headers, record.value)
    if envelope.time is None or envelope.recordedtime is None:
        raise EnvelopeError("attribute_missing")
    return Told(
        id=envelope.id,
        name=envelope.type.removeprefix("amends.").rpartition(".")[0],
        subject=envelope.subject or "",
        sequence=envelope.sequence or 0,
        at=envelope.time,
        recorded_at=envelope.recordedtime,
        data=json.loads(envelope.data),
    )
