from __future__ import annotations

import ast
import tomllib
from collections.abc import Callable, Iterable
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import services.compensation
from hosting.policy_files import PolicyFileError
from services.compensation.policy_files import (
    limits_from,
    load_negotiation_policy,
    load_refusals,
    terms_from,
)
from shared_kernel.roles import LADDER

REFUSALS = load_refusals()
SERVICE = Path(services.compensation.__file__).parent
LIMITS, TERMS = (
    tomllib.loads((SERVICE / "policies" / name).read_text(encoding="utf-8"))
    for name in ("limits.toml", "terms.toml")
)


def refused_rules() -> set[str]:
    """The rule of every `Refused("...")` in the domain."""
    calls = (
        node
        for path in (SERVICE / "domain").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refused"
    )
    return {str(argument.value) for call in calls if isinstance(argument := call.args[0], ast.Constant)}


def texts_in(paths: Iterable[Path]) -> set[str]:
    """Every text that some modules name: doors and tests name a rule by its text."""
    return {
        node.value
        for path in paths
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_refusal_has_its_words_and_no_words_are_left_over() -> None:
    assert refused_rules() <= set(REFUSALS)
    assert set(REFUSALS) - refused_rules() <= texts_in(SERVICE.rglob("*.py"))


def test_every_refusal_has_its_test() -> None:
    assert refused_rules() - texts_in(Path(__file__).parent.glob("test_*.py")) == set()


@pytest.mark.parametrize("rule", sorted(REFUSALS))
def test_a_refusal_is_worded_in_both_languages(rule: str) -> None:
    words = REFUSALS[rule]

    assert set(words) - {"status"} == {"title_en", "title_zh", "remedy_en", "remedy_zh"}
    assert all(str(text).strip() for text in words.values())
    assert all(
        any("\u4e00" <= character <= "\u9fff" for character in words[name]) for name in words if "_zh" in name
    )


def test_the_shipped_tables_can_be_read() -> None:
    policy = load_negotiation_policy()

    assert policy.version == f"{LIMITS['version']} {TERMS['version']}"
    assert {"CNY", "EUR", "GBP", "USD"} <= set(policy.limits.by_currency)
    assert all(tuple(levels) == LADDER for levels in policy.limits.by_currency.values())
    assert policy.terms.like_for_like_factor == Decimal("1.5")


def changed(table: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    copy = deepcopy(table)
    change(copy)
    return copy


WRONG: list[tuple[str, Callable[[], object], str]] = [
    (
        "a sum that is a float",
        lambda: limits_from(changed(LIMITS, lambda t: t["CNY"]["agent"].update(per_case=300.0))),
        "CNY.agent.per_case",
    ),
    (
        "a sum the currency cannot express",
        lambda: limits_from(changed(LIMITS, lambda t: t["JPY"]["agent"].update(per_day="1000.50"))),
        "JPY.agent.per_day",
    ),
    (
        "a level without limits",
        lambda: limits_from(changed(LIMITS, lambda t: t["CNY"].pop("lead"))),
        "CNY.lead",
    ),
    (
        "limits that fall on the way up",
        lambda: limits_from(changed(LIMITS, lambda t: t["CNY"]["lead"].update(per_case="10.00"))),
        "CNY.lead",
    ),
    ("no currency", lambda: limits_from({"version": "x"}), ""),
    ("no version", lambda: limits_from(changed(LIMITS, lambda t: t.pop("version"))), "version"),
    (
        "offers that live longer than the longest",
        lambda: terms_from(changed(TERMS, lambda t: t["offers"].update(hours=1000))),
        "offers.hours",
    ),
    (
        "links that never live",
        lambda: terms_from(changed(TERMS, lambda t: t["signing"].update(link_hours=0))),
        "signing.link_hours",
    ),
    (
        "approvals that wait for ever",
        lambda: terms_from(changed(TERMS, lambda t: t["offers"].pop("approval_hours"))),
        "offers.approval_hours",
    ),
    (
        "letters that never leave",
        lambda: terms_from(changed(TERMS, lambda t: t["signing"].update(letter_hours=0))),
        "signing.letter_hours",
    ),
    (
        "contradictions nobody reviews",
        lambda: terms_from(changed(TERMS, lambda t: t["payment"].update(review_days=0))),
        "payment.review_days",
    ),
    (
        "a move without a limit",
        lambda: terms_from(changed(TERMS, lambda t: t["longest_days"].pop("refer"))),
        "longest_days.refer",
    ),
    (
        "a factor that is a float",
        lambda: terms_from(changed(TERMS, lambda t: t["like_for_like"].update(factor=1.5))),
        "like_for_like.factor",
    ),
    (
        "a factor that is no number",
        lambda: terms_from(changed(TERMS, lambda t: t["like_for_like"].update(factor="half"))),
        "like_for_like.factor",
    ),
    (
        "a factor below one",
        lambda: terms_from(changed(TERMS, lambda t: t["like_for_like"].update(factor="0.5"))),
        "like_for_like.factor",
    ),
    (
        "no codes",
        lambda: terms_from(changed(TERMS, lambda t: t["codes"].update(concessions=[]))),
        "codes.concessions",
    ),
    (
        "no remedies",
        lambda: terms_from(changed(TERMS, lambda t: t.update(remedies={}))),
        "remedies",
    ),
    (
        "a remedy for a level that is none",
        lambda: terms_from(changed(TERMS, lambda t: t["remedies"].update(voucher="boss"))),
        "remedies.voucher",
    ),
]


@pytest.mark.parametrize(("read", "key"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_a_table_that_is_wrong_is_refused_by_its_key(read: Callable[[], object], key: str) -> None:
    with pytest.raises(PolicyFileError) as refused:
        read()

    assert refused.value.key == key
