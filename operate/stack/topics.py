"""Topics on the local broker, as the contracts describe them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager

import stamina
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import BrokerNotAvailableError, KafkaError, TopicAlreadyExistsError, for_code

from contracts.topics import Topic
from eventlog.kafka.access import KafkaAccess, access_to
from operate.errors import OperateError
from operate.kafka_access import kafka_trouble

LOCAL_PARTITIONS = 3
_BROKERS_DEFAULT = -1
_PATIENCE_SECONDS = 30.0


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
        await brokers_are_told(admin.describe_cluster)
        answer = await admin.create_topics(asked)
    for name, code, message in answer.topic_errors:
        if code not in (0, TopicAlreadyExistsError.errno):
            raise OperateError(
                f"The topic {name} could not be made: {message or for_code(code).__name__}.",
                "Check that the account at AMENDS_KAFKA may create topics, or let its operator create them.",
            )


async def brokers_are_told(describe_cluster: Callable[[], Awaitable[dict[str, object]]]) -> None:
    """Wait until a cluster names its brokers, half a minute at most. Raises BrokerNotAvailableError.

    A broker that has just started, or stood still for longer than its session, answers before it belongs to its
    cluster again; the library's client trips over an answer without any broker.
    """
    async for attempt in stamina.retry_context(
        on=BrokerNotAvailableError,
        attempts=None,
        timeout=_PATIENCE_SECONDS,
        wait_initial=0.05,
        wait_max=1.0,
        wait_jitter=0.05,
    ):
        with attempt:
            if not (await describe_cluster())["brokers"]:
                raise BrokerNotAvailableError


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
