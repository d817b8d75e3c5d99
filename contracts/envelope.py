"""CloudEvents 1.0 on Kafka: written in binary mode from plain values, read in binary and structured mode.

The `cloudevents` package is the measure: tests hold both directions against it. Its own reader costs tens of
microseconds and lets foreign exceptions out of a bad header, so the hot paths are written here.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from contracts.strict_json import BadBody, parse_json

SPECVERSION: Final = "1.0"
JSON_TYPE: Final = "application/json"
SCHEMA_PREFIX: Final = "urn:amends:schema:"
SEQUENCE_DIGITS: Final = 20
STRUCTURED_BYTES_MAX: Final = 1_048_576  # a topic's record limit, not a door's

Headers = Iterable[tuple[str, bytes | None]]

_JSON = re.compile(r"(application|text)/([a-z0-9.-]+\+)?json *(;.*)?", re.IGNORECASE)
_REQUIRED: Final = ("specversion", "id", "source", "type")
_OPTIONAL: Final = ("subject", "time", "datacontenttype", "dataschema")
_EXTENSIONS: Final = ("correlationid", "causationid", "recordedtime", "sequence", "traceparent")
_KNOWN: Final = frozenset((*_REQUIRED, *_OPTIONAL, *_EXTENSIONS))
_ATTRIBUTES: Final = {"content-type": "datacontenttype"} | {f"ce_{name}": name for name in _KNOWN}


class EnvelopeError(Exception):
    """A record that is no CloudEvent we can read; `rule` is a stable name and nothing of the record is quoted."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One event as received: its attributes, and its data as JSON bytes (untouched in binary mode)."""

    id: str
    type: str
    source: str
    data: bytes
    subject: str | None = None
    time: datetime | None = None
    dataschema: str | None = None
    datacontenttype: str | None = None
    sequence: int | None = None
    correlationid: str | None = None
    causationid: str | None = None
    recordedtime: datetime | None = None
    traceparent: str | None = None
    extensions: Mapping[str, str] = field(default_factory=dict)


def dataschema_of(type_name: str, schema_version: str) -> str:
    """Return the URN that names a type's schema; it equals the `$id` of the published file."""
    return f"{SCHEMA_PREFIX}{type_name}/{schema_version}"


class HeaderWriter:
    """Writes the headers of one service's public events; everything constant is encoded once."""

    def __init__(self, *, source: str) -> None:
        self._constant = (
            ("ce_specversion", SPECVERSION.encode()),
            ("ce_source", source.encode()),
            ("content-type", JSON_TYPE.encode()),
        )

    def headers(
        self,
        *,
        event_id: str,
        type_name: str,
        schema_version: str,
        subject: str,
        sequence: int,
        time: datetime,
        recorded_time: datetime,
        correlation_id: str,
        causation_id: str | None = None,
        traceparent: str | None = None,
    ) -> list[tuple[str, bytes]]:
        """Return the record headers of one event; ValueError for a time without a zone."""
        type_header, schema_header = _type_headers(type_name, schema_version)
        headers = [
            *self._constant,
            type_header,
            schema_header,
            ("ce_id", event_id.encode()),
            ("ce_subject", subject.encode()),
            ("ce_time", _rfc3339(time).encode()),
            ("ce_recordedtime", _rfc3339(recorded_time).encode()),
            ("ce_sequence", b"%020d" % sequence),
            ("ce_correlationid", correlation_id.encode()),
        ]
        if causation_id is not None:
            headers.append(("ce_causationid", causation_id.encode()))
        if traceparent is not None:
            headers.append(("ce_traceparent", traceparent.encode()))
        return headers


def read(headers: Headers, value: bytes | None) -> Envelope:
    """Return the event of a record in binary or structured mode.

    Only the headers of CloudEvents and the content type are looked at: a foreign header may hold anything.
    Raises EnvelopeError, and nothing else, for whatever else the record holds.
    """
    if not value:
        raise EnvelopeError("no_data")
    attributes = _attributes(headers)
    content_type = attributes.get("datacontenttype", "").lower()
    if content_type.startswith("application/cloudevents-batch"):
        raise EnvelopeError("batch_not_supported")
    # Without any attribute in the headers the value can only be an event in structured mode.
    if content_type.startswith("application/cloudevents") or "specversion" not in attributes:
        return _read_structured(value, attributes)
    return _envelope(attributes, value)


def read_public(key: bytes | None, headers: Headers, value: bytes | None) -> Envelope:
    """Return an event of a public topic: its subject is the record's key and it has a sequence from 1 on."""
    envelope = read(headers, value)
    if envelope.subject is None:
        raise EnvelopeError("subject_missing")
    if envelope.subject.encode() != key:
        raise EnvelopeError("subject_not_key")
    if envelope.sequence is None:
        raise EnvelopeError("sequence_missing")
    return envelope


def read_structured(value: bytes) -> Envelope:
    """Return the event of a structured JSON text, as files and webhooks carry it.

    Raises BadBody for bytes that are no JSON object, EnvelopeError for one that is no event.
    """
    event = parse_json(value, max_bytes=STRUCTURED_BYTES_MAX)
    if not isinstance(event, dict):
        raise BadBody("object_expected", "an event is a JSON object")
    data = _structured_data(event)
    attributes = {name: _text(each) for name, each in event.items() if name not in {"data", "data_base64"}}
    return _envelope({name: each for name, each in attributes.items() if each is not None}, data)


