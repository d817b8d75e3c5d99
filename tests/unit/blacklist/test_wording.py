"""What the wording shows. All texts were written for these tests."""

from __future__ import annotations

import pytest

from services.blacklist.domain.wording import read_wording
from services.blacklist.policy_files import load_flag_policy, load_wording
from shared_kernel.sketches import alike_percent, sketch

TABLE = load_wording()

SERIAL = "在{shop}买的{thing}标签不合格，根据《食品安全法》第一百四十八条，要求退一赔十，三日内答复。"


@pytest.mark.parametrize(
    ("text", "statutes", "multiple"),
    [
        ("依据《消费者权益保护法》第五十五条，要求退一赔三。", ("cn_consumer_55",), 3),
        ("根据消法第55条退一赔三", ("cn_consumer_55",), 3),
        ("按照《食品安全法》第一百四十八条，退一赔十。", ("cn_food_148",), 10),
        ("按照食品安全法第148条处理", ("cn_food_148",), 10),
        ("商品降价前涨价，违反《价格法》第十四条。", ("cn_price_14",), None),
        ("要求退货并支付价款三倍的赔偿", (), 3),
        ("要求赔偿商品价格的10倍", (), 10),
        ("依食品安全法第148条，按价款十倍支付惩罚性赔偿金。", ("cn_food_148",), 10),
        ("要求退票并赔一倍", (), 1),
        ("假一赔十，请履行承诺", (), 10),
        ("Under Article 55 of the law I ask for triple the price.", (), 3),
        ("Consumer Protection Law Article 55 applies; refund plus three times the price.", ("cn_consumer_55",), 3),
        ("I want treble damages under the DTPA.", ("us_treble",), 3),
        ("I demand 10x compensation.", (), 10),
        ("Under the Consumer Rights Act 2015 I ask for a refund.", ("gb_consumer_rights_act",), None),
        ("一共三件都坏了，请换货", (), None),
        ("I called you three times and nobody answered.", (), None),
        ("The price doubled overnight, please explain.", (), None),
        ("The delivery took ten times longer than promised.", (), None),
        ("我投诉了三次都没人理", (), None),
        ("They charged me double price for the ticket.", (), None),
        ("I paid three times the price on the label by mistake of your till.", (), None),
        ("收取的费用的2倍，请核查为什么多收。", (), None),
    ],
)  # fmt: skip
def test_statutes_and_fixed_multiples_are_read(
    text: str, statutes: tuple[str, ...], multiple: int | None
) -> None:
    found = read_wording(text, TABLE)

    assert (found.statutes, found.multiple) == (statutes, multiple)


@pytest.mark.parametrize(
    "text",
    [
        "赔我八百元当场了结，不报警。",
        "给五百就撤诉。",
        "我愿意和解，赔我五百就行。",
        "I am happy to drop my complaint for 50 dollars.",
        "Refund me and I will delete the review.",
        "不赔就发同城。",
        "I will withdraw my complaint once you pay me 80 dollars.",
        "Pay me $60 and I keep it, or I leave a bad review.",
        "Give me $500 and I sign a release.",
        "Half the price back and I keep it, thank you.",
        "Send me 30 dollars or a one star review goes up tonight.",
        "A video goes online today unless the shop compensates me $120.",
    ],
)
def test_price_of_silence_is_read(text: str) -> None:
    assert read_wording(text, TABLE).settles


@pytest.mark.parametrize(
    "text",
    [
        "请尽快维修，谢谢。",
        "希望给个说法，不然我就去消协投诉。",
        "请退款，我愿意配合。",
        "Please refund the 20 pounds you charged twice.",
        "Please send a refund, and I keep the receipt for my records.",
        "If nobody calls me back I will complain to the regulator.",
        "I will close my account if the app keeps crashing.",
        "I will post the parcel back on Monday unless you tell me otherwise.",
        "我愿意和解，请派人来看一下。",
        "怎么处理都可协商。",
        "我愿意协商解决，请来修。",
        "I paid 300 dollars and I opened the box, the screen was broken.",
        "I paid $40 and I close my account now.",
        "He said he would close my case for no reason.",
    ],
)
def test_anger_and_a_wish_for_money_back_are_no_price_of_silence(text: str) -> None:
    assert not read_wording(text, TABLE).settles


def test_width_and_case_do_not_matter() -> None:
    assert read_wording("依据《消费者权益保护法》第５５条，退１赔３", TABLE).statutes == ("cn_consumer_55",)
    assert read_wording("UNDER THE DTPA", TABLE).multiple == 3


def test_text_that_goes_round_is_known_by_its_sketch() -> None:
    text = (
        "在贵店购买的坚果标签未标注生产日期，不符合食品安全国家标准，依据《食品安全法》第一百四十八条，"
        "要求退一赔十，并在三日内回复，否则向市场监督管理局举报。"
    )

    assert read_wording(text, TABLE).template == "missing_label_tenfold"
    assert read_wording("坚果没有生产日期，我想退货。", TABLE).template is None


def test_copies_with_other_names_are_alike_and_strangers_texts_are_not() -> None:
    first, second = (
        sketch(SERIAL.format(shop="红果铺", thing="核桃")),
        sketch(SERIAL.format(shop="云间食品", thing="蜂蜜")),
    )
    stranger = sketch("我家的热水器昨天开始漏水，请派人来修。")
    enough = load_flag_policy().score.alike_percent

    assert alike_percent(first, first) == 100
    assert (alike_percent(first, second) or 0) >= enough
    assert (alike_percent(first, stranger) or 0) < enough / 2


def test_empty_text_shows_nothing() -> None:
    found = read_wording("", TABLE)

    assert (found.statutes, found.multiple, found.template, found.settles) == ((), None, None, False)
