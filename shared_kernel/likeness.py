"""How alike two texts are, in Chinese and English, with the words that make them so."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from shared_kernel.words import BREAK, is_han, stem_of, surfaces

# Finding common stretches takes the product of both lengths.
_SHOWN_CHARACTERS: Final = 4_000


def shingles(text: str) -> frozenset[str]:
    """Return what a text is compared by: its Chinese characters and word stems, singly and in pairs.

    Stop words and punctuation do not count, unless a text has nothing else.
    """
    content = [stem for _, stem in _content(text)]
    pairs = (one + other for one, other in pairwise(content) if BREAK not in (one, other))
    return frozenset(content).union(pairs) - {BREAK}


def likeness(a: str, b: str) -> float:
    """Return how alike two texts are, 0 to 1; see `overlap`.

    1.0 for texts that differ in case, width, word endings or punctuation only; a text without a word is
    like nothing, not even itself. Copies score above 0.7, two people's words for one event mostly 0.05
    to 0.25, unrelated texts below 0.05. Texts in two languages share next to nothing: compare their causes
    (`terms.cause_words`).
    """
    return overlap(shingles(a), shingles(b))


def overlap(a: frozenset[str], b: frozenset[str]) -> float:
    """Return the shared shingles over all shingles of two texts (Jaccard): symmetric, 0 when one has none."""
    return len(a & b) / len(a | b) if a and b else 0.0


def shared_words(a: str, b: str) -> tuple[str, ...]:
    """Return the words both texts use, as written in `a` and in its order: why they are alike.

    Chinese comes in the longest stretches (two characters and more) that both contain, other words singly;
    words alike but for their ending count as shared. Of a long text the beginning is shown, its first
    4,000 characters. The result is the customer's own text: personal.
    """
    other = _content(b[:_SHOWN_CHARACTERS])
    stems = {stem for _, stem in other if not is_han(stem)}
    chinese = "".join(stem if is_han(stem) else BREAK for _, stem in other)
    found: dict[str, None] = {}
    run = ""
    for surface, stem in [*_content(a[:_SHOWN_CHARACTERS]), (BREAK, BREAK)]:
        if is_han(stem) and run + stem in chinese:
            run += stem
            continue
        if len(run) > 1:
            found[run] = None
        run = stem if is_han(stem) and stem in chinese else ""
        if stem != BREAK and stem in stems:
            found[surface] = None
    return tuple(found)


def _content(text: str) -> list[tuple[str, str]]:
    """Each token as written and as compared; the stop words too when there is nothing else."""
    written = surfaces(text)
    content = [(surface, stem) for surface in written if (stem := stem_of(surface))]
    if any(stem != BREAK for _, stem in content):
        return content
    return [(surface, surface) for surface in written]
