from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_kernel.terms import cause_words, language_of, specific_causes
from shared_kernel.words import BREAK, is_han, tokens

TABLE: dict[str, Any] = tomllib.loads(
    (Path(__file__).parents[3] / "shared_kernel" / "terms.toml").read_text(encoding="utf-8")
)
EXPRESSIONS = [
    (cause, language, expression)
    for cause, entry in TABLE.items()
    for language in ("zh", "en")
    for expression in entry[language]
]


def halves(expression: str) -> list[list[list[str]]]:
    return [[tokens(phrase) for phrase in half.split("|")] for half in expression.split("+")]


@pytest.mark.parametrize(
    ("zh", "en", "cause"),
    [
        ("小区停水三天了", "The water has been cut off since Monday", "water_outage"),
        ("厨房天花板一直漏水", "There is a leak in the bathroom ceiling", "water_leak"),
        ("昨晚又停电了", "We had a power cut again", "power_outage"),
        ("厨房里有燃气味", "I can smell gas in the kitchen", "gas_leak"),
        ("家里暖气是凉的", "The heating isn't working", "heating_failure"),
        ("宽带又断了", "My broadband is down", "internet_down"),
        ("手机没有信号", "No signal on my phone", "mobile_signal"),
        ("app一打开就闪退", "Your app keeps crashing", "app_failure"),
        ("同一笔订单扣了两次款", "I was charged twice for one order", "double_charge"),
        ("多收了我二十元", "You overcharged me by twenty dollars", "overcharge"),
        ("商家拒绝退款", "They refused to give me a refund", "refund_withheld"),
        ("快递一直没到，物流不更新", "My parcel is three days late", "delivery_late"),
        ("快递被弄丢了", "You lost my parcel", "parcel_lost"),
        ("包裹收到时已经压坏", "The box arrived crushed and damaged", "parcel_damaged"),
        ("发错货了", "You sent me the wrong item", "wrong_item"),
        ("充电器过热烫手", "The charger overheats", "overheats"),
        ("电池鼓包", "The battery is swollen", "battery_fault"),
        ("屏幕碎了", "The screen cracked by itself", "screen_fault"),
        ("新衣柜气味刺鼻", "The new wardrobe has a strong chemical smell", "product_smell"),
        ("买到的是假货", "This is a counterfeit", "counterfeit"),
        ("汤里吃出虫子", "There was an insect in my soup", "food_foreign_matter"),
        ("吃完就拉肚子", "We got food poisoning", "food_poisoning"),
        ("楼下酒吧太吵", "Loud music from the bar every night", "noise"),
        ("电梯又坏了", "The lift is out of order again", "elevator_fault"),
        ("物业什么都不管", "The property management does nothing", "property_management"),
        ("银行卡被冻结", "My debit card was blocked", "card_frozen"),
        ("保险公司拒赔", "The insurer denied my claim", "claim_refused"),
        ("航班延误五小时", "The flight was delayed five hours", "flight_delay"),
        ("航班取消没有通知", "They cancelled our flight", "flight_cancelled"),
        ("行李丢失", "My luggage is lost", "baggage_lost"),
        ("酒店房间很脏", "The hotel room was filthy", "hotel_room"),
        ("培训机构不退学费", "The course refund never came", "training_refund"),
        ("健身房关门跑路", "The gym closed down without notice", "business_closed"),
        ("客服态度恶劣", "The clerk was rude to me", "staff_rude"),
        ("我的个人信息被泄露", "My personal data was leaked", "data_leak"),
        ("电费账单不对", "My bill is wrong", "bill_wrong"),
    ],
)
def test_both_languages_name_a_cause_by_one_code(zh: str, en: str, cause: str) -> None:
    assert cause in cause_words(zh)
    assert cause in cause_words(en)


def test_english_words_are_whole_words() -> None:
    assert "pests" not in cause_words("The rate was stated separately")
    assert "internet_down" not in cause_words("A download of the internetworking guide")


@pytest.mark.parametrize(
    "text", ["It overheats", "it is overheating", "It overheated", "OVERHEATS!", "Ｏｖｅｒｈｅａｔｓ"]
)
def test_english_endings_and_spelling_do_not_matter(text: str) -> None:
    assert cause_words(text) == {"overheats"}


