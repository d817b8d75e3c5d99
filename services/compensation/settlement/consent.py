"""The consent record: what the customer signed, how and when, as canonical JSON in the vault."""

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
from services.compensation.settlement.effects import Effects
from services.compensation.settlement.vault import Item, Vault
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


async def record_consent(effects: Effects, vault: Vault, consent: Consent, *, cause: str) -> str:
    """Put the consent record, its text and the drawing into the vault; return the record's SHA-256 (hex).

    `cause` is what makes a repeated request the same one (the command's id): it leads to the same record. The
    record holds random bytes, because its hash is public and must not let anyone confirm a guess at the name.
    """
    text = consent_text(consent.language).encode()
    await vault.put(
        _item(consent, "consent-text", text, media_type="text/plain; charset=utf-8", obtained="policy")
    )
    if consent.drawing is not None:
        await vault.put(_item(consent, "drawing", consent.drawing, media_type="image/png"))

    async def make() -> Item:
        return _item(consent, "consent", rfc8785.dumps(_record(consent)), media_type="application/json")

    return await effects.item_once(cause, "consent", make)


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
