"""The key store in PostgreSQL: keys wrapped by a master key that never enters the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import files
from uuid import UUID

import asyncpg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from eventlog.clock import fresh_id
from eventlog.errors import KeysUnavailable
from eventlog.keys.keyring import PersonKey
from eventlog.keys.sealing import NONCE_BYTES
from eventlog.postgres.pool import TRANSIENT, Pool
from eventlog.postgres.queries import queries_from

MIGRATIONS = files("eventlog.keys") / "migrations"
SQL = queries_from(files("eventlog.keys") / "queries.sql")


class PostgresKeyStore:
    """Person keys in their own database under their own role (`architecture.md` 3.15)."""

    def __init__(self, pool: Pool, master_key: bytes) -> None:
        self._pool = pool
        self._master = AESGCM(master_key)

    async def mint(self, count: int) -> list[PersonKey]:
        """Make `count` new persons with a key each, stored before they are returned."""
        fresh = [(fresh_id(), fresh_id(), AESGCM.generate_key(256)) for _ in range(count)]
        wrapped = [self._wrap(raw, str(key_id)) for key_id, _, raw in fresh]
        try:
            await self._pool.execute(
                SQL["mint"], [key_id for key_id, _, _ in fresh], [person for _, person, _ in fresh], wrapped
            )
        except TRANSIENT as trouble:
            raise KeysUnavailable("the person key store does not answer") from trouble
        return [PersonKey(str(key_id), str(person), AESGCM(raw)) for key_id, person, raw in fresh]

    async def by_person(self, persons: Iterable[str]) -> Mapping[str, PersonKey]:
        """Return the newest key of each person who still has one."""
        rows = await self._fetch("by_person", persons)
        return {str(row["person"]): self._unwrap(row) for row in rows}

    async def by_id(self, key_ids: Iterable[str]) -> Mapping[str, PersonKey]:
        """Return the keys that still exist."""
        rows = await self._fetch("by_id", key_ids)
        return {str(row["id"]): self._unwrap(row) for row in rows}

    async def _fetch(self, query: str, names: Iterable[str]) -> list[asyncpg.Record]:
        # Names come from topics too: what is no UUID names no key of ours, and must not pass for an outage.
        ids = [found for name in names if (found := _uuid_of(name)) is not None]
        try:
            return await self._pool.fetch(SQL[query], ids)
        except TRANSIENT as trouble:
            raise KeysUnavailable("the person key store does not answer") from trouble

    def _wrap(self, raw: bytes, key_id: str) -> bytes:
        nonce = AESGCM.generate_key(128)[:NONCE_BYTES]
        return nonce + self._master.encrypt(nonce, raw, key_id.encode())

    def _unwrap(self, row: asyncpg.Record) -> PersonKey:
        wrapped: bytes = row["wrapped"]
        raw = self._master.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], str(row["id"]).encode())
        return PersonKey(str(row["id"]), str(row["person"]), AESGCM(raw))


def _uuid_of(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None
