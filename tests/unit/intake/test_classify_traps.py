"""Texts that look like the other class: words of anger, quotations, the company's voice, negation, wishes."""

from __future__ import annotations

import pytest

from services.intake.domain.classify import Classification, classify
from services.intake.policy_files import load_rules

RULES = load_rules()


def read(narrative: str) -> Classification:
    return classify(narrative, RULES)


@pytest.mark.parametrize(
    "narrative",
    [
        "那天在酒店前台被你们员工当众羞辱，我这辈子都忘不了，还敢自称五星级！",
        "Your driver screamed at my mother on Sunday and drove off. You are still the worst company on earth!",
    ],
)
def test_still_said_in_anger_does_not_keep_a_loss_running(narrative: str) -> None:
    assert read(narrative).timing.value == "past"


@pytest.mark.parametrize(
    "narrative",
    [
        "昨天扣的钱去年就说要退，至今没有到账。",
        "Yesterday you charged me again and the money has not been returned.",
    ],
)
def test_a_date_in_the_past_does_not_end_a_loss(narrative: str) -> None:
    assert read(narrative).timing.value == "ongoing"


@pytest.mark.parametrize(
    "narrative",
    [
        "客服：您好，系统显示您的问题已解决。\n客户：没有解决，热水器现在还是打不着火。",
        "Agent: I can see that the issue has been resolved.\nCustomer: It has not, the screen is black, it does not work.",
        "物业说已经修好了，可是水还在漏。",
        "They say it has been fixed, but the line is still down.",
    ],
)
def test_the_company_saying_solved_ends_nothing(narrative: str) -> None:
    found = read(narrative)

    assert found.timing.value == "ongoing"
    assert not any(".resolved." in line.rule for line in found.bill)


@pytest.mark.parametrize(
    "narrative",
    [
        "你们群公告写着“至今未解决的请登记”，我的上周就修好了，只是反映一下师傅态度不好。",
        'The form says "still not working?" but mine was repaired last week. I just want you to know he was rude.',
    ],
)
def test_a_quotation_speaks_less_than_the_customer(narrative: str) -> None:
    assert read(narrative).timing.value == "past"


@pytest.mark.parametrize(
    "narrative",
    [
        "您好，打扰了。我三月份交的装修保证金五千元还没退，想麻烦问下什么时候可以退呢？谢谢您。",
        "Good afternoon, sorry to bother you. I have not received my parking permit yet. Many thanks.",
    ],
)
def test_a_polite_letter_about_a_running_loss_is_ongoing(narrative: str) -> None:
    assert read(narrative).timing.value == "ongoing"


@pytest.mark.parametrize(
    "narrative", ["我们七个人的积分都没到账。", "希望尽快恢复供水。", "如果修好了我就不投诉了，水管还漏着。"]
)
def test_negated_or_wished_repair_is_no_repair(narrative: str) -> None:
    assert not any(".resolved." in line.rule for line in read(narrative).bill)


@pytest.mark.parametrize(
    "narrative", ["It has not been fixed.", "I am waiting until it is fixed.", "Please get it resolved."]
)
def test_negated_or_wished_repair_is_no_repair_in_english(narrative: str) -> None:
    assert not any(".resolved." in line.rule for line in read(narrative).bill)


def test_money_the_customer_waives_is_not_demanded() -> None:
    found = read("赔钱退款我都不要求，款退不退也无所谓，那天送餐的人态度太差。")

    assert found.timing.value == "past"
    assert found.demands == () or found.demands[0].kind not in {"refund", "compensation"}


def test_loss_told_before_its_end_speaks_less() -> None:
    ended = read("家里停电三天。昨天已经恢复了。")
    running = read("家里停电三天。昨天报修了。")

    assert ended.timing.value == "past"
    assert running.timing.value == "ongoing"


def test_traditional_characters_and_full_width_signs_read_alike() -> None:
    traditional = read("訂單還沒發貨，要求退款３００元！")
    simplified = read("订单还没发货，要求退款300元!")

    assert traditional.timing.value == simplified.timing.value == "ongoing"
    assert [demand.amount for demand in traditional.demands] == [
        demand.amount for demand in simplified.demands
    ]
    assert traditional.bill == simplified.bill


def test_a_tweet_without_a_verb_about_missing_bags_is_ongoing() -> None:
    assert read("@SkyJet where are our bags??").timing.value == "ongoing"
