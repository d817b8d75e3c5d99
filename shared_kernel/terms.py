"""What a complaint is about, as codes that both languages share, and which language it is written in."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal

from shared_kernel.languages import language_by_words
from shared_kernel.words import BREAK, is_han, tokens

Part = tuple[str, ...]
# How far apart the two halves of an expression may stand: Chinese characters, other words.
_REACH_HAN: Final = 8
_REACH_WORDS: Final = 5


@dataclass(frozen=True, slots=True)
class Pair:
    """An expression of two halves that must stand near each other."""

    cause: str
    one: Part
    other: frozenset[Part]
    reach: int


@dataclass(frozen=True, slots=True)
class Dictionary:
    """All expressions, prepared for one pass over a text."""

    phrases: Mapping[Part, frozenset[str]]
    pairs: Mapping[Part, tuple[Pair, ...]]
    # First token to the parts that begin with it.
    parts: Mapping[str, tuple[Part, ...]]
    general: frozenset[str]


@dataclass(frozen=True, slots=True)
class Hit:
    """A part of an expression found in a text, from token `start` up to `end`, in one sentence."""

    part: Part
    start: int
    end: int
    sentence: int


def cause_words(text: str) -> frozenset[str]:
    """Return the canonical codes of the causes that a text names in Chinese or English (`terms.toml`).

    The longest expression at a place hides those within it: a water pressure complaint
    is not one about water. Naming is not proving:
    "no problem with the battery" names the battery.
    """
    known = dictionary()
    hits = _hits(tokens(text), known)
    found = {cause for hit in hits for cause in known.phrases.get(hit.part, ())}
    return frozenset(found.union(_paired(hits, known)))


def specific_causes(causes: Iterable[str]) -> frozenset[str]:
    """Return the causes without the general ones (poor quality, no answer …), which strangers share."""
    return frozenset(causes) - dictionary().general


def language_of(text: str) -> Literal["zh", "en"] | None:
    """Return the language of a text, None for another language or none that can be told.

    By script: as many Chinese characters as Latin words make it Chinese (a brand name does not turn it
    English), kana or hangul among them make it neither. By common words: English must have more of its
    own than all other languages in Latin script. A few words without any common one ("Late delivery")
    count as English when the dictionary knows them.
    """
    return language_by_words(text) or ("en" if _is_known_english(text) else None)


@cache
def dictionary() -> Dictionary:
    """Return the expressions of `terms.toml`, read once at the first use."""
    table = tomllib.loads(files("shared_kernel").joinpath("terms.toml").read_text(encoding="utf-8"))
    phrases: defaultdict[Part, set[str]] = defaultdict(set)
    pairs: defaultdict[Part, list[Pair]] = defaultdict(list)
    for cause, entry in table.items():
        for expression in [*entry["zh"], *entry["en"]]:
            one, *other = (_alternatives(half) for half in expression.split("+"))
            for part in one:
                if not other:
                    phrases[part].add(cause)
                else:
                    reach = _REACH_HAN if is_han(part[0]) else _REACH_WORDS
                    pairs[part].append(Pair(cause, part, other[0], reach))
    halves = {half for found in pairs.values() for pair in found for half in pair.other}
    return Dictionary(
        phrases={part: frozenset(causes) for part, causes in phrases.items()},
        pairs={part: tuple(found) for part, found in pairs.items()},
        parts=_by_first_token(halves.union(phrases, pairs)),
        general=frozenset(cause for cause, entry in table.items() if entry.get("general")),
    )


def _alternatives(half: str) -> frozenset[Part]:
    return frozenset(tuple(tokens(phrase)) for phrase in half.split("|"))


def _by_first_token(parts: set[Part]) -> dict[str, tuple[Part, ...]]:
    found: defaultdict[str, list[Part]] = defaultdict(list)
    for part in sorted(parts):
        found[part[0]].append(part)
    return {token: tuple(known) for token, known in found.items()}


def _hits(content: list[str], known: Dictionary) -> list[Hit]:
    """Every part of an expression at every place, except those within a longer complete expression."""
    found = list(_found(content, known))
    phrases = [hit for hit in found if hit.part in known.phrases]
    return [hit for hit in found if not any(_hides(phrase, hit) for phrase in phrases)]


def _found(content: list[str], known: Dictionary) -> Iterator[Hit]:
    sentence = 0
    for start, token in enumerate(content):
        sentence += token == BREAK
        for part in known.parts.get(token, ()):
            end = start + len(part)
            if tuple(content[start:end]) == part:
                yield Hit(part, start, end, sentence)


def _hides(phrase: Hit, hit: Hit) -> bool:
    inside = phrase.start <= hit.start and hit.end <= phrase.end
    return inside and len(phrase.part) > len(hit.part)


def _paired(hits: list[Hit], known: Dictionary) -> Iterator[str]:
    for hit in hits:
        for pair in known.pairs.get(hit.part, ()):
            if any(_near(hit, other, pair.reach) for other in hits if other.part in pair.other):
                yield pair.cause


def _near(one: Hit, other: Hit, reach: int) -> bool:
    first, second = (one, other) if one.start <= other.start else (other, one)
    return one is not other and one.sentence == other.sentence and second.start - first.end <= reach


def _is_known_english(text: str) -> bool:
    return text.isascii() and bool(cause_words(text))
