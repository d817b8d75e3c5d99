"""The face that stands in the tree is cut from the whole one."""

from __future__ import annotations

from pathlib import Path

from services.compensation.settlement.typeface import DAILY_FACE, cut_to


def test_the_face_in_daily_use_is_the_whole_one_cut(tmp_path: Path) -> None:
    cut_to(tmp_path / "cut.otf")

    assert (tmp_path / "cut.otf").read_bytes() == DAILY_FACE.read_bytes(), (
        "cut it anew: python -m services.compensation.settlement.typeface"
    )
