"""What the wording of a complaint shows: statutes with a fixed multiple, known templates, a price for silence.

Pure. The text itself is never kept: codes and a sketch are, the sketch only sealed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final
from unicodedata import normalize

from services.blacklist.domain.flag.facts import Wording
from services.blacklist.domain.policy import MultipleDemand, Statute, WordingTable
from shared_kernel.sketches import alike_percent, sketch

_NUMERALS: Final = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "十": 10}
_WORDS: Final = {
    "double": 2,
    "twice": 2,
    "triple": 3,
    "treble": 3,
    "three": 3,
    "four": 4,
    "five": 5,
    "ten": 10,
}


def read_wording(text: str, table: WordingTable) -> Wording:
    """Return what a text shows."""
    plain = normalize("NFKC", text).casefold()
    statutes = [each for each in table.statutes if any(pattern.search(plain) for pattern in each.patterns)]
    return Wording(
        statutes=tuple(sorted(statute.code for statute in statutes)),
        multiple=_multiple(plain, table.multiples, statutes),
        template=_template(sketch(text), table),
        settles=any(pattern.search(plain) for pattern in table.settles),
    )


def _multiple(text: str, demands: Iterable[MultipleDemand], statutes: Iterable[Statute]) -> int | None:
    """Return the largest multiple asked for in words; a statute alone that is quoted for one counts as it."""
    found = [
        number
        for demand in demands
        for hit in demand.pattern.finditer(text)
        if (number := _number(demand, hit)) is not None
    ]
    return max(found or [each.multiple for each in statutes if each.multiple is not None], default=None)


def _number(demand: MultipleDemand, hit: re.Match[str]) -> int | None:
    if demand.multiple is not None:
        return demand.multiple
    written = hit.group("n")
    if written.isdecimal():
        return int(written)
    return _NUMERALS.get(written, _WORDS.get(written))


def _template(features: Sequence[int], table: WordingTable) -> str | None:
    best = max(
        ((alike_percent(features, known.sketch) or 0, known.code) for known in table.templates),
        default=(0, ""),
    )
    return best[1] if best[0] >= table.template_percent else None
