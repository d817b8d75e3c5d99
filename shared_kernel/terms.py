"""What a complaint is about, as codes that both languages share, and which language it is written in."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any, Final, Literal, NamedTuple

from shared_kernel.languages import language_by_words
from shared_kernel.words import BREAK, is_han, tokens

Part = tuple[str, ...]
# How far apart the two halves of an expression may stand: Chinese characters, other words.
_REACH_HAN: Final = 8
_REACH_WORDS: Final = 5
_FEW_WORDS: Final = 8


@dataclass(frozen=True, slots=True)
class Dictionary:
    """All expressions, prepared for one pass over a text."""

    # Complete expressions to the causes they name.
    phrases: Mapping[Part, frozenset[str]]
    # Two halves, in either order, to the causes they name together.
    pairs: Mapping[tuple[Part, Part], frozenset[str]]
    # Every phrase and half, and how long those are that begin with a token.
    parts: frozenset[Part]
    lengths: Mapping[str, tuple[int, ...]]
    general: frozenset[str]


class Hit(NamedTuple):
    """A part of an expression found in a text, from token `start` up to `end`, in one sentence."""

    part: Part
    start: int
    end: int
    sentence: int


def cause_words(text: str) -> frozenset[str]:
    """Return the canonical codes of the causes that a text names in Chinese or English (`terms.toml`).

    The longest expression at a place hides those within it: no hot water is not no water. Naming is not
    proving: "the battery is fine" names the battery.
    """
    known = dictionary()
    hits = list(_hits(tokens(text), known))
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
    pairs: defaultdict[tuple[Part, Part], set[str]] = defaultdict(set)
    for cause, expression in _expressions(table):
        match [_alternatives(half) for half in expression.split("+")]:
            case [whole]:
                phrases[whole[0]].add(cause)
            case [ones, others]:
                for one, other in product(ones, others):
                    pairs[one, other].add(cause)
                    pairs[other, one].add(cause)
    parts = frozenset({*phrases, *(one for one, _ in pairs)})
    return Dictionary(
        phrases={part: frozenset(causes) for part, causes in phrases.items()},
        pairs={halves: frozenset(causes) for halves, causes in pairs.items()},
        parts=parts,
        lengths=_lengths(parts),
        general=frozenset(cause for cause, entry in table.items() if entry.get("general")),
    )


def _expressions(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for cause, entry in table.items():
        yield from ((cause, expression) for expression in (*entry["zh"], *entry["en"]))


def _alternatives(half: str) -> list[Part]:
    return [tuple(tokens(phrase)) for phrase in half.split("|")]


def _lengths(parts: Iterable[Part]) -> dict[str, tuple[int, ...]]:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for part in parts:
        found[part[0]].add(len(part))
    return {token: tuple(sorted(lengths)) for token, lengths in found.items()}


def _hits(content: list[str], known: Dictionary) -> Iterator[Hit]:
    """Every part of an expression, place by place, except those within a longer complete expression."""
    sentence = covered = 0
    for start, token in enumerate(content):
        sentence += token == BREAK
        spans = (tuple(content[start : start + length]) for length in known.lengths.get(token, ()))
        here = [span for span in spans if span in known.parts]
        whole = start + max((len(part) for part in here if part in known.phrases), default=0)
        for part in here:
            end = start + len(part)
            if end > covered and end >= whole:
                yield Hit(part, start, end, sentence)
        covered = max(covered, whole)


def _paired(hits: list[Hit], known: Dictionary) -> Iterator[str]:
    for index, hit in enumerate(hits):
        reach = _REACH_HAN if is_han(hit.part[0]) else _REACH_WORDS
        for follower in range(index + 1, len(hits)):
            other = hits[follower]
            if other.sentence != hit.sentence or other.start > hit.end + reach:
                break
            yield from known.pairs.get((hit.part, other.part), ())


def _is_known_english(text: str) -> bool:
    content = tokens(text)
    return len(content) <= _FEW_WORDS and all(word.isascii() for word in content) and bool(cause_words(text))
