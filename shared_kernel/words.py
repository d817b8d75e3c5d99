"""Texts as comparable words: Chinese by the character, everything else by the word with its endings cut."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

HAN: Final = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Ends a sentence; no expression reaches across it.
BREAK: Final = "\n"

_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_TOKEN: Final = re.compile(
    rf"(?P<han>[{HAN}])|(?P<word>[^\W_{HAN}]+(?:'[a-z]+)?)|(?P<end>[!?;。\n]|\.(?=\s|$))"
)
_IS_HAN: Final = re.compile(f"[{HAN}]")
_NOT: Final = re.compile(r"[a-z]+n't|cannot|never")

_DOUBLED: Final = re.compile(r"([bcdfghjklmnpqrstvwxz])\1$")
_LOST_E: Final = re.compile(r"[^aeiou][aeiou][^aeiouwxy]")
_HISSING: Final = re.compile(r"(x|ch|sh|ss)es$")
_SHORTEST_STEM: Final = 3
# Four letters keep their e: "note" is not "not", "care" not "car".
_LONG_ENOUGH: Final = 4


@cache
def word_lists() -> dict[str, dict[str, Any]]:
    """Return the tables of `words.toml`, read once at the first use."""
    return tomllib.loads(files("shared_kernel").joinpath("words.toml").read_text(encoding="utf-8"))


def folded(text: str) -> str:
    """Return the text as it is compared: NFKC, case-folded, straight apostrophes, nothing invisible."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _INVISIBLE.sub("", plain).replace("\u2019", "'")


def name_key(text: str | None) -> str:
    """Return a name (product, site, merchant, person, address) as it is compared; empty when nothing is left.

    Width, case, spaces and punctuation do not count.
    """
    plain = unicodedata.normalize("NFKC", text or "").casefold()
    return "".join(character for character in plain if character.isalnum())


def is_han(token: str) -> bool:
    """Say whether a token is a Chinese character."""
    return _IS_HAN.match(token) is not None


def surfaces(text: str) -> list[str]:
    """Return the folded text's tokens as written: Chinese characters, words, and `BREAK` at sentence ends."""
    return [BREAK if found.lastgroup == "end" else found.group() for found in _TOKEN.finditer(folded(text))]


def tokens(text: str) -> list[str]:
    """Return the text's content: stop words dropped, words cut to their stems, `BREAK` at sentence ends.

    "wasn't delivered" and "not delivering" both become `not deliver`.
    """
    return [stem for surface in surfaces(text) if (stem := stem_of(surface))]


@lru_cache(maxsize=16384)
def stem_of(surface: str) -> str:
    """Return the stem of one folded token, the empty string for a stop word.

    English endings are cut (-s, -ed, -ing, -e, doubled consonants), alike for terms and texts, so a stem
    need not be a word. Words with other letters stay as they are.
    """
    if _NOT.fullmatch(surface):
        return "not"
    word = surface.partition("'")[0]
    if word in _stop_words():
        return ""
    if not word.isascii() or not word.isalpha():
        return word
    return _cut(_irregular().get(word, word))


@cache
def _stop_words() -> frozenset[str]:
    return frozenset(word for words in word_lists()["stop_words"].values() for word in words.split())


@cache
def _irregular() -> dict[str, str]:
    return {form: word for word, forms in word_lists()["irregular"].items() for form in forms.split()}


def _cut(word: str) -> str:
    word = _singular(word)
    for ending in ("ing", "ed"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= _SHORTEST_STEM:
            # "rated" comes from "rate": from "rat" it would be "ratted".
            return stem + "e" if _LOST_E.fullmatch(stem) else _DOUBLED.sub(r"\1", stem)
    return _DOUBLED.sub(r"\1", word.removesuffix("e") if len(word) > _LONG_ENOUGH else word)


def _singular(word: str) -> str:
    if len(word) <= _SHORTEST_STEM or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if _HISSING.search(word) else word.removesuffix("s")