@pytest.mark.parametrize(
    ("text", "hidden"),
    [("没有热水", "water_outage"), ("快递柜又涨价", "delivery_late"), ("Low water pressure", "water_outage")],
)
def test_the_longest_expression_hides_those_within_it(text: str, hidden: str) -> None:
    assert hidden not in cause_words(text)


def test_particles_between_chinese_characters_do_not_hide_an_expression() -> None:
    assert "water_outage" in cause_words("停了水")


def test_two_halves_belong_together_only_within_a_sentence() -> None:
    assert "delivery_late" in cause_words("The parcel was late")
    assert "delivery_late" not in cause_words("I have the parcel. Late last night I wrote to you")


def test_general_causes_are_told_from_specific_ones() -> None:
    found = cause_words("手机过热，质量太差，没人处理")

    assert {"overheats", "quality_poor", "no_answer"} <= found
    assert specific_causes(found) == {"overheats"}


@pytest.mark.parametrize("text", ["", "Thank you for your help", "谢谢你们", "12345"])
def test_a_text_that_names_no_cause_has_none(text: str) -> None:
    assert cause_words(text) == frozenset()


@given(st.text(max_size=80))
def test_any_text_can_be_asked(text: str) -> None:
    assert cause_words(text) <= TABLE.keys()
    assert language_of(text) in {"zh", "en", None}


@pytest.mark.timeout(20)
def test_a_text_as_long_as_a_door_lets_in_is_read_in_good_time() -> None:
    assert "water_outage" in cause_words("停水退款不" * 5_000)


def test_the_dictionary_covers_many_industries() -> None:
    assert len(TABLE) >= 80


@pytest.mark.parametrize("cause", TABLE)
def test_a_cause_is_a_code_with_words_in_both_languages(cause: str) -> None:
    entry = TABLE[cause]

    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", cause)
    assert set(entry) - {"general"} == {"zh", "en"}
    assert entry.get("general", True) is True
    assert entry["zh"]
    assert entry["en"]


def test_every_expression_can_be_found() -> None:
    unreadable = [
        (cause, expression)
        for cause, _, expression in EXPRESSIONS
        if not 1 <= len(halves(expression)) <= 2
        or any(not phrase or BREAK in phrase for half in halves(expression) for phrase in half)
    ]

    assert unreadable == []


def test_no_expression_is_a_single_chinese_character_or_is_written_twice() -> None:
    too_short = [
        expression
        for _, _, expression in EXPRESSIONS
        if "+" not in expression
        and len(halves(expression)[0][0]) == 1
        and is_han(halves(expression)[0][0][0])
    ]
    seen = [(cause, str(halves(expression))) for cause, _, expression in EXPRESSIONS]

    assert too_short == []
    assert len(seen) == len(set(seen))


def test_alternatives_stand_only_in_halves() -> None:
    assert [
        expression for _, _, expression in EXPRESSIONS if "|" in expression and "+" not in expression
    ] == []


@pytest.mark.parametrize(
    "text",
    [
        "停电了",
        "我在Apple Store买的iPhone 15 Pro Max屏幕碎了",
        "停电 power",
        "同事都领到了@你们官方",
        "https://example.com/a 宽带断了",
        "歐洲旅行團取消",
    ],
)
def test_chinese_stays_chinese_with_brands_and_links_in_it(text: str) -> None:
    assert language_of(text) == "zh"


@pytest.mark.parametrize(
    "text",
    [
        "The parcel never arrived and I want my money back",
        "WiFi down again",
        "Late delivery",
        "I visited 海底捞 yesterday and the waiter was rude to us",
        "It's still broken, isn't it?",
    ],
)
def test_english_is_told_by_its_common_words_or_by_what_it_names(text: str) -> None:
    assert language_of(text) == "en"


@pytest.mark.parametrize(
    "text",
    [
        "C'est toujours en panne et je veux un remboursement",
        "El paquete no ha llegado y nadie me contesta",
        "Die Heizung ist kaputt und niemand antwortet",
        "O meu pedido não chegou",
        "Paket saya belum sampai",
        "mera paisa wapas karo refund nahi mila",
        "電気が止まっています",
        "인터넷이 안돼요",
        "Мой заказ не пришёл",
        "",
        "12345 !!!",
        "👍👍",
    ],
)
def test_other_languages_and_no_language_are_left_to_a_person(text: str) -> None:
    assert language_of(text) is None
