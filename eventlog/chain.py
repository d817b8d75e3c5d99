"""The hash chain: one link per flush, over every byte and column of the rows it covers."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from eventlog.recorded import Row
from eventlog.store import Link, LogStore

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
PAGE = 1000


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification found: how far it read, and the first place that does not fit."""

    positions: int
    links: int
    broken_at: int | None = None
    reason: str | None = None

    @property
    def is_whole(self) -> bool:
        """True when every row and link fits."""
        return self.broken_at is None


def row_hash(row: Row) -> bytes:
    """Return the SHA-256 of a row, the same that `eventlog.row_hash` computes in the database."""
    return hashlib.sha256(
        b"".join(
            (
                struct.pack(">q", row.position),
                _framed(row.stream.encode()),
                struct.pack(">i", row.version),
                _framed(row.type.encode()),
                struct.pack(">i", row.schema_version),
                _microseconds(row.at),
                _microseconds(row.recorded_at),
                _framed(row.correlation_id.encode()),
                _framed(_encoded(row.causation_id)),
                _framed(_encoded(row.public_type)),
                _framed(_encoded(row.public_schema)),
                struct.pack(">i", row.public_sequence or 0),
                _framed(row.body),
                _framed(row.public),
            )
        )
    ).digest()


def link_hash(previous: bytes, row_hashes: Sequence[bytes]) -> bytes:
    """Return the link over a flush's rows, bound to everything before."""
    return hashlib.sha256(previous + b"".join(row_hashes)).digest()


async def verify(log: LogStore) -> Verified:
    """Read the whole log and find the first flip, drop or swap. Truncation needs a published seal to see."""
    # Rows and their link commit together, so what the log holds now has its links when they are read next.
    previous, position, links, head = b"", 0, 0, await log.head()
    async for link in _links(log):
        if position >= head and await log.read(position, 1):
            break  # what is written meanwhile is for the next verification
        links += 1
        if link.first_position != position + 1:
            return Verified(position, links, position + 1, "rows or links are missing here")
        hashes = await _row_hashes(log, position, link.last_position)
        position += len(hashes)
        if position < link.last_position:
            return Verified(position, links, position + 1, "a row is missing")
        previous = link_hash(previous, hashes)
        if previous != link.hash:
            return Verified(position, links, link.first_position, "a row or link here was altered")
    if position < head:
        return Verified(position, links, position + 1, "rows without a link")
    return Verified(position, links)


async def _row_hashes(log: LogStore, after: int, last: int) -> list[bytes]:
    """Return the hashes of the unbroken run of rows above `after`, up to `last`."""
    hashes: list[bytes] = []
    while after < last and (rows := await log.read(after, min(PAGE, last - after))):
        for row in rows:
            if row.position != after + 1:
                return hashes
            hashes.append(row_hash(row))
            after = row.position
    return hashes


async def _links(log: LogStore) -> AsyncIterator[Link]:
    after = 0
    while page := await log.links(after, PAGE):
        for link in page:
            yield link
        after = page[-1].last_position


def _framed(part: bytes | None) -> bytes:
    return struct.pack(">i", -1) if part is None else struct.pack(">i", len(part)) + part


def _encoded(text: str | None) -> bytes | None:
    return None if text is None else text.encode()


def _microseconds(instant: datetime) -> bytes:
    return struct.pack(">q", (instant - _EPOCH) // _MICROSECOND)
