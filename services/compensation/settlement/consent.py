"""The consent record: what the customer signed, how and when, as canonical JSON."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import rfc8785

from eventlog.message import By
from services.compensation.domain.negotiation.values import SigningMeans
from services.compensation.settlement.agreement import Language
from services.compensation.settlement.vault import Item
from services.compensation.settlement.wording import consent_text, consent_text_hash

FORMAT: Final = "amends.consent.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """The customer's signature as the door received it: a typed name, or a drawing (PNG)."""

    complaint: str
    document: str
    language: Language
    means: SigningMeans
    name: str | None
    drawing: bytes | None
    by: By
    at: datetime


def consent_items(consent: Consent) -> tuple[Item, ...]:
    """Return the consent record first, then its text and the drawing, as the vault keeps them once it is signed.

    The record holds random bytes, because its hash is public and must not let anyone confirm a guess at the name.
    """
    text = consent_text(consent.language).encode()
    record = _item(consent, "consent", rfc8785.dumps(_record(consent)), media_type="application/json")
    plain = _item(consent, "consent-text", text, media_type="text/plain; charset=utf-8", obtained="policy")
    if consent.drawing is None:
        return (record, plain)
    return (record, plain, _item(consent, "drawing", consent.drawing, media_type="image/png"))


def _item(
    consent: Consent, name: str, content: bytes, *, media_type: str, obtained: str = "signed_by_link"
) -> Item:
    return Item(
        complaint=consent.complaint,
        name=name,
        content=content,
        media_type=media_type,
        obtained=obtained,
        kept_by=consent.by.actor,
        kept_at=consent.at,
    )


def _record(consent: Consent) -> dict[str, str | None]:
    drawing = consent.drawing
    return {
        "format": FORMAT,
        "complaint": consent.complaint,
        "document": consent.document,
        "consent_text": consent_text_hash(consent.language),
        "language": consent.language,
        "method": consent.means,
        "at": consent.at.isoformat(),
        "name": consent.name,
        "drawing": None if drawing is None else hashlib.sha256(drawing).hexdigest(),
        "random": secrets.token_hex(16),
    }
