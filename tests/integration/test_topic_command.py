"""`amends topic tail` on a real broker: what an operator sees of a topic, and what stays off the screen."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner, Result

from contracts.envelope import HeaderWriter
from contracts.topics import COMPLAINT, CONTACT
from eventlog.kafka.publisher import PublicRecord, Publisher
from operate.commands.topic import app
from operate.errors import OperateError
from operate.stack.local import Engines
from operate.stack.topics import ensure_topics
from tests.support.kafka import public

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
STREAM = "complaint-0b9f0000-0000-8000-8000-000000000001"
TYPE = "amends.complaint.acknowledged.v1"


def record(topic: str, sequence: int, data: dict[str, object]) -> PublicRecord:
    headers = HeaderWriter(source="/amends/intake").headers(
        event_id=f"{STREAM}@{sequence}",
        type_name=TYPE,
        schema_version="1.0",
        subject=STREAM,
        sequence=sequence,
        time=NOON,
        recorded_time=NOON,
        correlation_id=STREAM.removeprefix("complaint-"),
    )
    return public(topic, STREAM, json.dumps(data).encode(), headers)


@pytest.fixture
async def publisher(engines: Engines, topic_prefix: str) -> AsyncIterator[Publisher]:
    await ensure_topics(engines.kafka, (COMPLAINT, CONTACT), prefix=topic_prefix)
    publishing = Publisher(engines.kafka, client_id="test")
    yield publishing
    await publishing.close()


async def tailed(engines: Engines, *arguments: str) -> Result:
    """Run the command as a shell would, beside this test's own loop."""
    environment = {"AMENDS_KAFKA": engines.kafka, "COLUMNS": "400"}
    return await asyncio.to_thread(CliRunner().invoke, app, ["tail", *arguments], env=environment)


async def test_tail_shows_type_subject_sequence_and_data_without_what_is_sealed(
    engines: Engines, topic_prefix: str, publisher: Publisher
) -> None:
    topic = f"{topic_prefix}{COMPLAINT.name}"
    await publisher.publish(
        [
            record(topic, 1, {"owner": "a-017", "sealed": [{"ciphertext": "c2VhbGVk"}]}),
            record(topic, 2, {"n": 2}),
        ]
    )

    said = await tailed(engines, topic, "--from-beginning", "--count", "2")

    first, second = said.output.splitlines()
    assert first.split()[:3] == [TYPE, STREAM, "1"]
    assert '{"owner":"a-017"} + 1 sealed' in first
    assert "c2VhbGVk" not in said.output
    assert second.split()[2:] == ["2", '{"n":2}']


async def test_tail_as_json_shows_whole_events(
    engines: Engines, topic_prefix: str, publisher: Publisher
) -> None:
    topic = f"{topic_prefix}{COMPLAINT.name}"
    await publisher.publish([record(topic, 1, {"owner": "a-017"})])

    said = await tailed(engines, topic, "--from-beginning", "--count", "1", "--json")

    event = json.loads(said.output)
    assert (event["type"], event["subject"], event["data"]) == (TYPE, STREAM, {"owner": "a-017"})


async def test_tail_of_a_private_topic_shows_no_content(
    engines: Engines, topic_prefix: str, publisher: Publisher
) -> None:
    topic = f"{topic_prefix}{CONTACT.name}"
    await publisher.publish([record(topic, 1, {"narrative": "told in confidence"})])

    said = await tailed(engines, topic, "--from-beginning", "--count", "1")

    assert TYPE in said.output
    assert "told in confidence" not in said.output


async def test_topic_that_is_not_there_is_told_with_those_that_are(
    engines: Engines, topic_prefix: str, publisher: Publisher
) -> None:
    await publisher.publish([])

    said = await tailed(engines, f"{topic_prefix}amends.nothing.v1")

    assert isinstance(said.exception, OperateError)
    assert f"{topic_prefix}{COMPLAINT.name}" in said.exception.remedy
