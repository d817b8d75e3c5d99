"""The keyring of one process: keys by person and by id, cached for a minute, minted ahead."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from eventlog.errors import Unavailable

CACHE_SECONDS = 60.0
CACHE_KEYS_MAX = 200_000


@dataclass(frozen=True, slots=True)
class PersonKey:
    """One key of one person, unwrapped and ready for use."""

    id: str
    person: str
    cipher: AESGCM


class KeyStore(Protocol):
    """Where person keys live: a database of its own, apart from every log."""

    async def mint(self, count: int) -> list[PersonKey]:
        """Make `count` new persons with a key each, stored before they are returned."""

    async def by_person(self, persons: Iterable[str]) -> Mapping[str, PersonKey]:
        """Return the sealing key of each person who still has one."""

    async def by_id(self, key_ids: Iterable[str]) -> Mapping[str, PersonKey]:
        """Return the keys that still exist."""


class Keyring:
    """Keys as the codec needs them: answers from its cache, asks the store for the rest in one go.

    Cached keys are at most 60 seconds old (`architecture.md` 3.15), so an erasure reaches every process
    within that time. New persons come from a stock minted ahead: registering goes on while the key store
    is away, until the stock is used up.
    """

    def __init__(self, store: KeyStore, *, stock: int = 0, cache_seconds: float = CACHE_SECONDS) -> None:
        self._store = store
        self._cache_seconds = cache_seconds
        self._persons: OrderedDict[str, tuple[float, PersonKey | None]] = OrderedDict()
        self._ids: OrderedDict[str, tuple[float, PersonKey | None]] = OrderedDict()
        self._stock: deque[PersonKey] = deque()
        self._stock_wanted = stock
        self._refill: asyncio.Task[None] | None = None

    async def new_persons(self, count: int) -> list[PersonKey]:
        """Return `count` persons nobody has used, each with its key.

        Raises KeysUnavailable when the stock is used up and the store does not answer.
        """
        if len(self._stock) < count:
            self._stock.extend(await self._store.mint(max(count, self._stock_wanted)))
        taken = [self._stock.popleft() for _ in range(count)]
        for key in taken:
            self._keep(self._persons, key.person, key)
            self._keep(self._ids, key.id, key)
        if len(self._stock) < self._stock_wanted // 2 and self._refill is None:
            self._refill = asyncio.create_task(self._restock())
        return taken

    def give_back(self, key: PersonKey) -> None:
        """Return a person that was taken and not used: somebody else was first."""
        self._stock.append(key)

    async def for_persons(self, persons: Iterable[str]) -> Mapping[str, PersonKey | None]:
        """Return each person's sealing key, None where it was erased."""
        return await self._lookup(self._persons, persons, self._store.by_person)

    async def for_ids(self, key_ids: Iterable[str]) -> Mapping[str, PersonKey | None]:
        """Return each key by its id, None where it was erased."""
        return await self._lookup(self._ids, key_ids, self._store.by_id)

    def cached_for(self, person: str) -> PersonKey | None:
        """Return the person's key when it is fresh in the cache: the path without waiting."""
        held = self._persons.get(person)
        return held[1] if held is not None and held[0] > time.monotonic() else None

    async def _lookup(self, cache: _Cache, names: Iterable[str], ask: _Ask) -> Mapping[str, PersonKey | None]:
        now = time.monotonic()
        found: dict[str, PersonKey | None] = {}
        missing: list[str] = []
        for name in names:
            held = cache.get(name)
            if held is not None and held[0] > now:
                found[name] = held[1]
            else:
                missing.append(name)
        if missing:
            fresh = await ask(missing)
            for name in missing:
                found[name] = fresh.get(name)
                # An absent key may be minted a moment later: only what exists is kept.
                if found[name] is not None:
                    self._keep(cache, name, found[name])
        return found

    def _keep(self, cache: _Cache, name: str, key: PersonKey | None) -> None:
        cache[name] = (time.monotonic() + self._cache_seconds, key)
        cache.move_to_end(name)
        while len(cache) > CACHE_KEYS_MAX:
            cache.popitem(last=False)

    async def _restock(self) -> None:
        try:
            # Nobody waits for this: when the store is away, the next one in need asks again.
            with contextlib.suppress(Unavailable):
                self._stock.extend(await self._store.mint(self._stock_wanted))
        finally:
            self._refill = None


class _Ask(Protocol):
    async def __call__(self, names: Iterable[str], /) -> Mapping[str, PersonKey]: ...


_Cache = OrderedDict[str, tuple[float, PersonKey | None]]
