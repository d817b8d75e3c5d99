"""The demo's stories of money and of the watch list: what the corpus promises of negotiations and flags."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta

import pytest

from operate.demo.bargains import BARGAINS, end_of
from operate.demo.seen import MONEY_DEMANDS
from services.intake.domain.classify import classify
from services.intake.policy_files import load_rules
from tests.unit.operate.corpus_lines import OPEN_PLOTS, Complaint, age, first_ones, lines, person

SETTLED_BETWEEN = (30, 50)


@pytest.fixture(scope="module")
def firsts() -> list[Complaint]:
    return first_ones(lines())


def watched(complaints: list[Complaint], watch: str) -> list[Complaint]:
    return [each for each in complaints if each["story"].get("watch") == watch]


def test_the_professional_is_one_person_at_many_merchants_with_one_text(firsts: list[Complaint]) -> None:
    own = watched(firsts, "professional")

    assert len(own) >= 6
    assert len({person(each) for each in own}) == 1
    assert len({each["merchant"] for each in own}) >= 5
    for each in own:
        assert each["story"]["language"] == "zh"
        assert re.search("十倍|三倍", each["narrative"])
        assert "商品与外包装本人已封存并全程录像" in each["narrative"]


def test_the_professional_complains_on_after_having_been_seen_through(firsts: list[Complaint]) -> None:
    ages = sorted(age(each) for each in watched(firsts, "professional"))

    # Three make the bill; two more come so much later that somebody has looked at it.
    assert ages[-3] >= timedelta(hours=48)
    assert ages[1] <= timedelta(hours=12)


def test_who_complains_often_and_is_right_never_says_the_same_twice(firsts: list[Complaint]) -> None:
    own = watched(firsts, "frequent_justified")

    assert len(own) >= 6
    assert len({person(each) for each in own}) == 1
    assert min(each["purchases_12m"] for each in own) >= 100
    assert len({each["narrative"][:12] for each in own}) == len(own)


def test_who_complains_again_after_a_settlement_names_the_same_order_much_later(
    firsts: list[Complaint],
) -> None:
    by_reference = {each["reference"]: each for each in firsts}
    again = [each for each in firsts if each["story"].get("settled_before")]

    assert {each["story"].get("watch") for each in again} == {"professional", None}
    for each in again:
        earlier = by_reference[each["story"]["again_of"]]

        assert end_of(earlier["story"]["bargain"]) == "settled"
        assert each["story"]["bargain"] == "settled_before"
        assert age(earlier) - age(each) >= timedelta(hours=40)


def test_no_other_repeat_comes_after_a_settlement(firsts: list[Complaint]) -> None:
    by_reference = {each["reference"]: each for each in firsts}
    others = [
        each for each in firsts if "again_of" in each["story"] and "settled_before" not in each["story"]
    ]

    for each in others:
        earlier = by_reference[each["story"]["again_of"]]["story"]

        assert end_of(earlier.get("bargain", "dropped")) != "settled"


def test_money_is_talked_about_in_every_way_and_settled_often_enough(firsts: list[Complaint]) -> None:
    names = Counter(each["story"]["bargain"] for each in firsts if "bargain" in each["story"])
    settled = sum(count for name, count in names.items() if end_of(name) == "settled")

    assert names.keys() == BARGAINS.keys()
    assert SETTLED_BETWEEN[0] <= settled <= SETTLED_BETWEEN[1]


def test_what_the_rules_read_as_a_demand_for_money_has_its_negotiation(firsts: list[Complaint]) -> None:
    rules = load_rules()
    for each in firsts:
        told = classify(each["narrative"], rules, asks_for=each.get("asks_for", ""))
        read = {demand.kind for demand in told.demands}

        assert not read & MONEY_DEMANDS or "bargain" in each["story"], each["reference"]


def test_a_negotiation_stays_open_only_where_its_complaint_does(firsts: list[Complaint]) -> None:
    for each in firsts:
        end = end_of(each["story"].get("bargain", "plain"))

        assert (end in {"referred", "open"}) <= (each["story"]["plot"] in OPEN_PLOTS)
