"""Topics on the local broker, as the contracts describe them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from contracts.topics import Topic
from eventlog.kafka.access import KafkaAccess, access_to
from operate.errors import OperateError
from operate.kafka_access import kafka_trouble

LOCAL_PARTITIONS = 3
_BROKERS_DEFAULT = -1


async def ensure_topics(
    kafka: KafkaAccess | str,
    topics: Iterable[Topic],
    *,
    prefix: str = "",
    partitions_max: int = LOCAL_PARTITIONS,
) -> None:
    """Create the topics that are not there yet, each with its limits. Raises OperateError.

    `prefix` goes before each name as it is. One machine serves fewer partitions faster, so at most
    `partitions_max` are made.
    """
    asked = [
        NewTopic(
            prefix + topic.name,
            min(topic.partitions, partitions_max),
            _BROKERS_DEFAULT,
            replica_assignments={},  # the library wants this said wherever the broker is to choose
            topic_configs=topic.settings,
        )
        for topic in topics
    ]
    async with _admin(access_to(kafka)) as admin:
        answer = await admin.create_topics(asked)
    for name, code, message in answer.topic_errors:
        if code not in (0, TopicAlreadyExistsError.errno):
            raise OperateError(
                f"The topic {name} could not be made: {message or for_code(code).__name__}.",
                "Check that the account at AMENDS_KAFKA may create topics, or let its operator create them.",
            )


async def drop_topics(kafka: KafkaAccess | str, prefix: str) -> None:
    """Delete every topic whose name begins with a prefix, which must not be empty."""
    if not prefix:
        raise ValueError("an empty prefix would delete every topic")
    async with _admin(access_to(kafka)) as admin:
        doomed = [name for name in await admin.list_topics() if name.startswith(prefix)]
        if doomed:
            await admin.delete_topics(doomed)


@asynccontextmanager
async def _admin(kafka: KafkaAccess) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(**kafka.options, client_id="amends-operate")
    try:
        await admin.start()
        yield admin
    except KafkaError as error:
        raise await kafka_trouble(kafka, error) from error
    finally:
        await admin.close()
