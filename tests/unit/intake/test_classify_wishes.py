"""What the register's own field says of the customer's wishes; all texts are our own."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.intake.domain.classify import classify
from services.intake.domain.classify.reading import CHARACTERS_MAX
from services.intake.policy_files import load_rules

RULES = load_rules()


def asked(
    asks_for: str, narrative: str = "电梯昨天停了一个小时。"
) -> list[tuple[str, Decimal | None, str | None]]:
    found = classify(narrative, RULES, asks_for=asks_for)
    return [(each.kind, each.amount, each.currency) for each in found.demands]


@pytest.mark.parametrize(
    ("asks_for", "first"),
    [
        ("补偿400元并说明延误原因", ("compensation", Decimal(400), "CNY")),
        ("退还押金5600元", ("refund", Decimal(5600), "CNY")),
        ("A letter of apology", ("apology", None, None)),
        ("An explanation", ("explanation", None, None)),
        ("Cancel line 2, refund $46.88", ("refund", Decimal("46.88"), "USD")),
        ("Please fix my phone", ("fix", None, None)),
        ("Please apologise", ("apology", None, None)),
        ("Explain why it failed", ("explanation", None, None)),
        ("compensate me $200", ("compensation", Decimal(200), "USD")),
        ("Reimburse $80", ("refund", Decimal(80), "USD")),
        ("I want the delivery fee back", ("refund", None, None)),
        ("I have not received my refund", ("refund", None, None)),
        ("No refund received yet, pay it", ("refund", None, None)),
        ("赔我500元", ("compensation", Decimal(500), "CNY")),
        ("返还押金", ("refund", None, None)),
        ("把钱还给我", ("refund", None, None)),
        ("赔偿5000元并维修", ("compensation", Decimal(5000), "CNY")),
        ("£58.50 on the next bill", ("compensation", Decimal("58.50"), "GBP")),
    ],
)
def test_what_the_field_asks_for_is_the_main_demand(
    asks_for: str, first: tuple[str, Decimal | None, str | None]
) -> None:
    assert asked(asks_for)[0] == first


@pytest.mark.parametrize(
    ("asks_for", "kind"),
    [
        ("£1,200 and one named contact", "compensation"),
        ("£129 back", "refund"),
        ("Return of £75", "refund"),
        ("An explanation, and £40", "compensation"),
    ],
)
def test_a_sum_alone_in_the_field_is_a_wish_for_money(asks_for: str, kind: str) -> None:
    found = {kind: currency for kind, _, currency in asked(asks_for, "The delivery came six hours late.")}

    assert found[kind] == "GBP"


@pytest.mark.parametrize(
    "asks_for",
    [
        "Replace the £300 kettle",
        "Repair it, $200 is too much",
        "They offered £50, explain why",
        "换掉那只300元的水壶",
        "换货, 299元的那款",
        "赔礼道歉",
    ],
)
def test_a_price_or_a_past_offer_in_the_field_is_no_wish_for_money(asks_for: str) -> None:
    kinds = {kind for kind, *_ in asked(asks_for, "The delivery came six hours late.")}

    assert not kinds & {"refund", "compensation"}


def test_a_sum_told_only_in_the_narrative_is_kept() -> None:
    narrative = "我要求退款300元。"

    assert asked("退款", narrative) == [("refund", Decimal(300), "CNY")]


def test_who_says_in_the_field_that_no_money_is_wanted_asks_for_none() -> None:
    kinds = {kind for kind, *_ in asked("不要赔偿，只要道歉。", "我要求赔偿500元。")}

    assert kinds == {"apology"}


@pytest.mark.parametrize(
    ("asks_for", "kinds"),
    [
        ("不要退款，要赔偿500元", {"compensation"}),
        ("I don't want a refund, I want $500 compensation", {"compensation"}),
        ("不接受换货，要求退款", {"refund"}),
        ("退款299元，不要换货", {"refund"}),
        ("A refund is not what I want, repair it", {"fix"}),
        ("no refund, just a replacement", {"fix"}),
        ("只要道歉，不要赔偿", {"apology"}),
        ("No compensation needed", set()),
    ],
)
def test_what_the_field_denies_is_no_wish_and_what_it_asks_for_beside_it_is_one(
    asks_for: str, kinds: set[str]
) -> None:
    assert {kind for kind, *_ in asked(asks_for, "The delivery came six hours late.")} == kinds


def test_only_the_kind_denied_in_the_field_is_taken_from_the_narrative() -> None:
    narrative = "我要求退款300元，要求你们道歉。"

    assert [kind for kind, *_ in asked("不要退款，要赔偿500元", narrative)] == ["compensation", "apology"]


@pytest.mark.parametrize("narrative", ["", "これはひどい"])
def test_a_wish_in_the_field_is_read_where_the_narrative_is_in_no_language_of_ours(narrative: str) -> None:
    found = classify(narrative, RULES, asks_for="退款500元")

    assert [(each.kind, each.amount) for each in found.demands] == [("refund", Decimal(500))]
    assert (found.language, found.needs_review) == (None, True)


def test_a_field_too_long_to_be_read_whole_asks_for_a_person() -> None:
    assert classify("电梯昨天停了一个小时。", RULES, asks_for="退款。" * CHARACTERS_MAX).needs_review


def test_evidence_in_the_field_counts_from_its_beginning_and_says_so() -> None:
    wish = "请退款80元"
    (demand, *_) = classify("电梯昨天停了一个小时。", RULES, asks_for=wish).demands

    assert {each.field for each in demand.evidence} == {"asks_for"}
    assert "退款" in [wish[each.start : each.end] for each in demand.evidence]


def test_an_empty_field_changes_nothing() -> None:
    assert classify("我要求退款300元。", RULES) == classify("我要求退款300元。", RULES, asks_for="")
