"""The evidence vault: content under its SHA-256, encrypted, written once, never changed and never deleted."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from eventlog.postgres.log import transient_named
from eventlog.postgres.pool import Connection, Pool
from eventlog.postgres.queries import queries_from
from services.compensation.settlement.sealing import SealBroken, opened, sealed

SQL: Final = queries_from(files("services.compensation.settlement") / "queries.sql")


class NotInVault(Exception):  # noqa: N818 - names the condition
    """What should be kept, and is never deleted, is not there: an item by its hash, a manifest, an effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something to be kept: its bytes, what it is to which complaint, and how it was obtained (a code).

    `kept_by` is an actor id.
    """

    complaint: str
    name: str
    content: bytes
    media_type: str
    obtained: str
    kept_by: str
    kept_at: datetime

    @property
    def sha256(self) -> str:
        """The hash it is kept under (hex)."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the vault knows of an item without opening it."""

    name: str
    sha256: str
    media_type: str
    obtained: str
    kept_by: str
    kept_at: datetime
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """One link of the custody chain: an item was stored, copied or given out, to or by whom, and when."""

    sha256: str
    act: str
    actor: str
    at: datetime


class Vault:
    """Keeps evidence under the vault's key (32 bytes). Every call raises Unavailable when the database is away."""

    def __init__(self, pool: Pool, key: bytes) -> None:
        self._pool = pool
        self._cipher = AESGCM(key)

    async def has_its_key(self) -> bool:
        """Say whether the key opens any of the first items; of an empty vault every key is the one."""
        async with transient_named():
            rows = await self._pool.fetch(SQL["first_items"])
        return not rows or any(self._opens(row["wrapped_key"], row["sha256"]) for row in rows)

    def _opens(self, wrapped_key: bytes, digest: bytes) -> bool:
        try:
            opened(self._cipher, wrapped_key, digest)
        except SealBroken:
            return False
        return True

    async def put(self, item: Item) -> str:
        """Keep an item and return its SHA-256 (hex); the same again changes nothing."""
        async with transient_named(), self._pool.acquire() as connection, connection.transaction():
            return await self.put_within(connection, item)

    async def put_within(self, connection: Connection, item: Item) -> str:
        """Keep an item in a transaction of the caller's."""
        digest = bytes.fromhex(item.sha256)
        data_key = AESGCM.generate_key(256)
        await connection.execute(
            SQL["put_item"],
            digest,
            len(item.content),
            sealed(self._cipher, data_key, digest),
            sealed(AESGCM(data_key), item.content, digest),
        )
        described = (item.media_type, item.obtained, item.kept_by, item.kept_at)
        await connection.execute(SQL["put_record"], item.complaint, item.name, digest, *described)
        return item.sha256

    async def get(self, sha256: str) -> bytes:
        """Return an item's content, checked against its hash. Raises NotInVault, SealBroken."""
        digest = bytes.fromhex(sha256)
        async with transient_named():
            row = await self._pool.fetchrow(SQL["get_item"], digest)
        if row is None:
            raise NotInVault(sha256)
        content = opened(AESGCM(opened(self._cipher, row["wrapped_key"], digest)), row["sealed"], digest)
        if hashlib.sha256(content).digest() != digest:
            raise SealBroken("its content is not what its hash says")
        return content

    async def items_of(self, complaint: str) -> list[Kept]:
        """Return what is kept about a complaint, oldest first."""
        async with transient_named():
            rows = await self._pool.fetch(SQL["records_of"], complaint)
        return [Kept(**{**dict(row), "sha256": row["sha256"].hex()}) for row in rows]

    async def hand_on(self, complaint: str, handed: Handed) -> None:
        """Add a link to the custody chain of an item."""
        async with transient_named():
            await self._pool.execute(
                SQL["hand_on"], complaint, bytes.fromhex(handed.sha256), handed.act, handed.actor, handed.at
            )

    async def custody_of(self, complaint: str) -> list[Handed]:
        """Return the custody chain of a complaint's items, in the order they were handed on."""
        async with transient_named():
            rows = await self._pool.fetch(SQL["custody_of"], complaint)
        return [Handed(**{**dict(row), "sha256": row["sha256"].hex()}) for row in rows]
