"""Which of the house's two languages a text is written in, by its script and its commonest words."""

from __future__ import annotations

import re
from functools import cache
from typing import Final, Literal

from shared_kernel.words import HAN, folded, word_lists

_HAN: Final = re.compile(f"[{HAN}]")
_KANA_OR_HANGUL: Final = re.compile("[\u3040-\u30ff\u31f0-\u31ff\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
_LATIN_WORD: Final = re.compile(r"[a-z\u00df-\u024f\u1e00-\u1eff][a-z\u00df-\u024f\u1e00-\u1eff']*")
# Addresses begin at a word's beginning and never give back what they took: else a long word takes for ever.
_LINK_OR_NAME: Final = re.compile(
    r"https?://[!-~]+|www\.[!-~]+|(?<![a-z0-9._%+-])[a-z0-9._%+-]++@[a-z0-9.-]+|[@#][a-z0-9_]+"
)
_LETTER: Final = re.compile(r"[^\W\d_]")

# Shares found by trying: Japanese writes at least every fifth sign in kana, a Chinese text quotes few.
_FOREIGN_SHARE_MAX: Final = 0.1
_COMMON_SHARE_MIN: Final = 0.15


def language_by_words(text: str) -> Literal["zh", "en"] | None:
    """Return zh or en where script and common words tell, else None; `terms.language_of` says the rules."""
    plain = _LINK_OR_NAME.sub(" ", folded(text))
    chinese = len(_HAN.findall(plain))
    words = _LATIN_WORD.findall(plain)
    if not chinese and not words:
        return None
    letters = len(_LETTER.findall(plain))
    latin = sum(len(word.replace("'", "")) for word in words)
    if letters - chinese - latin > letters * _FOREIGN_SHARE_MAX:
        return None
    if chinese >= len(words):
        return "zh" if len(_KANA_OR_HANGUL.findall(plain)) <= chinese * _FOREIGN_SHARE_MAX else None
    return "en" if _reads_english(words) else None


def _reads_english(words: list[str]) -> bool:
    english, other = _frequent_words()
    ours = sum(word in english for word in words)
    theirs = sum(word in other for word in words)
    return ours > theirs and ours >= len(words) * _COMMON_SHARE_MIN


@cache
def _frequent_words() -> tuple[frozenset[str], frozenset[str]]:
    lists = word_lists()["common_words"]
    english = frozenset(lists["en"].split())
    return english, frozenset(lists["other"].split())
