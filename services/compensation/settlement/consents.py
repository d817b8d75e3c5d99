"""Consents on their way: held from the customer's request until the log has taken the signature, or refused it.

The vault is written once, so only what was signed by may enter it: a consent whose link was replaced in the same
instant is dropped. What the log took is kept by whoever comes first, the door or the reaction to the signature.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from eventlog.log import EventLog
from eventlog.postgres.log import transient_named
from eventlog.postgres.pool import Pool
from services.compensation.domain.negotiation.events import CustomerSigned
from services.compensation.settlement.consent import Consent, consent_items
from services.compensation.settlement.sealing import SealBroken, opened, sealed
from services.compensation.settlement.vault import SQL, Item, Vault


class Consents:
    """Holds consents under the vault's key. Every call raises Unavailable when the database is away."""

    def __init__(self, log: EventLog, pool: Pool, key: bytes, vault: Vault) -> None:
        self._log = log
        self._pool = pool
        self._cipher = AESGCM(key)
        self._vault = vault

    async def hold(self, consent: Consent, *, cause: str) -> str:
        """Hold a consent and return its record's SHA-256 (hex).

        `cause` is what makes a repeated request the same one (the command's id): it leads to the same record.
        """
        items = consent_items(consent)
        content = sealed(self._cipher, _written(items), _place(cause))
        digest = bytes.fromhex(items[0].sha256)
        async with transient_named():
            await self._pool.execute(SQL["hold_consent"], cause, consent.complaint, digest, content)
            first: bytes | None = await self._pool.fetchval(SQL["held_consent"], cause)
        if first is None:
            # The same request, sent twice, was concluded in between: what the log is told must be held.
            return await self.hold(consent, cause=cause)
        return first.hex()

    async def conclude(self, complaint: str, cause: str) -> None:
        """Keep the consent held for a cause if the log took a signature by it, else drop it. The log has decided."""
        async with transient_named():
            held: bytes | None = await self._pool.fetchval(SQL["held_consent"], cause)
        if held is None:
            return
        signed = {
            each.event.consent
            for each in await self._log.history(f"negotiation-{complaint}")
            if isinstance(each.event, CustomerSigned)
        }
        await self._take(cause, is_signed=held.hex() in signed)

    async def keep(self, complaint: str, consent: str) -> None:
        """Keep the consent of a signature, where the door that held it has not come so far."""
        async with transient_named():
            rows = await self._pool.fetch(SQL["causes_of_consent"], complaint, bytes.fromhex(consent))
        for row in rows:
            await self._take(row["cause"], is_signed=True)

    async def sweep(self) -> None:
        """Conclude what has been held for a day: whoever held it died, or was refused and could not drop it.

        What does not open stays where it is: it must not keep others from signing.
        """
        async with transient_named():
            rows = await self._pool.fetch(SQL["left_consents"])
        for row in rows:
            with suppress(SealBroken):
                await self.conclude(row["complaint"], row["cause"])

    async def _take(self, cause: str, *, is_signed: bool) -> None:
        async with transient_named(), self._pool.acquire() as connection, connection.transaction():
            content: bytes | None = await connection.fetchval(SQL["take_consent"], cause)
            if content is None or not is_signed:
                return
            for item in _read(opened(self._cipher, content, _place(cause))):
                await self._vault.put_within(connection, item)


def _written(items: Sequence[Item]) -> bytes:
    rows = [
        {
            **asdict(item),
            "content": base64.b64encode(item.content).decode(),
            "kept_at": item.kept_at.isoformat(),
        }
        for item in items
    ]
    return json.dumps(rows).encode()


def _read(content: bytes) -> list[Item]:
    return [
        Item(
            **{
                **row,
                "content": base64.b64decode(row["content"]),
                "kept_at": datetime.fromisoformat(row["kept_at"]),
            }
        )
        for row in json.loads(content)
    ]


def _place(cause: str) -> bytes:
    return f"consent:{len(cause)}:{cause}".encode()
