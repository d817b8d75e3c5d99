from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_kernel.likeness import likeness
from shared_kernel.sketches import SKETCH_SIZE, alike_percent, sketch

LEAK = "The new tap leaks all night and the kitchen floor is wet"


def test_text_is_like_itself_whatever_its_case_and_punctuation() -> None:
    again = "the new tap leaks all night, and the kitchen floor is WET!"

    assert alike_percent(sketch(LEAK), sketch(again)) == 100


def test_text_is_unlike_another_and_like_nothing_where_there_is_nothing() -> None:
    assert alike_percent(sketch(LEAK), sketch("快递放进柜子一小时就要收超时费")) == 0
    assert alike_percent(sketch(LEAK), ()) is None
    assert alike_percent((), sketch(LEAK)) is None


def test_short_texts_are_as_alike_as_their_shingles() -> None:
    other = "The new tap leaks and nobody comes"

    assert alike_percent(sketch(LEAK), sketch(other)) == round(100 * likeness(LEAK, other))


@pytest.mark.parametrize(
    ("text", "stored"),
    [("tap leaks", (643544112, 2153394756, 3090054234)), ("漏水", (1733888517, 2062003245, 2490658683))],
)
def test_sketches_stored_before_still_mean_the_same(text: str, stored: tuple[int, ...]) -> None:
    assert sketch(text) == stored


@given(st.text(max_size=400), st.text(max_size=400))
def test_sketch_is_small_and_rising_and_likeness_goes_both_ways(one: str, other: str) -> None:
    mine, theirs = sketch(one), sketch(other)

    assert len(mine) <= SKETCH_SIZE
    assert list(mine) == sorted(set(mine))
    assert alike_percent(mine, theirs) == alike_percent(theirs, mine)
