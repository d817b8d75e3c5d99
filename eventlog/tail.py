"""The end of the log as followers see it: this process's own flushes at once, everybody else's by polling."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from itertools import islice

from eventlog.recorded import Row
from eventlog.store import LogStore

POLL_SECONDS = 0.02
ROWS_KEPT = 2000


class Tail:
    """Tells followers that the log has grown.

    Own flushes say so at once, and what they wrote is at hand: no query in between. One poll serves all followers of
    the process, and only while one of them waits.
    """

    def __init__(self, store: LogStore, *, poll_seconds: float = POLL_SECONDS) -> None:
        self._store = store
        self._poll_seconds = poll_seconds
        self._head = 0
        self._grown = asyncio.Event()
        self._polling = asyncio.Lock()
        self._rows: deque[Row] = deque(maxlen=ROWS_KEPT)
        self._own: deque[Row] = deque(maxlen=ROWS_KEPT)
        self._reading = asyncio.Lock()

    @property
    def head(self) -> int:
        """The last position known here; the log may be further."""
        return self._head

    def moved_to(self, position: int) -> None:
        """Note that the log reaches at least to `position`."""
        if position > self._head:
            self._head = position
            self._wake()

    def grown_by(self, rows: Sequence[Row]) -> None:
        """Take over what this process has just written: committed, in order, without a gap in between."""
        if not rows:
            return
        if self._own and rows[0].position != self._own[-1].position + 1:
            self._own.clear()
        self._own.extend(rows)
        self.moved_to(rows[-1].position)

    async def read(self, after: int, limit: int) -> list[Row]:
        """Return at most `limit` rows above a position, as the store would.

        Followers run close together: what one of them has read is kept for the others.
        """
        async with self._reading:
            if not self._rows or not self._rows[0].position <= after + 1 <= self._rows[-1].position + 1:
                rows = await self._fetch(after, limit)
                if rows and (not self._rows or rows[-1].position > self._rows[-1].position):
                    self._rows = deque(rows, maxlen=ROWS_KEPT)
                return rows
            if after == self._rows[-1].position:
                self._rows.extend(await self._fetch(after, limit))
            return _part(self._rows, after, limit)

    async def _fetch(self, after: int, limit: int) -> list[Row]:
        if self._own and self._own[0].position <= after + 1 <= self._own[-1].position:
            return _part(self._own, after, limit)
        return await self._store.read(after, limit)

    async def beyond(self, position: int) -> None:
        """Return when the log holds something above `position`."""
        while self._head <= position:
            grown = self._grown
            if self._polling.locked():
                await grown.wait()
                continue
            async with self._polling:
                await self._poll(grown)

    async def _poll(self, grown: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(self._poll_seconds):
                await grown.wait()
        except TimeoutError:
            self.moved_to(await self._store.head())
        finally:
            # Whoever polled may not come back for long: the others look again who polls next.
            self._wake()

    def _wake(self) -> None:
        self._grown.set()
        self._grown = asyncio.Event()


def _part(rows: deque[Row], after: int, limit: int) -> list[Row]:
    """Return at most `limit` of rows without a gap, those above a position that none of them is far above."""
    start = after + 1 - rows[0].position
    return list(islice(rows, start, start + limit))
