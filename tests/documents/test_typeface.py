"""The face that stands in the tree is cut from the whole one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from services.compensation.settlement.document import render
from services.compensation.settlement.typeface import (
    DAILY_FACE,
    cut_to,
    file_for,
    from_second_face,
    held_by,
    settable,
)
from tests.support.agreements import ENGLISH, text_of


def test_the_face_in_daily_use_is_the_whole_one_cut(tmp_path: Path) -> None:
    cut_to(tmp_path / "cut.otf")

    assert (tmp_path / "cut.otf").read_bytes() == DAILY_FACE.read_bytes(), (
        "cut it anew: python -m services.compensation.settlement.typeface"
    )


@pytest.mark.parametrize(
    ("text", "is_set_as"),
    [
        ("Łukasz Żółć, Škoda", "Łukasz Żółć, Škoda"),
        ("Ελένη Дмитрий Nguyễn Thị Hạnh", "Ελένη Дмитрий Nguyễn Thị Hạnh"),
        ("欧阳娜娜、㛃", "欧阳娜娜、㛃"),
        ("Jose\u0301", "José"),
        ("김 agrees", "[U+AE40] agrees"),
        ("𠮷先生", "[U+20BB7]先生"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_no_character_is_left_out(text: str, is_set_as: str) -> None:
    assert settable(text) == is_set_as


def test_every_character_of_a_document_has_a_picture_in_a_face_it_is_set_with() -> None:
    every = settable("".join(map(chr, [*range(0x20, 0x7F), *range(0xA0, 0xD800), *range(0x20000, 0x20100)])))

    pictured = held_by(file_for(every)) | from_second_face(every)

    assert {each for each in every if not each.isspace()} <= pictured


def test_name_the_first_face_lacks_stands_in_the_document() -> None:
    agreement = replace(ENGLISH, customer="Łukasz Żółć", terms="김철수 agrees")

    text = text_of(render(agreement).pdf)

    assert "Łukasz Żółć" in text
    assert "[U+AE40][U+CCA0][U+C218] agrees" in text
    assert render(agreement).pdf == render(agreement).pdf
