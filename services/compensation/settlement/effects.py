"""Effects: what a reaction did outside the log, kept under its cause and name before the log is told of it.

Run again, after a crash or beside another instance, a reaction finds what was done first and does it no second
time (`architecture.md` 3.4).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from eventlog.postgres.log import transient_named
from eventlog.postgres.pool import Pool
from services.compensation.settlement.sealing import opened, sealed
from services.compensation.settlement.vault import SQL, Item, NotInVault, Vault


class Effects:
    """Results under (cause, name), sealed under the vault's key. Raises Unavailable when the database is away."""

    def __init__(self, pool: Pool, key: bytes, vault: Vault) -> None:
        self._pool = pool
        self._cipher = AESGCM(key)
        self._vault = vault

    async def once(self, cause: str, name: str, make: Callable[[], Awaitable[bytes]]) -> bytes:
        """Return the result that is there first: one kept before, else what `make` gives, kept now."""
        kept = await self._get(cause, name)
        if kept is not None:
            return kept
        made = await make()
        async with transient_named():
            first = await self._pool.fetchval(SQL["put_effect"], cause, name, self._sealed(cause, name, made))
        return made if first else await self._must_get(cause, name)

    async def item_once(self, cause: str, name: str, make: Callable[[], Awaitable[Item]]) -> str:
        """Return the hash of the item that is there first, which is in the vault; the loser's is nowhere."""
        kept = await self._get(cause, name)
        if kept is not None:
            return kept.decode()
        item = await make()
        content = self._sealed(cause, name, item.sha256.encode())
        async with transient_named(), self._pool.acquire() as connection, connection.transaction():
            if await connection.fetchval(SQL["put_effect"], cause, name, content):
                return await self._vault.put_within(connection, item)
        return (await self._must_get(cause, name)).decode()

    async def _must_get(self, cause: str, name: str) -> bytes:
        kept = await self._get(cause, name)
        if kept is None:
            raise NotInVault(f"the effect {name} of {cause}")
        return kept

    async def _get(self, cause: str, name: str) -> bytes | None:
        async with transient_named():
            kept: bytes | None = await self._pool.fetchval(SQL["get_effect"], cause, name)
        return None if kept is None else opened(self._cipher, kept, _place(cause, name))

    def _sealed(self, cause: str, name: str, clear: bytes) -> bytes:
        return sealed(self._cipher, clear, _place(cause, name))


def _place(cause: str, name: str) -> bytes:
    return f"effect:{len(cause)}:{cause}:{name}".encode()
