"""What a leader runs, watched from outside, and a store that an instance can be cut off from."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from eventlog.errors import Unavailable
from eventlog.store import FollowerStore


class Reign:
    """Stands for the followers: leads until told to fail or cancelled, and notes every epoch."""

    def __init__(self) -> None:
        self.epochs: list[int] = []
        self.ended = asyncio.Event()
        self._began = asyncio.Event()
        self._failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def lead(self, epoch: int) -> None:
        self.epochs.append(epoch)
        self._began.set()
        self._failure = asyncio.get_running_loop().create_future()
        try:
            await self._failure
        finally:
            self.ended.set()

    @asynccontextmanager
    async def began(self) -> AsyncIterator[None]:
        """Wait for a reign to begin (since this was last waited for)."""
        async with asyncio.timeout(10):
            await self._began.wait()
        self._began.clear()
        yield

    def fail(self, failure: Exception) -> None:
        """Let the followers end with an exception."""
        self._failure.set_exception(failure)


class Cut:
    """A follower store behind a line that can be cut."""

    def __init__(self, store: FollowerStore) -> None:
        self._store = store
        self._is_cut = False

    def off(self) -> None:
        self._is_cut = True

    def on(self) -> None:
        self._is_cut = False

    def _reached(self) -> FollowerStore:
        if self._is_cut:
            raise Unavailable("cut off")
        return self._store

    async def checkpoint(self, name: str) -> int:
        return await self._reached().checkpoint(name)

    async def save_checkpoint(self, name: str, position: int, epoch: int) -> None:
        await self._reached().save_checkpoint(name, position, epoch)

    async def lease(self, holder: str, seconds: float) -> int | None:
        return await self._reached().lease(holder, seconds)

    async def release(self, holder: str) -> None:
        await self._reached().release(holder)

    async def quarantined(self) -> set[str]:
        return await self._reached().quarantined()

    async def quarantine(self, stream: str, position: int, reason: str) -> None:
        await self._reached().quarantine(stream, position, reason)

    async def free(self, stream: str) -> None:
        await self._reached().free(stream)
