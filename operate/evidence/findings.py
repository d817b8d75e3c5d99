"""What a check found: one line each, well or broken, told in two languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. `rule` is a stable name; `place` the file it is about; the texts say it to people."""

    rule: str
    place: str
    is_well: bool
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something a reader should know that is neither well nor broken, such as who signed."""

    rule: str
    place: str
    en: str
    zh: str


def judged(rule: str, place: str, texts: tuple[str, str], *, is_well: bool) -> Finding:
    """Return a finding; `texts` are the English and the Chinese sentence."""
    return Finding(rule, place, is_well, *texts)
