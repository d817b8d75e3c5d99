"""A persistent map for large states: a changed copy costs about the root of the size, not the size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar
from zlib import crc32

V = TypeVar("V")

# At 10,000 entries a change copies a tuple of 256 and a dict of about 40.
_BUCKETS = 256


@dataclass(frozen=True, slots=True)
class Buckets(Generic[V]):
    """Text keys to values, spread over small dicts that are replaced and never changed."""

    _dicts: tuple[Mapping[str, V], ...] = ({},) * _BUCKETS
    size: int = 0

    def get(self, key: str) -> V | None:
        """Return the value of a key, None when it has none."""
        return self._dicts[_place(key)].get(key)

    def having(self, key: str, value: V) -> Buckets[V]:
        """Return the map with one value set."""
        place = _place(key)
        grown = self.size + (key not in self._dicts[place])
        return Buckets(self._with(place, {**self._dicts[place], key: value}), grown)

    def without(self, key: str) -> Buckets[V]:
        """Return the map without a key."""
        place = _place(key)
        if key not in self._dicts[place]:
            return self
        left = {each: value for each, value in self._dicts[place].items() if each != key}
        return Buckets(self._with(place, left), self.size - 1)

    def items(self) -> Iterator[tuple[str, V]]:
        """Yield keys and values in an order that depends on the keys alone."""
        for bucket in self._dicts:
            yield from sorted(bucket.items(), key=lambda item: item[0])

    def _with(self, place: int, bucket: Mapping[str, V]) -> tuple[Mapping[str, V], ...]:
        return (*self._dicts[:place], bucket, *self._dicts[place + 1 :])


def _place(key: str) -> int:
    return crc32(key.encode()) % _BUCKETS
