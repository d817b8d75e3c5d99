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
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from eventlog.log import EventLog
from eventlog.postgres.log import transient_named
from eventlog.postgres.pool import Pool
from services.compensation.domain.negotiation.events import CustomerSigned
from services.compensation.settlement.consent import Consent, consent_items
from services.compensation.settlement.sealing import SealBroken, opened, sealed
from services.compensation.settlement.vault import SQL, Item, Vault

_LEFT: Final = timedelta(days=1)
_LONG_AGO: Final = datetime(1, 1, 1, tzinfo=UTC)


class Consents:
    """Holds consents under the vault's key. Every call raises Unavailable when the database is away."""

    def __init__(self, log: EventLog, pool: Pool, key: bytes, vault: Vault) -> None:
        self._log = log
        self._pool = pool
        self._cipher = AESGCM(key)
        self._vault = vault

    async def hold(self, consent: Consent, *, cause: str) -> str:
        """Hold a consent and return its record's SHA-256 (hex), by which this attempt is concluded.

        `cause` is what makes a repeated request the same one (the command's id). Each attempt holds a record of its
        own: the one before may be of another document, or be dropped just now.
        """
        items = consent_items(consent)
        content = sealed(self._cipher, _written(items), _place(cause))
        digest = bytes.fromhex(items[0].sha256)
        async with transient_named():
            await self._pool.execute(SQL["hold_consent"], cause, consent.complaint, digest, content)
        return items[0].sha256

    async def conclude(self, complaint: str, cause: str, consent: str) -> None:
        """Drop an attempt's consent if the log took no signature by it; keep what it took of this cause.

        The log has decided. A request sent again is answered as the first time: the log has the first one's consent.
        """
        async with transient_named():
            held = await self._pool.fetch(SQL["held_consents"], cause)
        signed = {
            each.event.consent
            for each in await self._log.history(f"negotiation-{complaint}")
            if isinstance(each.event, CustomerSigned)
        }
        for digest in (row["consent"] for row in held):
            if digest.hex() in signed:
                await self._take(cause, digest, is_signed=True)
            elif digest.hex() == consent:
                await self._take(cause, digest, is_signed=False)

    async def keep(self, complaint: str, consent: str) -> None:
        """Keep the consent of a signature, where the door that held it has not come so far."""
        digest = bytes.fromhex(consent)
        async with transient_named():
            rows = await self._pool.fetch(SQL["causes_of_consent"], complaint, digest)
        for row in rows:
            await self._take(row["cause"], digest, is_signed=True)

    async def sweep(self, now: datetime) -> None:
        """Conclude what has been held for a day: whoever held it died, or was refused and could not drop it.

        What does not open stays where it is, and keeps nobody else's from being concluded.
        """
        after: tuple[datetime, str, bytes] = (_LONG_AGO, "", b"")
        while True:
            async with transient_named():
                rows = await self._pool.fetch(SQL["left_consents"], now - _LEFT, *after)
            for row in rows:
                after = (row["held_at"], row["cause"], row["consent"])
                with suppress(SealBroken):
                    await self.conclude(row["complaint"], row["cause"], row["consent"].hex())
            if not rows:
                return

    async def _take(self, cause: str, consent: bytes, *, is_signed: bool) -> None:
        async with transient_named(), self._pool.acquire() as connection, connection.transaction():
            content: bytes | None = await connection.fetchval(SQL["take_consent"], cause, consent)
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
