"""Records as a broker hands them over, and a reader for them that knows no contract of ours."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from eventlog.incoming import Heard, Incoming, Poison, RawRecord
from eventlog.message import Command
from tests.support.account import NOON
from tests.support.notes import CANARY, note

TOPIC = "heard.v1"
OTHER_TOPIC = "also_heard.v1"
NOTED = "test.noted.v1"
UNHEARD = "elsewhere.happened.v1"


class Block(BaseModel):
    person: str
    key: str
    nonce: str
    ciphertext: str


class NoteMessage(BaseModel):
    """`to` names the own stream that is told; without it the record's own key does."""

    code: str
    to: str | None = None
    person: str = "0"
    sealed: tuple[Block, ...] = ()


def record(
    key: str,
    sequence: int,
    code: str = "a",
    *,
    to: str | None = None,
    topic: str = TOPIC,
    type_name: str = NOTED,
    value: bytes | None = None,
    offset: int | None = None,
    timestamp_ms: int = 0,
) -> RawRecord:
    """A record in its place: partition by key, offset by sequence unless said otherwise."""
    data = {"code": code, "to": to, "words": CANARY}
    return RawRecord(
        topic=topic,
        partition=zlib.crc32(key.encode()) % 1000,
        offset=sequence if offset is None else offset,
        key=key.encode(),
        value=json.dumps(data).encode() if value is None else value,
        headers=[
            ("type", type_name.encode()),
            ("sequence", str(sequence).encode()),
            ("id", f"{key}@{sequence}".encode()),
        ],
        timestamp_ms=timestamp_ms,
    )


def read(raw: RawRecord) -> Incoming:
    """Read a record's envelope. Raises Poison where it is none, and stumbles where the reader has a hole."""
    headers = dict(raw.headers)
    if raw.key is None or not raw.value:
        raise Poison("unreadable", "no_data")
    if b"\xff" in (headers["type"] or b""):
        raise Poison("unreadable", "header_not_text")
    if headers["type"] == b"stumble":
        raise KeyError(CANARY)
    return Incoming(
        topic=raw.topic,
        key=raw.key.decode(),
        sequence=int(headers["sequence"] or b"0"),
        id=(headers["id"] or b"").decode(),
        type=(headers["type"] or b"").decode(),
        at=NOON,
        data=raw.value,
        record=raw,
    )


def _command(
    incoming: Incoming, message: NoteMessage, opened: Mapping[str, Any]
) -> tuple[str, Command] | None:
    match message.code:
        case "nothing to us":
            return None
        case "uninterpretable":
            raise LookupError(CANARY)
        case _:
            words = opened.get("words", CANARY)
            return f"note-{message.to or incoming.key}", note(message.code, message.person, words)


def _validate(data: bytes) -> NoteMessage:
    if b"stumble" in data:
        raise RecursionError(CANARY)
    return NoteMessage.model_validate_json(data)


HEARD = (Heard(NOTED, _validate, _command, opens=True),)
