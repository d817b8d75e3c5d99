"""The extract: a negotiation's events opened, with the stored bytes and the chain links they stand in.

With it anyone can prove offline that each event is, byte for byte, what its link of the log's chain covers; and
it can still be read when the person's keys are gone.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import rfc8785

from eventlog.chain import row_hash
from eventlog.log import EventLog
from eventlog.recorded import Row
from eventlog.store import Link, LogStore


@dataclass(frozen=True, slots=True)
class Extract:
    """`events` are JSON lines, one for each event; `chain` is the JSON document of the links they stand in."""

    events: bytes
    chain: bytes


async def extract_of(log: EventLog, stream: str, up_to: int) -> Extract:
    """Return the extract of a stream up to a version, as canonical JSON."""
    loaded = (await log.store.load({stream: 0}))[stream]
    flushes = await _flushes(log.store, [row for row in loaded if row.version <= up_to])
    # What is loaded to be folded comes without its public bytes; what the chain covers has them.
    rows = [row for _, flush in flushes for row in flush if row.stream == stream and row.version <= up_to]
    opened = await log.opened(rows)
    lines = [
        rfc8785.dumps({**_columns(row), "opened": recorded.event.model_dump(mode="json")})
        for recorded, row in zip(opened, rows, strict=True)
    ]
    chain = rfc8785.dumps({"links": [link for link, _ in flushes]})
    return Extract(b"".join(line + b"\n" for line in lines), chain)


def _columns(row: Row) -> dict[str, Any]:
    """Return every column the row's hash covers; bytes in base64, times with their microseconds."""
    return {
        "position": row.position,
        "stream": row.stream,
        "version": row.version,
        "type": row.type,
        "schema_version": row.schema_version,
        "at": row.at.isoformat(timespec="microseconds"),
        "recorded_at": row.recorded_at.isoformat(timespec="microseconds"),
        "correlation_id": row.correlation_id,
        "causation_id": row.causation_id,
        "public_type": row.public_type,
        "public_schema": row.public_schema,
        "public_sequence": row.public_sequence,
        "body": b64encode(row.body).decode(),
        "public": None if row.public is None else b64encode(row.public).decode(),
    }


async def _flushes(store: LogStore, rows: Sequence[Row]) -> list[tuple[dict[str, Any], list[Row]]]:
    """Return the chain links the rows stand in, each with all rows it covers."""
    found: list[tuple[dict[str, Any], list[Row]]] = []
    covered = 0
    for row in rows:
        if row.position <= covered:
            continue
        (link,) = await store.links(row.position - 1, 1)
        found.append(await _flush(store, link))
        covered = link.last_position
    return found


async def _flush(store: LogStore, link: Link) -> tuple[dict[str, Any], list[Row]]:
    """Return a link as the proof tells it (of the rows their hashes only), and its rows."""
    before = link.first_position - 1
    previous = (await store.links(before - 1, 1))[0].hash if before else b""
    rows = await store.read(before, link.last_position - before)
    told = {
        "first_position": link.first_position,
        "last_position": link.last_position,
        "previous": previous.hex(),
        "rows": [row_hash(row).hex() for row in rows],
        "hash": link.hash.hex(),
    }
    return told, rows
