"""A request on a connection that was lost a moment ago fails as the Kafka library's own error, under uvloop too."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import uvloop
from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.metadata import MetadataRequest

import eventlog.kafka.access  # noqa: F401 - whoever reaches Kafka passes there

HOST = "127.0.0.1"


@pytest.mark.parametrize(
    "ask", [lambda lost: lost.send(MetadataRequest([])), lambda lost: lost._send_sasl_token(b"login")]
)
def test_request_on_a_connection_just_lost_is_told_as_lost(ask: Callable[[AIOKafkaConnection], Any]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        lost = runner.run(_lost_connection())

        with pytest.raises(KafkaConnectionError, match="closed"):
            runner.run(_asked(ask, lost))
    assert not lost.connected()


async def _lost_connection() -> AIOKafkaConnection:
    """Return one whose transport is gone while its reader has not been told yet."""
    async with await asyncio.start_server(lambda _reader, _writer: None, HOST, 0) as server:
        host, port = server.sockets[0].getsockname()
        reader, writer = await asyncio.open_connection(host, port)
        connection = AIOKafkaConnection(host, port)
        untold = asyncio.create_task(asyncio.Event().wait())
        versions = {MetadataRequest.API_KEY: (0, 1)}
        vars(connection).update(_reader=reader, _writer=writer, _read_task=untold, _versions=versions)
        writer.transport.abort()
        await writer.wait_closed()
    return connection


async def _asked(ask: Callable[[AIOKafkaConnection], Any], lost: AIOKafkaConnection) -> None:
    await ask(lost)
