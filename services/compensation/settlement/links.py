"""One-time links: a token that only the letter carries; the log knows its SHA-256."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

_TOKEN_BYTES: Final = 32


def new_token() -> str:
    """Return 32 random bytes as base64url text."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def token_hash(token: str) -> str:
    """Return the SHA-256 (hex) of a token's text: what the log keeps, and what a token is found by."""
    return hashlib.sha256(token.encode()).hexdigest()


def link_for(public_url: str, complaint: str, token: str) -> str:
    """Return the link of a letter. The token stands in the fragment, which no server and no log ever sees."""
    return f"{public_url}/sign#{complaint}.{token}"
