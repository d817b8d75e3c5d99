"""Which letters a text must hold before a pattern is worth searching for; most patterns are ruled out by them.

Of some three hundred patterns a usual narrative can match a few dozen, and comparing two sets of letter
groups costs a tenth of a search. What is required may be too generous, never too strict.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from operator import add
from typing import TypeAlias

Required: TypeAlias = frozenset[str] | None

_TOKEN = re.compile(
    r"(?P<escape>\\.)|(?P<klass>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<open>\((?:\?(?:[:=!]|<[=!]))?)|(?P<other>.)",
    re.DOTALL,
)
_QUANTIFIER = re.compile(r"(?:[?*+]|\{\d*,?\d*\})\??")
_OPTIONAL = ("?", "*", "{0", "{,")
_NOT_LITERAL = frozenset(".^$")
_WHOLE_CLASSES = frozenset("bBdDsSwWAZ")


# How many letters are compared together, at least and at most: Chinese words are short, English letters are few.
_GRAM_LETTERS = {"zh": (1, 2), "en": (2, 3)}


@dataclass(frozen=True, slots=True)
class Anchors:
    """Strings of which one is in every text a pattern matches, looked up by their first letters."""

    heads: frozenset[str]
    by_head: Mapping[str, tuple[str, ...]]

    def are_in(self, text: str, grams: frozenset[str]) -> bool:
        """Tell whether a text may match; `grams` are the text's own letter groups."""
        common = self.heads & grams
        return bool(common) and any(anchor in text for head in common for anchor in self.by_head[head])


def grams_in(text: str, language: str) -> frozenset[str]:
    """Return the letter groups of a text."""
    pairs = list(map(add, text, text[1:]))
    if language == "zh":
        return frozenset(text).union(pairs)
    return frozenset(pairs).union(map(add, pairs, text[2:]))


def anchors_for(pattern: str, language: str) -> Anchors | None:
    """Return what a text must hold to match a pattern; None when it cannot be told."""
    required = required_by(pattern)
    shorter, longer = _GRAM_LETTERS[language]
    if required is None or min(map(len, required)) < shorter:
        return None
    by_head: dict[str, tuple[str, ...]] = {}
    for anchor in sorted(required):
        head = anchor[:longer]
        by_head[head] = (*by_head.get(head, ()), anchor)
    return Anchors(heads=frozenset(by_head), by_head=by_head)


def required_by(pattern: str) -> Required:
    """Return strings of which at least one is in every text the pattern matches; None when it cannot be told."""
    found: set[str] = set()
    for alternative in _alternatives(pattern):
        anchors = _of_sequence(alternative)
        if anchors is None:
            return None
        found |= anchors
    return frozenset(found)


def _alternatives(pattern: str) -> list[str]:
    cuts, depth = [-1], 0
    for token in _TOKEN.finditer(pattern):
        text = token.group()
        if token["open"]:
            depth += 1
        elif text == ")":
            depth -= 1
        elif text == "|" and depth == 0:
            cuts.append(token.start())
    cuts.append(len(pattern))
    return [pattern[start + 1 : end] for start, end in pairwise(cuts)]


def _of_sequence(sequence: str) -> Required:
    candidates: list[frozenset[str]] = []
    run, position = "", 0
    while position < len(sequence):
        end, part = _part(sequence, position)
        quantifier = _QUANTIFIER.match(sequence, end)
        is_optional = quantifier is not None and quantifier.group().startswith(_OPTIONAL)
        if isinstance(part, str) and not is_optional:
            run += part
        elif part is not None and not isinstance(part, str) and not is_optional:
            candidates.append(part)
        if not isinstance(part, str) or quantifier is not None:
            candidates.append(frozenset({run}))
            run = ""
        position = quantifier.end() if quantifier else end
    candidates.append(frozenset({run}))
    useful = [candidate for candidate in candidates if candidate and "" not in candidate]
    return max(useful, key=lambda anchors: (min(map(len, anchors)), -len(anchors)), default=None)


def _part(sequence: str, position: int) -> tuple[int, str | Required]:
    """Return where the next part ends and what it requires: a letter, a set of anchors, or nothing (None)."""
    token = _TOKEN.match(sequence, position)
    if token is None:
        return len(sequence), None
    text = token.group()
    if token["open"]:
        end = _closing(sequence, token.end())
        required = required_by(sequence[token.end() : end]) if text in {"(", "(?:"} else None
        return end + 1, required
    if token["escape"]:
        return token.end(), None if text[1] in _WHOLE_CLASSES else text[1].replace("n", "\n")
    return token.end(), None if token["klass"] or text in _NOT_LITERAL else text


def _closing(sequence: str, position: int) -> int:
    depth = 1
    for token in _TOKEN.finditer(sequence, position):
        depth += bool(token["open"]) - (token.group() == ")")
        if depth == 0:
            return token.start()
    return len(sequence)
