"""Records spoilt in the ways that no reader can mend: the kinds of poison (reliability.md, fault 13)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from tests.system.complaints import PAST_ZH, complaint
from tests.system.contacts import contact_headers, contact_key
from tests.system.reading import Record

TWO_MEBIBYTES: Final = 2_097_152


@dataclass(frozen=True, slots=True)
class Raw:
    """A record about to be sent."""

    key: str
    value: bytes
    headers: dict[str, bytes | None]


def with_headers(raw: Raw, **headers: bytes | None) -> Raw:
    return replace(raw, headers={**raw.headers, **headers})


KINDS: Final[dict[str, Callable[[Raw], Raw]]] = {
    "bad header": lambda raw: with_headers(raw, ce_type=b"\xff\xfe\x80"),
    "null header": lambda raw: with_headers(raw, ce_id=None),
    "bad JSON": lambda raw: replace(raw, value=raw.value[: len(raw.value) // 2]),
    "nul": lambda raw: replace(raw, value=raw.value.rstrip()[:-1] + b', "more": "\\u0000"}'),
    "2 MiB": lambda raw: replace(
        raw, value=raw.value.rstrip()[:-1] + b', "more": "' + b"x" * TWO_MEBIBYTES + b'"}'
    ),
    "unknown version": lambda raw: with_headers(raw, ce_type=(raw.headers["ce_type"] or b"")[:-1] + b"9"),
    "wrong key": lambda raw: replace(raw, key=f"{raw.key}-other"),
}


def as_sent(record: Record) -> Raw:
    return Raw(record.key, record.value, dict(record.headers))


def as_another(raw: Raw, one: str, other: str) -> Raw:
    """Return a record as the stream of another complaint would carry it."""
    old, new = one.encode(), other.encode()
    headers = {name: value and value.replace(old, new) for name, value in raw.headers.items()}
    return Raw(raw.key.replace(one, other), raw.value.replace(old, new), headers)


def a_contact() -> Raw:
    register = complaint(PAST_ZH, channel="web", source="web-form")
    value = json.dumps(register, ensure_ascii=False).encode()
    return Raw(contact_key(register), value, dict(contact_headers(register)))
