"""A TCP line of our own that can lose replies, break, or change what passes: between us and a real server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

HOST = "127.0.0.1"
CHUNK_BYTES = 65_536

Address = tuple[str, int] | str


class LineCut(Exception):  # noqa: N818 - names the condition
    """Raised by a watcher: both ends see a broken connection, and what was to pass does not."""


class Watcher:
    """Sees one connection's bytes pass and returns them, changed or not; LineCut breaks the line."""

    def asked(self, chunk: bytes) -> bytes:
        """From the client."""
        return chunk

    def answered(self, chunk: bytes) -> bytes:
        """From the server."""
        return chunk


class Proxy:
    """Listens on a port of its own; every connection gets its own watcher.

    `is_refusing` turns new connections away; `is_mute` swallows what the server answers.
    """

    def __init__(self, upstream: Address, watch: Callable[[], Watcher] = Watcher) -> None:
        self.port = 0
        self.is_refusing = False
        self.is_mute = False
        self._upstream = upstream
        self._watch = watch
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Proxy]:
        """Serve until the block is left; connections are broken then."""
        server = await asyncio.start_server(self._connected, HOST, 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.break_all()
            await asyncio.gather(*self._tasks)

    def break_all(self) -> None:
        """Break every connection as a failing network would."""
        for writer in self._open:
            writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if self.is_refusing:
            writer.transport.abort()
            return
        upstream_reader, upstream_writer = await self._reach()
        ends = {writer, upstream_writer}
        self._open |= ends
        watcher = self._watch()
        try:
            await asyncio.gather(
                _pass_on(reader, upstream_writer, watcher.asked),
                _pass_on(
                    upstream_reader, writer, lambda chunk: b"" if self.is_mute else watcher.answered(chunk)
                ),
            )
        except (OSError, LineCut):
            return
        finally:
            self._open -= ends
            for end in ends:
                end.transport.abort()

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._upstream, str):
            return await asyncio.open_unix_connection(self._upstream)
        return await asyncio.open_connection(*self._upstream)


async def _pass_on(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, see: Callable[[bytes], bytes]
) -> None:
    while chunk := await reader.read(CHUNK_BYTES):
        writer.write(see(chunk))
        await writer.drain()
    with suppress(OSError):
        writer.write_eof()
