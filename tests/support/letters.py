"""An aggregate whose events changed shape twice and speak of two persons: for what becomes of stored bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, ConfigDict

from eventlog.codec import Codec, Encoded
from eventlog.keys import PersonKey
from eventlog.message import Event, OwnedBy, Personal
from eventlog.recorded import Row
from tests.support.account import NOON, TELLER

CANARY = "Canary Zhang 13900139000"
SENDER = PersonKey("key-1", "sender-1", AESGCM(bytes(32)))
READER = PersonKey("key-2", "reader-2", AESGCM(bytes([1]) * 32))
KEYS: Mapping[str, PersonKey] = {each.person: each for each in (SENDER, READER)}
KEYS_BY_ID: Mapping[str, PersonKey] = {each.id: each for each in (SENDER, READER)}


class Written(Event):
    """Version 1 called the language `lang`; version 2 had no tone."""

    TYPE = "letter.written"
    VERSION = 3

    person: str
    reader: str | None = None
    language: str
    tone: str
    words: Personal[str]
    signature: Personal[str | None] = None
    reader_name: Annotated[Personal[str | None], OwnedBy("reader")] = None


class Posted(Event):
    TYPE = "letter.posted"

    pages: int


def written_1_to_2(body: dict[str, Any]) -> dict[str, Any]:
    language = body["lang"]
    return {name: value for name, value in body.items() if name != "lang"} | {"language": language}


def written_2_to_3(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "tone": "plain"}


UPCASTERS = {("letter.written", 1): written_1_to_2, ("letter.written", 2): written_2_to_3}
CODEC: Codec[Written | Posted] = Codec((Written, Posted), UPCASTERS)


class WrittenMessage(BaseModel):
    model_config = ConfigDict(frozen=True)
    TYPE: ClassVar[str] = "test.letter.written.v1"
    SCHEMA: ClassVar[str] = "1.0"

    person: str
    sealed: tuple[Any, ...] = ()


def written(**changes: Any) -> Written:
    fields: dict[str, Any] = {
        "person": SENDER.person,
        "language": "zh",
        "tone": "angry",
        "words": CANARY,
        "signature": f"{CANARY}, signed",
    }
    return Written(at=NOON, by=TELLER, **(fields | changes))


def row_of(encoded: Encoded, *, version: int = 1, type_name: str = Written.TYPE, schema: int = 3) -> Row:
    """The row that holds these bytes."""
    return Row(
        position=version, stream="letter-1", version=version, type=type_name, schema_version=schema, at=NOON,
        recorded_at=datetime(2026, 3, 2, tzinfo=UTC), correlation_id="1", causation_id=None, public_type=None,
        public_schema=None, public_sequence=None, body=encoded.body, public=None,
    )  # fmt: skip


def stored(event: Written | Posted, *, version: int = 1) -> Row:
    """The row an event is stored in."""
    encoded = CODEC.encode(event, f"letter-1@{version}", KEYS)
    return row_of(encoded, version=version, type_name=event.TYPE, schema=event.VERSION)


def moved(row: Row, *, version: int) -> Row:
    """The same bytes under another event id."""
    return replace(row, version=version)
