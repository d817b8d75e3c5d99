from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_kernel.likeness import likeness, overlap, shared_words, shingles

TEXTS = st.one_of(st.text(max_size=60), st.text(alphabet="停水电了梯 坏abc d'e.。", max_size=60))

WATER = "我们小区从昨晚八点开始停水，到现在也没有人说明原因。"
WATER_AGAIN = "小区昨晚开始停水，物业不说明原因，今天还没有来水。"
PARCEL = "快递显示已签收，可是我根本没有拿到包裹。"
CHARGER = "The charger overheats and the battery drains within an hour."
CHARGER_AGAIN = "My battery drained in an hour, and now the charger is overheating!"
HOTEL = "Our hotel booking was cancelled when we arrived at the desk."


@pytest.mark.parametrize("text", [WATER, CHARGER, "水", "No", "the it", "A 5G 手机"])
def test_a_text_is_like_itself(text: str) -> None:
    assert likeness(text, text) == 1.0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("WI-FI is DOWN!", "wi-fi is down"),
        ("充电器过热。", "充电器 过热"),
        ("The batteries overheated", "the battery overheats"),
        ("ｆｕｌｌ ｗｉｄｔｈ", "Full width"),
    ],
)
def test_case_width_punctuation_and_endings_do_not_count(one: str, other: str) -> None:
    assert likeness(one, other) == 1.0


@pytest.mark.parametrize(
    ("same", "again", "other"), [(WATER, WATER_AGAIN, PARCEL), (CHARGER, CHARGER_AGAIN, HOTEL)]
)
def test_two_peoples_words_for_one_event_are_more_alike_than_two_events(
    same: str, again: str, other: str
) -> None:
    assert likeness(same, again) > 0.15 > 2 * likeness(same, other)


def test_a_template_with_another_name_in_it_is_nearly_a_copy() -> None:
    template = "本人于{}购买商品一件，发现标签不符合食品安全法第六十七条的规定，要求退一赔十。"

    assert likeness(template.format("城东店"), template.format("城西店")) > 0.7


@pytest.mark.parametrize("blank", ["", "  ", "!!! …"])
def test_a_text_without_words_is_like_nothing(blank: str) -> None:
    assert likeness(blank, blank) == 0.0
    assert likeness(blank, WATER) == 0.0


def test_what_is_alike_can_be_shown_in_chinese() -> None:
    shared = shared_words(WATER, WATER_AGAIN)

    assert {"小区", "开始停水", "说明原因"} <= set(shared)


def test_what_is_alike_can_be_shown_in_english_as_the_first_text_wrote_it() -> None:
    assert shared_words(CHARGER, CHARGER_AGAIN) == ("charger", "overheats", "battery", "drains", "hour")


def test_shared_words_reach_across_no_sentence_end() -> None:
    assert shared_words("没有停。水来", "停水来") == ("水来",)


@given(TEXTS, TEXTS)
def test_likeness_is_symmetric_and_between_nothing_and_one(one: str, other: str) -> None:
    assert 0.0 <= likeness(one, other) == likeness(other, one) <= 1.0


@given(TEXTS)
def test_any_text_with_a_word_is_wholly_like_itself(text: str) -> None:
    assert overlap(shingles(text), shingles(text)) == (1.0 if shingles(text) else 0.0)


@given(TEXTS, TEXTS)
def test_texts_that_share_words_are_alike(one: str, other: str) -> None:
    if shared_words(one, other):
        assert likeness(one, other) > 0.0
