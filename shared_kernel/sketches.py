"""A text's sketch: few enough numbers to keep beside every text, enough to say how alike two texts are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from zlib import crc32

from shared_kernel.likeness import shingles

# Stored sketches are held against new ones: neither the size nor the hash may change.
SKETCH_SIZE: Final = 64


def sketch(text: str) -> tuple[int, ...]:
    """Return a text's sketch: the least hashes of its shingles, rising; none for a text without a word.

    It can confirm a guess at the text: personal wherever the text is.
    """
    return tuple(sorted({crc32(each.encode()) for each in shingles(text)})[:SKETCH_SIZE])


def alike_percent(one: Sequence[int], other: Sequence[int]) -> int | None:
    """Return how alike two texts are by their sketches, 0 to 100; None when one has none.

    The least hashes of the union are a fair sample of all shingles of both texts.
    """
    if not one or not other:
        return None
    mine, theirs = set(one), set(other)
    sample = sorted(mine | theirs)[:SKETCH_SIZE]
    return round(100 * sum(each in mine and each in theirs for each in sample) / len(sample))
