"""A connection that is gone is told as such, also under uvloop.

asyncio's transport takes what is written after the connection was lost and drops it; uvloop's raises RuntimeError.
The Kafka library knows OSError only (its issue 1038): a request in the instant between the loss and its notice
ended the task that keeps the cluster's metadata, without a word, and every commit and every rejoin waited for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from aiokafka.conn import AIOKafkaConnection, CloseReason
from aiokafka.errors import KafkaConnectionError


def tell_lost_connections() -> None:
    """Have every connection of this process raise the library's own error."""
    AIOKafkaConnection.send = _told(AIOKafkaConnection.send)
    AIOKafkaConnection._send_sasl_token = _told(AIOKafkaConnection._send_sasl_token)  # noqa: SLF001 - what sends in a login


def _told(send: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(send)
    def told(self: AIOKafkaConnection, *given: Any, **named: Any) -> Any:
        try:
            return send(self, *given, **named)
        except RuntimeError as closed:
            self.close(reason=CloseReason.CONNECTION_BROKEN)
            raise KafkaConnectionError(f"Connection at {self.host}:{self.port} broken: {closed}") from closed

    return told
