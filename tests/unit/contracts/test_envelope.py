"""The envelope: written once, read in both modes, and never an exception of another kind."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as some

from contracts.envelope import (
    Envelope,
    EnvelopeError,
    HeaderWriter,
    read,
    read_public,
    read_structured,
    to_structured,
)
from contracts.strict_json import BadBody

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
STREAM = "complaint-018f6f5e-0000-8000-8000-000000000001"
DATA = '{"complaint":"018f6f5e","note":"水"}'.encode()
WRITER = HeaderWriter(source="/amends/intake")


def written(**changes: object) -> list[tuple[str, bytes | None]]:
    values = {
        "event_id": f"{STREAM}@3",
        "type_name": "amends.complaint.registered.v1",
        "schema_version": "1.0",
        "subject": STREAM,
        "sequence": 2,
        "time": NOON,
        "recorded_time": NOON + timedelta(microseconds=5),
        "correlation_id": "018f6f5e",
        "causation_id": f"{STREAM}@1",
    }
    return list(WRITER.headers(**values | changes))  # type: ignore[arg-type]  # plain values by name


def with_header(name: str, value: bytes | None) -> list[tuple[str, bytes | None]]:
    kept = [(known, each) for known, each in written() if known != name]
    return [*kept, (name, value)]


def rule_of(headers: list[tuple[str, bytes | None]], value: bytes | None = DATA) -> str:
    with pytest.raises(EnvelopeError) as refusal:
        read(headers, value)
    return refusal.value.rule


def test_what_is_written_is_read_again() -> None:
    envelope = read_public(STREAM.encode(), written(traceparent="00-ab-cd-01"), DATA)

    assert envelope == Envelope(
        id=f"{STREAM}@3",
        type="amends.complaint.registered.v1",
        source="/amends/intake",
        data=DATA,
        subject=STREAM,
        time=NOON,
        dataschema="urn:amends:schema:amends.complaint.registered.v1/1.0",
        datacontenttype="application/json",
        sequence=2,
        correlationid="018f6f5e",
        causationid=f"{STREAM}@1",
        recordedtime=NOON + timedelta(microseconds=5),
        traceparent="00-ab-cd-01",
    )


def test_sequence_is_padded_so_that_text_order_is_number_order() -> None:
    assert dict(written())["ce_sequence"] == b"00000000000000000002"


def test_event_without_a_cause_has_no_causation() -> None:
    headers = written(causation_id=None)

    assert "ce_causationid" not in dict(headers)
    assert read(headers, DATA).causationid is None


def test_time_in_another_zone_keeps_its_offset() -> None:
    eight_east = NOON.astimezone(timezone(timedelta(hours=8)))

    assert dict(written(time=eight_east))["ce_time"] == b"2026-03-01T20:00:00+08:00"


def test_time_without_zone_is_a_programmers_error() -> None:
    with pytest.raises(ValueError, match="zone"):
        written(time=NOON.replace(tzinfo=None))


def test_structured_mode_is_read_like_binary_mode() -> None:
    envelope = read(written(), DATA)
    structured = to_structured(envelope)

    assert read_structured(structured) == envelope
    assert read([("content-type", b"application/cloudevents+json; charset=UTF-8")], structured) == envelope
    assert read([], structured) == envelope


def test_extension_we_do_not_know_is_kept() -> None:
    envelope = read([*written(), ("ce_dataref", b"/evidence/1"), ("ce_deprecated", b"true")], DATA)

    assert envelope.extensions == {"dataref": "/evidence/1", "deprecated": "true"}
    assert read_structured(to_structured(envelope)) == envelope


def test_foreign_headers_may_hold_anything() -> None:
    foreign = [("trace", None), ("__schema_id", b"\xff\x00"), ("x", b"1"), ("x", b"2"), ("ce_bad-name", b"1")]

    assert read([*written(), *foreign], DATA) == read(written(), DATA)


@pytest.mark.parametrize("name", ["ce_id", "ce_type", "ce_sequence", "content-type", "ce_anything"])
@pytest.mark.parametrize("value", [None, b"\xff\xfe", b"\xe6\xb0"])
def test_header_that_is_null_or_not_utf8_is_refused(name: str, value: bytes | None) -> None:
    assert rule_of(with_header(name, value)) == "header_not_text"


def test_header_given_twice_is_refused() -> None:
    assert rule_of([*written(), ("CE_ID", b"other")]) == "header_repeated"


@pytest.mark.parametrize("value", [None, b""])
def test_event_without_data_is_refused(value: bytes | None) -> None:
    assert rule_of(written(), value) == "no_data"


@pytest.mark.parametrize("name", ["ce_id", "ce_source", "ce_type"])
def test_missing_or_empty_attribute_is_refused(name: str) -> None:
    assert rule_of([each for each in written() if each[0] != name]) == "attribute_missing"
    assert rule_of(with_header(name, b"")) == "attribute_missing"


def test_record_without_any_attribute_lacks_its_attributes() -> None:
    assert rule_of([], b"not json") == "attribute_missing"
    assert rule_of([], b'{"complaint":"1"}') == "no_data"


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("ce_specversion", b"0.3", "unknown_specversion"),
        ("ce_time", b"yesterday", "time_not_rfc3339"),
        ("ce_time", b"2026-03-01T12:00:00", "time_not_rfc3339"),
        ("ce_recordedtime", b"2026-03-01", "time_not_rfc3339"),
        ("ce_sequence", b"-1", "sequence_not_a_number"),
        ("ce_sequence", b"0", "sequence_not_a_number"),
        ("ce_sequence", "١".encode(), "sequence_not_a_number"),
        ("ce_sequence", b"1" * 21, "sequence_not_a_number"),
        ("content-type", b"application/xml", "data_not_json"),
        ("content-type", b"application/cloudevents-batch+json", "batch_not_supported"),
        ("content-type", b"application/cloudevents+json", "no_data"),
    ],
)
def test_attribute_of_the_wrong_form_is_refused(name: str, value: bytes, rule: str) -> None:
    assert rule_of(with_header(name, value)) == rule


@pytest.mark.parametrize(
    ("event", "rule"),
    [
        (b"[]", "object_expected"),
        (b"{", "not_json"),
        (b'{"id":"1","id":"2","data":1}', "duplicate_member"),
    ],
)
def test_structured_event_that_is_no_object_is_a_bad_body(event: bytes, rule: str) -> None:
    with pytest.raises(BadBody) as refusal:
        read_structured(event)

    assert refusal.value.rule == rule


@pytest.mark.parametrize(
    ("event", "rule"),
    [
        (b'{"specversion":"1.0","id":"1","source":"/a","type":"t","data":null}', "no_data"),
        (b'{"specversion":"1.0","id":"1","source":"/a","type":"t"}', "no_data"),
        (b'{"specversion":"1.0","id":"1","source":"/a","type":"t","data_base64":"?"}', "data_not_json"),
        (b'{"specversion":"1.0","id":["1"],"source":"/a","type":"t","data":1}', "attribute_not_text"),
        (b'{"specversion":"1.0","id":1.5,"source":"/a","type":"t","data":1}', "attribute_not_text"),
        (b'{"id":"1","source":"/a","type":"t","data":1}', "attribute_missing"),
    ],
)
def test_structured_event_with_wrong_attributes_is_refused(event: bytes, rule: str) -> None:
    with pytest.raises(EnvelopeError) as refusal:
        read_structured(event)

    assert refusal.value.rule == rule


@pytest.mark.parametrize("key", [None, b"", b"complaint-other", b"\xff"])
def test_key_that_is_not_the_subject_is_refused(key: bytes | None) -> None:
    with pytest.raises(EnvelopeError, match="subject_not_key"):
        read_public(key, written(), DATA)


@pytest.mark.parametrize(
    ("header", "rule"), [("ce_subject", "subject_missing"), ("ce_sequence", "sequence_missing")]
)
def test_public_event_needs_subject_and_sequence(header: str, rule: str) -> None:
    headers = [each for each in written() if each[0] != header]

    with pytest.raises(EnvelopeError, match=rule):
        read_public(STREAM.encode(), headers, DATA)


NAMES = some.sampled_from(
    ["ce_id", "ce_type", "ce_source", "ce_specversion", "ce_time", "ce_sequence", "content-type"]
)
VALUES = some.one_of(
    some.none(),
    some.binary(max_size=20),
    some.sampled_from([b"1.0", b"application/json", b"application/cloudevents+json"]),
)


@given(
    headers=some.lists(some.tuples(NAMES, VALUES), max_size=8), value=some.none() | some.binary(max_size=60)
)
def test_whatever_a_record_holds_reading_it_ends_in_an_event_or_a_rule(
    headers: list[tuple[str, bytes | None]], value: bytes | None
) -> None:
    with contextlib.suppress(EnvelopeError):
        assert read(headers, value).id
