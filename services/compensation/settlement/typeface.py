"""The typeface of settlement documents: one face for both languages, cut to what is common, once a process.

The whole face holds 30,000 characters and takes a third of a second for each document; cut to the characters
that are in daily use it takes a tenth. A name written with a rare character is set from the whole face.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Final

from fontTools import subset  # type: ignore[import-untyped]
from pylopdf_fonts_zh_cn import sans_path

FAMILY: Final = "Noto Sans SC"

# GB 2312 level one: the 3,755 characters in daily use, in rows 16 to 55 of the table.
_FIRST_ROW, _LAST_ROW = 0xB0, 0xD7
_CELLS: Final = range(0xA1, 0xFF)
_LATIN: Final = (*range(0x20, 0x7F), *range(0xA0, 0x250))
_SIGNS: Final = "、。“”‘’《》〈〉【】（）—…·￥€：；，！？％№–•"
_NAMES_KEPT: Final = (1, 2, 4, 6)
_CUTTING: Final = Lock()


def file_for(text: Iterable[str]) -> Path:
    """Return the font file that holds every character of a text which the face has at all."""
    return _cut_file() if _in_daily_use().issuperset(text) else sans_path()


@cache
def _in_daily_use() -> frozenset[str]:
    cells = (bytes((row, cell)) for row in range(_FIRST_ROW, _LAST_ROW + 1) for cell in _CELLS)
    common = "".join(cell.decode("gb2312", errors="ignore") for cell in cells)
    return frozenset(common) | frozenset(map(chr, _LATIN)) | frozenset(_SIGNS)


def _cut_file() -> Path:
    # Documents are set in threads: the first one cuts, the others wait for it.
    with _CUTTING:
        return Path(_cut_folder().name) / "cut.otf"


@cache
def _cut_folder() -> TemporaryDirectory[str]:
    """Cut the face into a folder that goes with the process."""
    options = subset.Options(
        notdef_outline=True, recommended_glyphs=True, layout_features=[], hinting=False, desubroutinize=True
    )
    options.drop_tables = [
        *options.drop_tables,
        "GSUB",
        "GPOS",
        "GDEF",
        "BASE",
        "VORG",
        "vhea",
        "vmtx",
        "DSIG",
    ]
    options.name_IDs = list(_NAMES_KEPT)
    font = subset.load_font(str(sans_path()), options, lazy=True)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(sorted(_in_daily_use())))
    subsetter.subset(font)
    folder: TemporaryDirectory[str] = TemporaryDirectory(prefix="amends-typeface-")
    subset.save_font(font, str(Path(folder.name) / "cut.otf"), options)
    return folder
