"""Which language a narrative is written in, as far as the rules can read it."""

from __future__ import annotations

import re

from services.intake.domain.classify.model import Language

_HAN = re.compile(r"[\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]+")


def language_of(text: str) -> Language | None:
    han, words = len(_HAN.findall(text)), len(_LATIN.findall(text))
    if han >= 2 and han >= words:
        return "zh"
    return "en" if words >= 2 else None
