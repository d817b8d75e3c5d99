"""Where Kafka's records and the log's rows meet the public envelope: one place for all services."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from contracts.envelope import EnvelopeError, HeaderWriter, read_public
from contracts.strict_json import BadBody, parse_json
from eventlog.incoming import Incoming, Poison, RawRecord
from eventlog.recorded import Row
from eventlog.relay import Headers

EVENT_ID_HEADER = "ce_id"
RECORD_BYTES_MAX = 1_048_576
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_record(record: RawRecord) -> Incoming:
    """Return a record of a public topic with its envelope read. Raises Poison."""
    if record.value is not None and len(record.value) > RECORD_BYTES_MAX:
        # A topic with a wider limit than the contract's must not widen what we take in.
        raise Poison("unreadable", "record_too_large")
    try:
        envelope = read_public(record.key, record.headers, record.value)
    except EnvelopeError as error:
        raise Poison("unreadable", error.rule) from None
    if b"\\u0000" in envelope.data:
        _refuse_nul(envelope.data)
    return Incoming(
        topic=record.topic,
        key=envelope.subject or "",
        sequence=envelope.sequence or 0,
        id=envelope.id,
        type=envelope.type,
        at=envelope.time or _EPOCH,
        data=envelope.data,
        record=record,
    )


def headers_of(service: str) -> Headers:
    """Return the function that builds a public event's headers from its row's columns."""
    writer = HeaderWriter(source=f"/amends/{service}")

    def headers(row: Row) -> Sequence[tuple[str, bytes]]:
        return writer.headers(
            event_id=row.id,
            type_name=row.public_type or "",
            schema_version=row.public_schema or "",
            subject=row.stream,
            sequence=row.public_sequence or 0,
            time=row.at,
            recorded_time=row.recorded_at,
            correlation_id=row.correlation_id,
            causation_id=row.causation_id,
        )

    return headers


def _refuse_nul(data: bytes) -> None:
    # The six characters may also be an escaped backslash before "u0000": only a strict reader knows.
    try:
        parse_json(data, max_bytes=RECORD_BYTES_MAX)
    except BadBody as error:
        raise Poison("unreadable", error.rule) from None
