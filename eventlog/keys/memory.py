"""The key store in memory: the twin for tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from eventlog.clock import fresh_id
from eventlog.keys.keyring import PersonKey


class MemoryKeyStore:
    """Keeps keys in a dictionary; `erase` forgets a person."""

    def __init__(self) -> None:
        self._keys: dict[str, PersonKey] = {}

    async def mint(self, count: int) -> list[PersonKey]:
        """Make new persons with a key each."""
        minted = [
            PersonKey(str(fresh_id()), str(fresh_id()), AESGCM(AESGCM.generate_key(256)))
            for _ in range(count)
        ]
        self._keys.update((key.id, key) for key in minted)
        return minted

    async def by_person(self, persons: Iterable[str]) -> Mapping[str, PersonKey]:
        """Return each person's key, of those who have one."""
        wanted = set(persons)
        return {key.person: key for key in self._keys.values() if key.person in wanted}

    async def by_id(self, key_ids: Iterable[str]) -> Mapping[str, PersonKey]:
        """Return the keys that exist."""
        return {key_id: self._keys[key_id] for key_id in key_ids if key_id in self._keys}

    async def erase(self, person: str) -> None:
        """Forget every key of a person."""
        self._keys = {key_id: key for key_id, key in self._keys.items() if key.person != person}
