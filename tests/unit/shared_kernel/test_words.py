from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_kernel.words import BREAK, folded, name_key, stem_of, tokens


@pytest.mark.parametrize(
    "forms",
    [
        ["charge", "charges", "charged", "charging"],
        ["cancel", "cancels", "cancelled", "canceled", "cancelling"],
        ["delivery", "deliveries"],
        ["stop", "stops", "stopped", "stopping"],
        ["miss", "missed", "missing"],
        ["rate", "rates", "rated", "rating"],
        ["break", "broke", "broken", "breaking"],
        ["box", "boxes"],
        ["bus", "buses"],
        ["crash", "crashes", "crashed"],
        ["owe", "owed", "owing"],
    ],
)
def test_the_forms_of_a_word_share_a_stem(forms: list[str]) -> None:
    assert len({stem_of(form) for form in forms}) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("note", "not"), ("care", "car"), ("rate", "rat"), ("plane", "plan")]
)
def test_different_words_keep_different_stems(one: str, other: str) -> None:
    assert stem_of(one) != stem_of(other)


def test_every_negation_is_not() -> None:
    assert tokens("It wasn't delivered") == tokens("they never deliver") == tokens("cannot deliver")


def test_chinese_is_cut_by_the_character_and_sentences_end() -> None:
    assert tokens("停了水。电梯坏 OK") == ["停", "水", BREAK, "电", "梯", "坏", "ok"]


def test_a_dot_within_a_number_ends_no_sentence() -> None:
    assert BREAK not in tokens("2.5 hours at example.com")


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("ＴＡＰ ｔ1", "tapt1"),
        ("lake-court ", "lakecourt"),
        ("江州市 城北一村", "江州市城北一村"),
        ("…", ""),
        (None, ""),
    ],
)
def test_name_is_compared_without_width_case_spaces_and_punctuation(written: str | None, key: str) -> None:
    assert name_key(written) == key
