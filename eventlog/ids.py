"""Ids that are derived, not drawn: the same cause always gives the same id."""

from __future__ import annotations

import hashlib
import hmac
import uuid


def derived_id(*parts: str) -> uuid.UUID:
    """Return the UUID (version 8, RFC 9562) of the length-prefixed parts' SHA-256."""
    return _uuid8(hashlib.sha256(_framed(parts)).digest())


def keyed_id(key: bytes, *parts: str) -> uuid.UUID:
    """Return the UUID (version 8) of the parts' HMAC-SHA-256: not guessable from the parts without the key."""
    return _uuid8(hmac.digest(key, _framed(parts), "sha256"))


def keyed_hash(key: bytes, *parts: str) -> bytes:
    """Return the HMAC-SHA-256 of the length-prefixed parts (32 bytes)."""
    return hmac.digest(key, _framed(parts), "sha256")


def place_of(event_id: str) -> tuple[str, int]:
    """Return stream and version of an event id `<stream>@<version>`; version 0 where it names none."""
    stream, _, version = event_id.rpartition("@")
    return stream, int(version) if version.isascii() and version.isdecimal() else 0


def _framed(parts: tuple[str, ...]) -> bytes:
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def _uuid8(digest: bytes) -> uuid.UUID:
    raw = bytearray(digest[:16])
    raw[6] = (raw[6] & 0x0F) | 0x80
    raw[8] = (raw[8] & 0x3F) | 0x80
    return uuid.UUID(bytes=bytes(raw))
