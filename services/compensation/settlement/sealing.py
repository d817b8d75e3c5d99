"""Sealing for the vault and the effects: AES-GCM under the vault's own key, apart from every person's keys.

Settlement evidence outlives an erasure of the person (`domain.md` 6), so it hangs on no person's key.
"""

from __future__ import annotations

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES: Final = 12


class SealBroken(Exception):  # noqa: N818 - names the condition
    """What was kept does not open: its bytes were altered, it was moved, or the vault's key is another one."""


def sealed(cipher: AESGCM, clear: bytes, place: bytes) -> bytes:
    """Return nonce and ciphertext, bound to a place."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, clear, place)


def opened(cipher: AESGCM, kept: bytes, place: bytes) -> bytes:
    """Return what was sealed for a place. Raises SealBroken."""
    try:
        return cipher.decrypt(kept[:_NONCE_BYTES], kept[_NONCE_BYTES:], place)
    except (InvalidTag, ValueError):
        raise SealBroken("it was altered, moved, or sealed under another key") from None
