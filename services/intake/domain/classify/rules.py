"""The rule table: cues compiled from plain data, so that a policy maker can read and version them.

A cue is a list of patterns with points. Patterns are regular expressions over the folded text
(`reading.py`) with three kinds of short-hand: `<word>` a named list of the same language, `<8>` up to
eight characters within one clause, `<w3>` up to three words within one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from services.intake.domain.classify.anchors import Anchors, anchors_for
from services.intake.domain.classify.reading import Reading, Span

ASPECTS = ("timing", "severity", "demands", "threats", "bypass", "people")
LANGUAGES = ("zh", "en")
CONTEXTS = (
    "denied",
    "completed_before",
    "intended_before",
    "intended_after",
    "contact_before",
    "answered_after",
)

# One cue is heard out after so many places; keeps a text of one repeated word as cheap as any other.
_PLACES_MAX = 40

_SHORTHAND = re.compile(r"<(w?\d+|[a-z_]+)>")
_BEFORE_CHARACTERS = {"zh": 12, "en": 34}
_AFTER_CHARACTERS = {"zh": 8, "en": 24}


class RulesError(ValueError):
    """The rule table cannot be used; the message names the entry at fault."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One entry of the table.

    `kind` is the label it speaks for. A match is dropped when `unless_before` is found shortly before it
    in its sentence (negation, wish), `unless_after` shortly behind it, or `only_before` is missing.
    """

    rule: str
    kind: str
    points: float
    patterns: tuple[tuple[re.Pattern[str], Anchors | None], ...]
    target: str | None
    unless_before: re.Pattern[str] | None
    unless_after: re.Pattern[str] | None
    only_before: re.Pattern[str] | None
    before_characters: int
    after_characters: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A cue found in a text."""

    start: int
    end: int
    cue: Cue


@dataclass(frozen=True, slots=True)
class Weighing:
    """How timing cues become a decision; meanings in the `[weighing]` table of the policy."""

    prior: Mapping[str, float]
    past_below: float
    review_below: float
    repeat_share: float
    kind_counts_max: int
    quoted_share: float
    ended_share: float
    superseded_share: float
    live_points: float
    last_sentence_share: float


@dataclass(frozen=True, slots=True)
class Rules:
    """The whole compiled table. `version` goes into every classification made with it."""

    version: str
    weighing: Weighing
    cues: Mapping[tuple[str, str], tuple[Cue, ...]]
    contexts: Mapping[tuple[str, str], re.Pattern[str]]

    def context(self, language: str, name: str) -> re.Pattern[str]:
        """Return one of the patterns that judge the words around a name."""
        return self.contexts[language, name]

    def of(self, aspect: str, language: str) -> tuple[Cue, ...]:
        """Return the cues of one aspect in one language."""
        return self.cues[aspect, language]


def hits(reading: Reading, cues: tuple[Cue, ...]) -> Iterator[Hit]:
    """Yield every place where a cue holds, with its guards applied; one cue counts no letter twice."""
    for cue in cues:
        taken: list[Span] = []
        for start, end in _matches(reading, cue):
            if any(start < last and first < end for first, last in taken):
                continue
            if _holds(cue, reading, start, end):
                taken.append((start, end))
                yield Hit(start=start, end=end, cue=cue)
            if len(taken) == _PLACES_MAX:
                break


def _matches(reading: Reading, cue: Cue) -> Iterator[Span]:
    for pattern, anchors in cue.patterns:
        if anchors is None or anchors.are_in(reading.text, reading.grams):
            yield from (
                match.span() for match in pattern.finditer(reading.text) if match.end() > match.start()
            )


def _holds(cue: Cue, reading: Reading, start: int, end: int) -> bool:
    if cue.unless_before is None and cue.unless_after is None and cue.only_before is None:
        return True
    first, last = reading.sentence_at(start)
    before = reading.text[max(first, start - cue.before_characters) : start]
    if cue.unless_before is not None and cue.unless_before.search(before):
        return False
    if cue.only_before is not None and not cue.only_before.search(before):
        return False
    after = reading.text[end : min(max(last, end), end + cue.after_characters)]
    return cue.unless_after is None or not cue.unless_after.search(after)


def rules_from(table: Mapping[str, Any]) -> Rules:
    """Compile a rule table (the merged TOML documents).

    Raises `RulesError` naming the entry when a pattern does not compile, a short-hand is unknown or a
    required key is missing.
    """
    words = {language: _words(table, language) for language in LANGUAGES}
    cues = {
        (aspect, language): tuple(
            _cue(f"{aspect}.{name}.{language}", name, entry, words[language])
            for name, entry in table.get(aspect, {}).get(language, {}).items()
        )
        for aspect in ASPECTS
        for language in LANGUAGES
    }
    try:
        weighing = Weighing(**table["weighing"])
        version = str(table["version"])
        contexts = {
            (language, name): _compiled(
                f"context.{language}.{name}", table["context"][language][name], words[language]
            )
            for language in LANGUAGES
            for name in CONTEXTS
        }
    except (KeyError, TypeError) as trouble:
        raise RulesError(f"version, weighing or context: {trouble}") from trouble
    return Rules(version, weighing, MappingProxyType(cues), MappingProxyType(contexts))


def _words(table: Mapping[str, Any], language: str) -> dict[str, str]:
    words: dict[str, str] = {}
    for name, pattern in table.get("words", {}).get(language, {}).items():
        words[name] = _expanded(f"words.{language}.{name}", pattern, words)
    return words


def _cue(rule: str, name: str, entry: Mapping[str, Any], words: Mapping[str, str]) -> Cue:
    language = rule.rsplit(".", 1)[1]
    try:
        patterns, points = entry["patterns"], float(entry.get("points", 1.0))
    except (KeyError, ValueError) as trouble:
        raise RulesError(f"{rule}: {trouble}") from trouble

    def guard(key: str, anchor: str = "{}") -> re.Pattern[str] | None:
        return _compiled(rule, anchor.format(entry[key]), words) if key in entry else None

    return Cue(
        rule=rule,
        kind=entry.get("label", name),
        points=points,
        patterns=tuple(_searchable(rule, pattern, words, language) for pattern in patterns),
        target=entry.get("target"),
        unless_before=guard("unless_before"),
        unless_after=guard("unless_after"),
        only_before=guard("only_before"),
        before_characters=int(entry.get("before_characters", _BEFORE_CHARACTERS[language])),
        after_characters=int(entry.get("after_characters", _AFTER_CHARACTERS[language])),
    )


def _searchable(
    rule: str, pattern: str, words: Mapping[str, str], language: str
) -> tuple[re.Pattern[str], Anchors | None]:
    return _compiled(rule, pattern, words), anchors_for(_expanded(rule, pattern, words), language)


def _compiled(rule: str, pattern: str, words: Mapping[str, str]) -> re.Pattern[str]:
    try:
        return re.compile(_expanded(rule, pattern, words))
    except re.error as trouble:
        raise RulesError(f"{rule}: {trouble}") from trouble


def _expanded(rule: str, pattern: str, words: Mapping[str, str]) -> str:
    def meaning(match: re.Match[str]) -> str:
        name = match.group(1)
        if name.isdigit():
            return rf"[^,。!?;:\n]{{0,{name}}}?"
        if name[0] == "w" and name[1:].isdigit():
            return rf"(?:[ ,]+[^\s,.!?;]+){{0,{name[1:]}}}?[ ,]+"
        if name not in words:
            raise RulesError(f"{rule}: unknown short-hand <{name}>")
        return f"(?:{words[name]})"

    return _SHORTHAND.sub(meaning, pattern)
