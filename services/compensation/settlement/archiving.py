"""Putting evidence away: extract, company signature, custody record and the signed manifest, once for each cause."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from eventlog.log import EventLog
from eventlog.recorded import Recorded
from services.compensation.domain.negotiation.authority import COMPENSATION
from services.compensation.domain.negotiation.events import CustomerSigned
from services.compensation.domain.negotiation.records import Settlement
from services.compensation.domain.negotiation.values import Custodian
from services.compensation.settlement.bundle import MANIFEST, SIGNATURE
from services.compensation.settlement.consents import Consents
from services.compensation.settlement.effects import Effects
from services.compensation.settlement.extract import extract_of
from services.compensation.settlement.manifest import FILES, LISTER, custody_of, manifest_of
from services.compensation.settlement.signing import Signer, certificate_in, fingerprint_of
from services.compensation.settlement.vault import Item, NotInVault, Vault

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Concluded:
    """What the company's signature brought into the vault, by SHA-256 (hex)."""

    signed: str
    certificate: str
    extract: str


class Archiving:
    """Makes and keeps the evidence of settlements."""

    def __init__(
        self, log: EventLog, vault: Vault, effects: Effects, signer: Signer, *, consents: Consents
    ) -> None:
        self._log = log
        self._consents = consents
        self._vault = vault
        self._effects = effects
        self._signer = signer

    async def settle(
        self, recorded: Recorded[Any], customer: CustomerSigned, custody: Sequence[Custodian], at: datetime
    ) -> Concluded:
        """Sign for the company and keep all that proves the settlement."""
        complaint = recorded.key
        # The door may have died with the log told: whoever acts on a signature has its consent.
        await self._consents.keep(complaint, customer.consent)
        extract = await self._extract(recorded, "extract", "chain", at)
        pdf = await self._vault.get(customer.document)

        async def signed_item() -> Item:
            content = await asyncio.to_thread(self._signer.sign, pdf, customer.document)
            return _item(complaint, "signed", content, media_type="application/pdf", at=at)

        signed = await self._effects.item_once(recorded.id, "company_signature", signed_item)
        # A run before this one may have signed, and the certificate been renewed since.
        certificate = await asyncio.to_thread(certificate_in, await self._vault.get(signed))
        named = {
            "document": customer.document,
            "signed": signed,
            "consent": customer.consent,
            **extract,
            **await self._of_consent(customer.consent),
            "certificate": await self._vault.put(_certificate(complaint, "certificate", certificate, at)),
        }
        named["custody"] = await self._once(recorded, "custody", custody_of(complaint, named, custody), at=at)
        await self._manifest(recorded, named, at, stage="settled")
        return Concluded(signed, fingerprint_of(certificate), extract["extract"])

    async def kept(self, sha256: str) -> bytes:
        """Return an item of the vault. Raises NotInVault."""
        return await self._vault.get(sha256)

    async def close(self, recorded: Recorded[Any], settlement: Settlement, at: datetime) -> str:
        """Keep the closing extract and the last manifest; return the manifest's SHA-256 (hex)."""
        before = await self._settled_manifest(recorded.key, settlement)
        items = {FILES[name]: name for name in FILES}
        named = {
            items[each["name"]]: str(each["sha256"]) for each in before["items"] if each["name"] in items
        }
        named.pop(LISTER, None)  # of the list before; this one has its own
        named |= await self._extract(recorded, "closing-extract", "closing-chain", at)
        return await self._manifest(recorded, named, at, stage="archived")

    async def _extract(
        self, recorded: Recorded[Any], events: str, chain: str, at: datetime
    ) -> dict[str, str]:
        """Keep the extract up to an event under two names; whichever run was first made both parts of one extract."""
        made = await extract_of(self._log, recorded.stream, recorded.version)
        kind = "application/x-ndjson"
        return {
            events: await self._once(recorded, events, made.events, at=at, media_type=kind),
            chain: await self._once(recorded, chain, made.chain, at=at),
        }

    async def _of_consent(self, consent: str) -> dict[str, str]:
        """Return the items a consent record names: its text, and the drawing where there is one."""
        record = json.loads(await self._vault.get(consent))
        named = {"consent-text": str(record["consent_text"])}
        return {**named, "drawing": str(record["drawing"])} if record["drawing"] else named

    async def _manifest(
        self, recorded: Recorded[Any], named: dict[str, str], at: datetime, *, stage: str
    ) -> str:
        if hashlib.sha256(self._signer.pem).hexdigest() != named["certificate"]:
            own = _certificate(recorded.key, LISTER, self._signer.pem, at)
            named = {**named, LISTER: await self._vault.put(own)}
        kept = await self._vault.items_of(recorded.key)
        content = manifest_of(recorded.key, recorded.event.round, named, kept, stage=stage)
        # The signature first: a manifest that stands in the vault has one.
        manifest = _item(recorded.key, MANIFEST, content, media_type=JSON, at=at)

        async def signature() -> Item:
            made = await asyncio.to_thread(self._signer.sign_bytes, content)
            kind = "application/octet-stream"
            return _item(recorded.key, SIGNATURE, made, media_type=kind, at=at, obtained=manifest.sha256)

        await self._effects.item_once(recorded.id, f"{SIGNATURE} {manifest.sha256}", signature)
        return await self._once(recorded, MANIFEST, content, at=at)

    async def _settled_manifest(self, complaint: str, settlement: Settlement) -> dict[str, Any]:
        for kept in await self._vault.items_of(complaint):
            if kept.name != MANIFEST:
                continue
            content: dict[str, Any] = json.loads(await self._vault.get(kept.sha256))
            if content["signed"] == settlement.signed:
                return content
        raise NotInVault(f"the manifest of what {complaint} was settled by")

    async def _once(
        self, recorded: Recorded[Any], name: str, content: bytes, *, at: datetime, media_type: str = JSON
    ) -> str:
        async def make() -> Item:
            return _item(recorded.key, name, content, media_type=media_type, at=at)

        return await self._effects.item_once(recorded.id, name, make)


def _certificate(complaint: str, name: str, pem: bytes, at: datetime) -> Item:
    return _item(complaint, name, pem, media_type="application/x-pem-file", at=at)


def _item(
    complaint: str, name: str, content: bytes, *, media_type: str, at: datetime, obtained: str = "made"
) -> Item:
    return Item(
        complaint=complaint,
        name=name,
        content=content,
        media_type=media_type,
        obtained=obtained,
        kept_by=COMPENSATION.actor,
        kept_at=at,
    )
