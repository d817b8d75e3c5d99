"""A producer whose topic is ahead of its log must not go on publishing."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from contracts.topics import COMPLAINT
from eventlog.aggregate import Catalogue
from eventlog.clock import Clock, fresh_id
from eventlog.kafka.ahead import ahead_of_log
from eventlog.kafka.publisher import Publisher
from eventlog.keys import Keyring
from eventlog.keys.memory import MemoryKeyStore
from eventlog.log import EventLog
from eventlog.memory import memory_storage
from eventlog.store import LogStore
from operate.stack.local import Engines
from operate.stack.topics import ensure_topics
from tests.support.account import ACCOUNT, deposit, opening
from tests.support.kafka import public

STREAM = "account-00000000-0000-8000-8000-000000000001"


async def log_of_two_events() -> LogStore:
    store = memory_storage().log
    log = EventLog(store, Catalogue(ACCOUNT), Keyring(MemoryKeyStore()), clock=Clock())
    (key,) = await log.keyring.new_persons(1)
    await log.execute(STREAM, opening(key.person), command_id=fresh_id())
    await log.execute(STREAM, deposit(), command_id=fresh_id())
    return store


async def publish(kafka: str, topic: str, event_ids: Iterable[str]) -> None:
    publisher = Publisher(kafka, client_id="test")
    await publisher.publish([public(topic, each, headers=[("ce_id", each.encode())]) for each in event_ids])
    await publisher.close()


@pytest.fixture
async def topic(engines: Engines, topic_prefix: str) -> str:
    await ensure_topics(engines.kafka, [COMPLAINT], prefix=topic_prefix)
    return f"{topic_prefix}{COMPLAINT.name}"


async def test_an_empty_topic_is_not_ahead(engines: Engines, topic: str) -> None:
    store = await log_of_two_events()

    assert await ahead_of_log(engines.kafka, [topic], store, id_header="ce_id") is None


async def test_a_topic_with_what_the_log_holds_is_not_ahead(engines: Engines, topic: str) -> None:
    store = await log_of_two_events()
    await publish(engines.kafka, topic, [f"{STREAM}@1", f"{STREAM}@2"])

    assert await ahead_of_log(engines.kafka, [topic], store, id_header="ce_id") is None


async def test_an_event_the_log_does_not_hold_is_named(engines: Engines, topic: str) -> None:
    store = await log_of_two_events()
    await publish(engines.kafka, topic, [f"{STREAM}@1", f"{STREAM}@3"])

    assert f"{STREAM}@3" == await ahead_of_log(engines.kafka, [topic], store, id_header="ce_id")


@pytest.mark.parametrize("event_id", ["no event id", f"{STREAM}@", f"{STREAM}@99999999999", "\0@1", "@"])
async def test_a_strangers_record_does_not_stop_the_relay(
    engines: Engines, topic: str, event_id: str
) -> None:
    store = await log_of_two_events()
    await publish(engines.kafka, topic, [f"{STREAM}@2", event_id])

    assert await ahead_of_log(engines.kafka, [topic], store, id_header="ce_id") is None