def to_structured(envelope: Envelope) -> bytes:
    """Return the event as structured JSON, the data inside as it is."""
    names = (*_REQUIRED[1:], *_OPTIONAL, *_EXTENSIONS)
    values = {name: getattr(envelope, name) for name in names} | dict(envelope.extensions)
    texts = {name: _attribute_text(each) for name, each in values.items() if each is not None}
    head = json.dumps(
        {"specversion": SPECVERSION} | texts, ensure_ascii=False, separators=(",", ":")
    ).encode()
    return head[:-1] + b',"data":' + envelope.data + b"}"


def _attribute_text(value: str | int | datetime) -> str:
    if isinstance(value, datetime):
        return _rfc3339(value)
    return f"{value:0{SEQUENCE_DIGITS}d}" if isinstance(value, int) else value


def _attributes(headers: Headers) -> dict[str, str]:
    attributes: dict[str, str] = {}
    for name, value in headers:
        attribute = _ATTRIBUTES.get(name) or _attribute_of(name.lower())
        if attribute is None:
            continue
        if attribute in attributes:
            raise EnvelopeError("header_repeated")
        try:
            attributes[attribute] = value.decode()  # type: ignore[union-attr]  # null is caught below
        except (UnicodeDecodeError, AttributeError):
            raise EnvelopeError("header_not_text") from None
    return attributes


def _attribute_of(header: str) -> str | None:
    if header.startswith("ce_"):
        return header[3:]
    return "datacontenttype" if header == "content-type" else None


def _read_structured(value: bytes, attributes: Mapping[str, str]) -> Envelope:
    try:
        return read_structured(value)
    except BadBody as error:
        # A record that never claimed to be structured lacks its attributes; its JSON is not the point.
        structured = attributes.get("datacontenttype", "").startswith("application/cloudevents")
        raise EnvelopeError(error.rule if structured else "attribute_missing") from None


def _structured_data(event: Mapping[str, Any]) -> bytes:
    if event.get("data") is not None:
        return json.dumps(event["data"], ensure_ascii=False, separators=(",", ":")).encode()
    encoded = event.get("data_base64")
    if not isinstance(encoded, str) or not encoded:
        raise EnvelopeError("no_data")
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise EnvelopeError("data_not_json") from None


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    # JSON may carry an integer or boolean attribute as such; its canonical form is this string.
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    raise EnvelopeError("attribute_not_text")


def _envelope(attributes: Mapping[str, str], data: bytes) -> Envelope:
    if not all(attributes.get(name) for name in _REQUIRED):
        raise EnvelopeError("attribute_missing")
    if attributes["specversion"] != SPECVERSION:
        raise EnvelopeError("unknown_specversion")
    content_type = attributes.get("datacontenttype")
    if content_type not in {None, JSON_TYPE} and not _JSON.fullmatch(content_type or ""):
        raise EnvelopeError("data_not_json")
    return Envelope(
        id=attributes["id"],
        type=attributes["type"],
        source=attributes["source"],
        data=data,
        subject=attributes.get("subject"),
        time=_instant(attributes.get("time")),
        dataschema=attributes.get("dataschema"),
        datacontenttype=content_type,
        sequence=_sequence(attributes.get("sequence")),
        correlationid=attributes.get("correlationid"),
        causationid=attributes.get("causationid"),
        recordedtime=_instant(attributes.get("recordedtime")),
        traceparent=attributes.get("traceparent"),
        extensions={name: attributes[name] for name in attributes.keys() - _KNOWN if _is_extension(name)},
    )


def _is_extension(name: str) -> bool:
    # Names that CloudEvents forbids are passed over like any foreign header.
    return name != "data" and name.isascii() and name.isalnum()


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text.upper())
    except ValueError:
        raise EnvelopeError("time_not_rfc3339") from None
    if found.tzinfo is None:
        raise EnvelopeError("time_not_rfc3339")
    return found


def _sequence(text: str | None) -> int | None:
    if text is None:
        return None
    # isdecimal alone would take digits of other scripts.
    if not (text.isascii() and text.isdecimal()) or len(text) > SEQUENCE_DIGITS or int(text) == 0:
        raise EnvelopeError("sequence_not_a_number")
    return int(text)


def _rfc3339(instant: datetime) -> str:
    # Rows come in UTC; formatting an offset costs as much again as formatting the time.
    if instant.tzinfo is UTC:
        return instant.replace(tzinfo=None).isoformat() + "Z"
    if instant.tzinfo is None:
        raise ValueError("an event's times need a zone")
    text = instant.isoformat()
    return text[:-6] + "Z" if text.endswith("+00:00") else text


@lru_cache(maxsize=1024)
def _type_headers(type_name: str, schema_version: str) -> tuple[tuple[str, bytes], tuple[str, bytes]]:
    schema = dataschema_of(type_name, schema_version)
    return ("ce_type", type_name.encode()), ("ce_dataschema", schema.encode())
