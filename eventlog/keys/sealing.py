"""AES-GCM over one person's fields of one event; the event id is the associated data.

A block moved to another event does not open: the same bytes stand in the log and on the topic, and
nowhere else.
"""

from __future__ import annotations

import os
from binascii import a2b_base64, b2a_base64
from typing import Any, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic_core import from_json

Sealed: TypeAlias = dict[str, str]
Opened: TypeAlias = dict[str, Any]

NONCE_BYTES = 12


def seal(clear: bytes, *, cipher: AESGCM, key_id: str, person: str, event_id: str) -> bytes:
    """Return the JSON text of the block `{person, key, nonce, ciphertext}` that holds `clear`."""
    nonce = os.urandom(NONCE_BYTES)
    ciphertext = b2a_base64(cipher.encrypt(nonce, clear, event_id.encode()), newline=False)
    head = f'{{"person":"{person}","key":"{key_id}","nonce":"'.encode()
    return b"".join((head, b2a_base64(nonce, newline=False), b'","ciphertext":"', ciphertext, b'"}'))


def open_block(block: Sealed, *, cipher: AESGCM, event_id: str) -> Opened:
    """Return the fields in a block. Raises ValueError when the bytes or their place were tampered with."""
    try:
        clear = cipher.decrypt(a2b_base64(block["nonce"]), a2b_base64(block["ciphertext"]), event_id.encode())
    except InvalidTag:
        raise ValueError("sealed block does not belong to this event or was altered") from None
    fields: Opened = from_json(clear)
    return fields
