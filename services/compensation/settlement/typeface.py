"""The typeface of settlement documents: one face for both languages, cut to what is common.

The whole face holds 30,000 characters and takes a third of a second for each document; cut to the characters
that are in daily use it takes a tenth. A name written with a rare character is set from the whole face; what that lacks
(Łukasz, Ελένη, Дмитрий) from a second face of Latin, Greek and Cyrillic. Nothing is ever left out: a character that
no face has stands as its code point, [U+AE40], for what is signed must say all that was agreed.
Cutting takes seconds, so the cut face stands in `typefaces/` (under the SIL Open Font License, like the whole one);
`python -m services.compensation.settlement.typeface` cuts it anew, and a test holds it against the whole.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from font_source_sans_pro import font_files_ttf  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from pylopdf_fonts_zh_cn import sans_path

FAMILY: Final = "Noto Sans SC"
SECOND_FAMILY: Final = "Source Sans Pro"
SECOND_FACE: Final = Path(font_files_ttf["SourceSansPro"])
DAILY_FACE: Final = Path(__file__).parent.parent / "typefaces" / "NotoSansSC-daily.otf"

# GB 2312 level one: the 3,755 characters in daily use, in rows 16 to 55 of the table.
_FIRST_ROW, _LAST_ROW = 0xB0, 0xD7
_CELLS: Final = range(0xA1, 0xFF)
_LATIN: Final = (*range(0x20, 0x7F), *range(0xA0, 0x250))
_SIGNS: Final = "、。“”‘’《》〈〉【】（）—…·￥€：；，！？％№–•"
# Copyright, family, style, full name, PostScript name, licence: who has the file has these.
_NAMES_KEPT: Final = (0, 1, 2, 4, 6, 13)
_TABLES_DROPPED: Final = ("GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "DSIG")


def file_for(text: Iterable[str]) -> Path:
    """Return the font file that holds every character of a text which the face has at all."""
    missing = set(text) - held_by(DAILY_FACE)
    return sans_path() if missing & held_by(sans_path()) else DAILY_FACE


def from_second_face(text: Iterable[str]) -> set[str]:
    """Return the characters of a text that only the second face has."""
    return (set(text) - held_by(sans_path())) & held_by(SECOND_FACE)


def settable(text: str) -> str:
    """Return a text in composed form (NFC) whose every character some face has, or which names its code point."""
    composed = unicodedata.normalize("NFC", text)
    missing = {each for each in set(composed) if not (each.isspace() or _is_held(each))}
    return composed.translate({ord(each): f"[U+{ord(each):04X}]" for each in missing})


@cache
def held_by(path: Path) -> frozenset[str]:
    """Return the characters a font file has a picture for."""
    with TTFont(path, lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap()))


def _is_held(character: str) -> bool:
    # The whole face is read for rare characters alone: that takes a quarter of a second, once.
    return any(character in held_by(path) for path in (DAILY_FACE, SECOND_FACE, sans_path()))


@cache
def _in_daily_use() -> frozenset[str]:
    cells = (bytes((row, cell)) for row in range(_FIRST_ROW, _LAST_ROW + 1) for cell in _CELLS)
    common = "".join(cell.decode("gb2312", errors="ignore") for cell in cells)
    return frozenset(common) | frozenset(map(chr, _LATIN)) | frozenset(_SIGNS)


def cut_to(path: Path) -> None:
    """Write the whole face's characters in daily use to a font file; the same face gives the same bytes."""
    from fontTools import subset  # type: ignore[import-untyped]  # noqa: PLC0415 - slow, and no service cuts

    options = subset.Options(
        notdef_outline=True, recommended_glyphs=True, layout_features=[], hinting=False, desubroutinize=True
    )
    options.drop_tables = [*options.drop_tables, *_TABLES_DROPPED]
    options.name_IDs = list(_NAMES_KEPT)
    font = subset.load_font(str(sans_path()), options, lazy=True)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(sorted(_in_daily_use())))
    subsetter.subset(font)
    subset.save_font(font, str(path), options)


if __name__ == "__main__":
    cut_to(DAILY_FACE)
