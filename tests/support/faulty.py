"""The in-memory log with the troubles a database has: away, slow, or answering into nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from eventlog.errors import Unavailable
from eventlog.flush import Chain, Written
from eventlog.memory import MemoryFollowers, MemoryInbox, MemoryLog
from eventlog.recorded import Row
from eventlog.store import Storage


class FaultyLog(MemoryLog):
    """Set an attribute and the next calls suffer it."""

    def __init__(self, inbox: MemoryInbox | None = None) -> None:
        super().__init__(inbox)
        self.away = 0
        self.replies_lost = 0
        self.flushes: list[list[str]] = []
        self.rows_loaded = 0
        self.heads_asked = 0
        self._open = asyncio.Event()
        self._open.set()
        self.appending = asyncio.Event()

    def hold(self) -> None:
        """Let appends wait until `let_go`."""
        self._open.clear()
        self.appending.clear()

    def let_go(self) -> None:
        """Let waiting appends through."""
        self._open.set()

    async def append(self, chains: Sequence[Chain]) -> Written:
        self.appending.set()
        await self._open.wait()
        if self.away > 0:
            self.away -= 1
            raise Unavailable("the database does not answer (test)")
        if any("\0" in chain.stream for chain in chains):
            raise ValueError("a text that no database takes")
        self.flushes.append([chain.stream for chain in chains])
        written = await super().append(chains)
        if self.replies_lost > 0:
            self.replies_lost -= 1
            raise Unavailable("the reply was lost (test)")
        return written

    async def load(self, wanted: Mapping[str, int]) -> Mapping[str, list[Row]]:
        found = await super().load(wanted)
        self.rows_loaded += sum(map(len, found.values()))
        return found

    async def head(self) -> int:
        self.heads_asked += 1
        if self.away > 0:
            self.away -= 1
            raise Unavailable("the database does not answer (test)")
        return await super().head()

    def rewrite(self, position: int, **columns: object) -> None:
        """Change a stored row behind the log's back."""
        row = replace(self._rows[position - 1], **columns)  # type: ignore[arg-type]
        self._rows[position - 1] = row
        self._streams[row.stream][row.version - 1] = row


def faulty_storage() -> Storage:
    """The three faces of a store in memory whose log can be troubled."""
    inbox = MemoryInbox()
    return Storage(FaultyLog(inbox), inbox, MemoryFollowers())
