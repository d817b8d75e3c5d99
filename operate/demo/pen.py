"""A signature drawn by hand, as a small picture (PNG): the same stroke for the same name in every run. Pure."""

from __future__ import annotations

import math
import struct
import zlib
from typing import Final

_WIDTH: Final = 320
_HEIGHT: Final = 96
_STEPS: Final = 900
_PEN: Final = 2
_INK: Final = 0
_PAPER: Final = 255
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"


def drawn(name: str) -> bytes:
    """Return the picture of a stroke that swings as the name's letters say."""
    swing = [1 + zlib.crc32(f"{name} {turn}".encode()) % 5 for turn in range(4)]
    paper = [bytearray([_PAPER]) * _WIDTH for _ in range(_HEIGHT)]
    for step in range(_STEPS):
        part = step / _STEPS
        along = 24 + part * (_WIDTH - 60) + 9 * math.sin(part * 40 + swing[0])
        lean = 26 * math.sin(part * (12 + swing[1])) * math.cos(part * (21 + swing[2]))
        _dot(paper, round(along), round(_HEIGHT / 2 + lean + swing[3] * math.sin(part * 90)))
    return _png(paper)


def _dot(paper: list[bytearray], column: int, row: int) -> None:
    for down in range(max(0, row), min(_HEIGHT, row + _PEN)):
        for across in range(max(0, column), min(_WIDTH, column + _PEN)):
            paper[down][across] = _INK


def _png(paper: list[bytearray]) -> bytes:
    head = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 0, 0, 0, 0)
    rows = b"".join(b"\x00" + bytes(row) for row in paper)
    return _SIGNATURE + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    )
