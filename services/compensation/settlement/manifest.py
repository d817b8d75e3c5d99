"""The manifest: the list of all evidence of a settlement, by hash; signed, so that nothing can be exchanged."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable, Sequence
from typing import Any, Final

import rfc8785

from services.compensation.domain.negotiation.values import Custodian
from services.compensation.settlement.vault import Kept

FORMAT: Final = "amends.evidence.1"

# The certificate a manifest was signed with, where it is not the agreement's: the company renewed it in between.
LISTER: Final = "manifest-certificate"

# What an item is called in a bundle. Other evidence goes by its hash, in a folder of its own.
FILES: Final = {
    "document": "agreement.pdf",
    "signed": "agreement-signed.pdf",
    "certificate": "company-certificate.pem",
    LISTER: "manifest-certificate.pem",
    "consent": "consent.json",
    "consent-text": "consent-text.txt",
    "drawing": "drawing.png",
    "extract": "events.jsonl",
    "chain": "chain.json",
    "closing-extract": "closing-events.jsonl",
    "closing-chain": "closing-chain.json",
    "custody": "custody.json",
}


def manifest_of(
    complaint: str, number: int, named: dict[str, str], kept: Sequence[Kept], *, stage: str
) -> bytes:
    """Return the manifest as canonical JSON.

    `number` is the round's, `stage` is settled or archived; `named` says which item (SHA-256) of the vault this settlement means by a
    name. Evidence that was put in by hand is all listed.
    """
    listed = set(named.items())
    items = [each for each in kept if each.name == "evidence" or (each.name, each.sha256) in listed]
    content: dict[str, Any] = {
        "format": FORMAT,
        "complaint": complaint,
        "round": number,
        "stage": stage,
        "document": named["document"],
        "signed": named["signed"],
        "items": sorted((_entry(each) for each in items), key=lambda entry: str(entry["name"])),
    }
    return rfc8785.dumps(content)


def custody_of(complaint: str, named: dict[str, str], custody: Iterable[Custodian]) -> bytes:
    """Return the custody record as canonical JSON: who keeps the original, and who got a copy."""
    holders: list[Any] = [{"holder": each.holder, "copy_kind": each.copy_kind} for each in custody]
    return rfc8785.dumps(
        {
            "complaint": complaint,
            "document": named["document"],
            "signed": named["signed"],
            "custody": holders,
        }
    )


def _entry(kept: Kept) -> dict[str, Any]:
    return {
        "name": FILES.get(kept.name) or f"evidence/{kept.sha256}{_suffix(kept.media_type)}",
        "sha256": kept.sha256,
        "size": kept.size,
        "media_type": kept.media_type,
        "how": kept.obtained,
        "by": kept.kept_by,
        "at": kept.kept_at.isoformat(),
    }


def _suffix(media_type: str) -> str:
    return mimetypes.guess_extension(media_type.partition(";")[0].strip()) or ".bin"
