"""Our envelope against the reference package: what one writes the other reads, in both modes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from cloudevents.core.bindings import kafka
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from contracts.envelope import Envelope, HeaderWriter, read, read_structured, to_structured

NOON = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)
STREAM = "complaint-018f6f5e-0000-8000-8000-000000000001"
DATA = {"complaint": "018f6f5e", "note": "水管漏水", "count": 3}
DATA_BYTES = json.dumps(DATA, ensure_ascii=False).encode()
ATTRIBUTES: dict[str, Any] = {
    "specversion": "1.0",
    "id": f"{STREAM}@3",
    "source": "/amends/intake",
    "type": "amends.complaint.registered.v1",
    "subject": STREAM,
    "time": NOON,
    "datacontenttype": "application/json",
    "dataschema": "urn:amends:schema:amends.complaint.registered.v1/1.0",
    "correlationid": "018f6f5e",
    "causationid": f"{STREAM}@2",
    "recordedtime": "2026-03-01T12:00:01Z",
    "sequence": "00000000000000000003",
    "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
}


def our_headers(time: datetime = NOON) -> list[tuple[str, bytes]]:
    return HeaderWriter(source="/amends/intake").headers(
        event_id=f"{STREAM}@3",
        type_name="amends.complaint.registered.v1",
        schema_version="1.0",
        subject=STREAM,
        sequence=3,
        time=time,
        recorded_time=datetime(2026, 3, 1, 12, 0, 1, tzinfo=UTC),
        correlation_id="018f6f5e",
        causation_id=f"{STREAM}@2",
        traceparent=ATTRIBUTES["traceparent"],
    )


def attributes_of(envelope: Envelope) -> dict[str, Any]:
    written: dict[str, Any] = json.loads(to_structured(envelope))
    del written["data"]
    return written


@pytest.mark.parametrize(
    "time", [NOON, NOON.replace(microsecond=0), NOON.astimezone(timezone(timedelta(hours=8)))]
)
def test_our_headers_are_those_the_package_writes(time: datetime) -> None:
    theirs = kafka.to_binary(CloudEvent(ATTRIBUTES | {"time": time}, DATA), JSONFormat())

    assert dict(our_headers(time)) == theirs.headers


def test_the_package_reads_what_we_write() -> None:
    message = kafka.KafkaMessage(headers=dict(our_headers()), key=STREAM.encode(), value=DATA_BYTES)

    event = kafka.from_kafka(message, JSONFormat())

    assert event.get_attributes() == ATTRIBUTES | {"partitionkey": STREAM}
    assert event.get_data() == DATA


def test_we_read_what_the_package_writes_in_binary_mode() -> None:
    theirs = kafka.to_binary(CloudEvent(dict(ATTRIBUTES), DATA), JSONFormat())

    envelope = read(theirs.headers.items(), theirs.value)

    assert attributes_of(envelope) == ATTRIBUTES | {"time": "2026-03-01T12:00:00.250000Z"}
    assert json.loads(envelope.data) == DATA


def test_we_read_what_the_package_writes_in_structured_mode() -> None:
    theirs = kafka.to_structured(CloudEvent(dict(ATTRIBUTES), DATA), JSONFormat())

    envelope = read(theirs.headers.items(), theirs.value)

    assert envelope == read(
        our_headers(), json.dumps(DATA, ensure_ascii=False, separators=(",", ":")).encode()
    )


def test_we_read_bytes_the_package_packs_into_base64() -> None:
    theirs = JSONFormat().write(CloudEvent(dict(ATTRIBUTES), DATA_BYTES))

    assert read_structured(theirs).data == DATA_BYTES


def test_the_package_reads_what_we_write_in_structured_mode() -> None:
    ours = to_structured(read(our_headers(), DATA_BYTES))

    event = JSONFormat().read(None, ours)

    assert event.get_attributes() == ATTRIBUTES
    assert event.get_data() == DATA
