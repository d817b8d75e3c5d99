"""The extract: a negotiation's events opened, with the stored bytes and the chain links they stand in.

With it anyone can prove offline that each event is, byte for byte, what its link of the log's chain covers; and
it can still be read when the person's keys are gone.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Any, Final

import rfc8785

from eventlog.chain import row_hash
from eventlog.log import EventLog
from eventlog.recorded import Row
from eventlog.store import Link, LogStore

FORMAT: Final = "amends.extract.v1"


async def extract_of(log: EventLog, stream: str, up_to: int) -> bytes:
    """Return the extract of a stream up to a version, as canonical JSON."""
    rows = [row for row in (await log.store.load({stream: 0}))[stream] if row.version <= up_to]
    opened = await log.opened(rows)
    return rfc8785.dumps(
        {
            "format": FORMAT,
            "stream": stream,
            "up_to": up_to,
            "events": [
                {"opened": recorded.event.model_dump(mode="json"), "row": _columns(row)}
                for recorded, row in zip(opened, rows, strict=True)
            ],
            "links": await _links(log.store, rows),
        }
    )


def _columns(row: Row) -> dict[str, Any]:
    """Return every column the row's hash covers; bytes in base64, times with their microseconds."""
    return {
        "id": row.id,
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
        "hash": row_hash(row).hex(),
    }


async def _links(store: LogStore, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the chain links the rows stand in; of the rows of other streams in them, the hashes only."""
    found: list[dict[str, Any]] = []
    covered = 0
    for row in rows:
        if row.position <= covered:
            continue
        (link,) = await store.links(row.position - 1, 1)
        found.append(await _link(store, link))
        covered = link.last_position
    return found


async def _link(store: LogStore, link: Link) -> dict[str, Any]:
    before = link.first_position - 1
    previous = (await store.links(before - 1, 1))[0].hash if before else b""
    rows = await store.read(before, link.last_position - before)
    return {
        "first_position": link.first_position,
        "last_position": link.last_position,
        "previous": previous.hex(),
        "rows": [row_hash(row).hex() for row in rows],
        "hash": link.hash.hex(),
    }
