"""Chains as the engine makes them, for tests that talk to a store itself."""

from __future__ import annotations

from typing import Any

from eventlog.flush import Chain, NewEvent
from tests.support.account import NOON


def new_event(version: int, *, public: bytes | None = None, body: bytes = b"\x00 body \xff") -> NewEvent:
    """An event of any bytes: a store looks into none."""
    return NewEvent(
        version=version,
        type="account.deposited",
        schema_version=3,
        at=NOON,
        correlation_id="1",
        causation_id=None if public is None else "cause@1",
        public_type=None if public is None else "test.account.deposited.v1",
        public_schema=None if public is None else "1.0",
        public_sequence=None if public is None else version,
        body=body,
        public=public,
    )


def chain(stream: str, *, expected: int = 0, events: int = 1, **parts: Any) -> Chain:
    """A chain of so many events on a stream that stands at `expected`."""
    made = [new_event(expected + n, public=b"{}") for n in range(1, events + 1)]
    return Chain(stream, expected, events=made, **parts)
