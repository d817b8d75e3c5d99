"""Is a topic ahead of its log? Then the database was restored, and publishing on would tell two stories."""

from __future__ import annotations

from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from eventlog.errors import Unavailable
from eventlog.kafka.access import KafkaAccess, access_to, unreachable
from eventlog.store import LogStore

LOOK_MILLISECONDS = 10_000
VERSION_DIGITS_MAX = 9


async def ahead_of_log(
    kafka: KafkaAccess | str, topics: Iterable[str], log: LogStore, *, id_header: str
) -> str | None:
    """Return the id of a published event that the log does not hold, None when there is none.

    Looks at the last record of every partition; `id_header` names the header with the event id. Raises
    Unavailable.
    """
    # Subscribing makes the start wait for the topics' metadata; without it no partition is known, and a stop
    # right after the start cancels whoever called it.
    topics, access = tuple(topics), access_to(kafka)
    consumer = AIOKafkaConsumer(*topics, **access.options, enable_auto_commit=False)
    try:
        await consumer.start()
        last = await _last_ids(consumer, topics, id_header)
    except (KafkaError, OSError) as trouble:
        raise await unreachable(access, trouble, "Kafka does not answer") from trouble
    finally:
        await consumer.stop()
    for event_id in sorted(last):
        stream, _, version = event_id.rpartition("@")
        # What is no event id of a log was written by a stranger: our consumers keep it aside as poison.
        is_ours = version.isdecimal() and len(version) <= VERSION_DIGITS_MAX and "\0" not in stream
        if is_ours and not (await log.load({stream: int(version) - 1}))[stream]:
            return event_id
    return None


async def _last_ids(consumer: AIOKafkaConsumer, topics: Iterable[str], id_header: str) -> set[str]:
    partitions = [
        TopicPartition(topic, number)
        for topic in topics
        for number in consumer.partitions_for_topic(topic) or ()
    ]
    starts = await consumer.beginning_offsets(partitions)
    ends = await consumer.end_offsets(partitions)
    filled = [partition for partition in partitions if ends[partition] > starts[partition]]
    for partition in filled:
        # Where it would start by itself must be settled first, or that would undo the seek and hide the record.
        await consumer.position(partition)
        consumer.seek(partition, ends[partition] - 1)
    found: set[str] = set()
    waiting = set(filled)
    while waiting:
        batch = await consumer.getmany(*waiting, timeout_ms=LOOK_MILLISECONDS)
        if not batch:
            raise Unavailable("the last record of a topic could not be read in time")
        for partition, records in batch.items():
            waiting.discard(partition)
            found |= {
                value.decode(errors="replace")
                for record in records
                for name, value in record.headers
                if name == id_header and value is not None
            }
    return found
