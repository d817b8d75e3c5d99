"""Who is proposed and who is not, told as whole histories. All texts were written for these tests."""

from __future__ import annotations

import pytest

from tests.unit.blacklist.histories import Told, history_of
from tests.unit.blacklist.story import later, proposals

SERIAL = "在{shop}购入{thing}一份，配料表未标注添加剂，依据《食品安全法》第一百四十八条，要求退一赔十，三日内答复。"
SHOPS = (("西街零食铺", "山楂片"), ("东门超市", "蜂蜜"), ("小满食品", "核桃酥"), ("北园商行", "枸杞"))
HALF = "{thing} from {shop} has a scratch on the back. Half the price back and I keep it, or a one star review goes up."
GOODS = (
    ("Lampworks", "desk lamp"),
    ("Cup and Co", "tea pot"),
    ("Frame House", "mirror"),
    ("Tickers", "wall clock"),
)


def serial(text: str, purchases: tuple[tuple[str, str], ...], asked: str | None = "120") -> list[Told]:
    """One text for all purchases, five days apart."""
    return [
        Told(later(days=5 * number), shop, thing, text.format(shop=shop, thing=thing), asked)
        for number, (shop, thing) in enumerate(purchases)
    ]


PROFESSIONAL = {
    "one statute and tenfold for every shop": serial(SERIAL, SHOPS),
    "half the price for silence": serial(HALF, GOODS),
    "three are enough": serial(SERIAL, SHOPS[:3]),
}
LEGITIMATE: dict[str, tuple[list[Told], int | None]] = {
    "frequent buyer with ordinary troubles": (
        [
            Told(later(days=9), "服装店", "毛衣", "毛衣洗了一次就缩水，能换一件吗？"),
            Told(later(days=30), "水果店", "芒果", "有两个芒果坏了，退这两个的钱就行。", "8"),
            Told(later(days=61), "书店", "字典", "字典缺了四页，请换货。"),
            Told(later(days=90), "玩具店", "积木", "少一袋零件，说明书第五步拼不了。"),
            Told(later(days=120), "奶茶店", "奶茶", "点的去冰，送来满杯冰。", "15"),
        ],
        260,
    ),
    "one fault that is never mended": (
        [
            Told(later(days=7 * week), "Cable Co", "broadband", "The line drops every night at eight.", "30")
            for week in range(6)
        ],
        None,
    ),
    "the same letter again because nobody answered": (
        [
            Told(later(days=day), "Water Works", "meter", "My meter runs although the tap is shut. Refund 40.", "40")
            for day in (1, 8, 15, 22)
        ],
        None,
    ),
    "a company with a form for its purchases": (
        [
            Told(later(days=3 * each), f"Supplier {each}", f"Part {each}", f"Delivery of part {each} short by two. Credit 12.", "12")
            for each in range(1, 8)
        ],
        900,
    ),
    "somebody who knows the law, once": (
        [
            Told(later(), "驾校", "学车", "报名半年没有排上课，依据《消费者权益保护法》第五十五条，要求退一赔三。", "9000"),
            Told(later(days=80), "电信公司", "宽带", "宽带又断了，请派人来修。"),
        ],
        5,
    ),
    "an angry customer with a large sum": (
        [
            Told(later(), "Sky Air", "flight", "Cancelled twice in one day! I want 900 dollars or I call a lawyer.", "900"),
            Told(later(days=3), "Sky Air", "flight", "Still nobody called. 900 dollars, and I go to the regulator.", "900"),
        ],
        2,
    ),
}  # fmt: skip


@pytest.mark.parametrize("told", PROFESSIONAL.values(), ids=PROFESSIONAL)
def test_serial_complainant_is_proposed(told: list[Told]) -> None:
    (proposal,) = proposals(history_of(told))

    assert proposal.kind == "professional"
    assert len(proposal.reasons) >= 3


@pytest.mark.parametrize(("told", "purchases"), LEGITIMATE.values(), ids=LEGITIMATE)
def test_customer_with_real_troubles_is_not_proposed(told: list[Told], purchases: int | None) -> None:
    assert proposals(history_of(told, purchases)) == []


def test_proposal_comes_with_the_third_complaint_and_once() -> None:
    told = serial(SERIAL, SHOPS)

    assert [len(proposals(history_of(told[:count]))) for count in (1, 2, 3, 4)] == [0, 0, 1, 1]
