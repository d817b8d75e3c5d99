"""Where a line may end: between Chinese characters, never before closing punctuation or inside a Latin word."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

_NOT_FIRST: Final = "、。，；：？！）》〉】”’％·…,.;:?!)]}%"
_NOT_LAST: Final = "（《〈【“‘([{￥€"
_WORD: Final = r"[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef“”‘’—…]+"
# A unit is what stays together: opening signs, a word or one character, closing signs, the space after.
_UNIT: Final = re.compile(rf"[{re.escape(_NOT_LAST)}]*(?:{_WORD}|\S)[{re.escape(_NOT_FIRST)}]*\s*|\s+")


def lines(text: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    """Yield the lines of a text set to a width; line ends in the text stay line ends."""
    for paragraph in text.splitlines() or [""]:
        line = ""
        for unit in _units(paragraph, width, measure):
            if line and measure((line + unit).rstrip()) > width:
                yield line.rstrip()
                line = unit.lstrip()
            else:
                line += unit
        yield line.rstrip()


def _units(paragraph: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    for unit in _UNIT.findall(paragraph):
        # What is longer than a line (a link, a run of digits) is broken anywhere.
        yield from unit if measure(unit.rstrip()) > width else (unit,)
