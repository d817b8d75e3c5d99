"""A line to PostgreSQL that loses the reply of a COMMIT: the server has written, the client cannot know."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import asyncpg

from tests.support.proxy import HOST, LineCut, Proxy, Watcher

APPEND = b"FROM eventlog.append"


class Losing(Watcher):
    """Loses the reply of every `each`-th append, counted over all connections."""

    def __init__(self, losses: Losses) -> None:
        self._losses = losses
        self._statements: set[bytes] = set()
        self._is_lost = False

    def asked(self, chunk: bytes) -> bytes:
        if APPEND in chunk:
            # Parse: the statement's name, then its text.
            start = chunk.rindex(b"P", 0, chunk.index(APPEND))
            self._statements.add(chunk[start + 5 : chunk.index(b"\x00", start + 5)])
        elif b"B" in chunk[:1] and any(statement in chunk for statement in self._statements):
            self._is_lost = self._losses.next_is_lost()
        return chunk

    def answered(self, chunk: bytes) -> bytes:
        if self._is_lost:
            # The server answers a flush's call when it has committed, and only then.
            raise LineCut
        return chunk


class Losses:
    """Which replies are lost."""

    def __init__(self, each: int) -> None:
        self.each = each
        self.asked = 0
        self.lost = 0

    def next_is_lost(self) -> bool:
        self.asked += 1
        is_lost = self.asked % self.each == 0
        self.lost += is_lost
        return is_lost

    def watcher(self) -> Losing:
        return Losing(self)


async def line_to(dsn: str, losses: Losses) -> tuple[Proxy, str]:
    """Return a proxy to the server of a DSN, and a maker's text of the DSN through it (`{port}` is open)."""
    connection: Any = await asyncpg.connect(dsn)
    try:
        address, parameters = connection._addr, connection._params
    finally:
        await connection.close()
    login = quote(parameters.user, safe="")
    if parameters.password:
        login += f":{quote(parameters.password, safe='')}"
    through = f"postgresql://{login}@{HOST}:{{port}}/{parameters.database}?sslmode=disable"
    return Proxy(address, losses.watcher), through
