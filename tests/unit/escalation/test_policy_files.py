from __future__ import annotations

import ast
import tomllib
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

import services.escalation
from hosting.policy_files import PolicyFileError
from services.escalation.policy_files import (
    groups_from,
    ladder_from,
    load_escalation_policy,
    load_group_policy,
    load_refusals,
    routing_from,
)

REFUSALS = load_refusals()
SERVICE = Path(services.escalation.__file__).parent
ROUTING, LADDER, GROUPS = (
    tomllib.loads((SERVICE / "policies" / name).read_text(encoding="utf-8"))
    for name in ("routing.toml", "ladder.toml", "groups.toml")
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


def test_every_refusal_has_its_words_and_no_words_are_left_over() -> None:
    assert refused_rules() == set(REFUSALS)


@pytest.mark.parametrize("rule", sorted(REFUSALS))
def test_a_refusal_is_worded_in_both_languages(rule: str) -> None:
    words = REFUSALS[rule]

    assert set(words) - {"status"} == {"title_en", "title_zh", "remedy_en", "remedy_zh"}
    assert all(str(text).strip() for text in words.values())
    assert all(
        any("\u4e00" <= character <= "\u9fff" for character in words[name]) for name in words if "_zh" in name
    )


def test_the_shipped_tables_can_be_read() -> None:
    assert load_escalation_policy().version == f"{ROUTING['version']} {LADDER['version']}"
    assert [stage.persons for stage in load_group_policy().stages] == [1, 3, 10]
    assert load_group_policy().window.total_seconds() == 72 * 3600


def changed(table: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    copy = deepcopy(table)
    change(copy)
    return copy


WRONG: list[tuple[str, Callable[[], object], str]] = [
    (
        "a condition nobody knows",
        lambda: routing_from(changed(ROUTING, lambda t: t["rules"][0]["when"].update(mood=["bad"]))),
        "rules.when.mood",
    ),
    (
        "a condition without values",
        lambda: routing_from(changed(ROUTING, lambda t: t["rules"][0]["when"].update(grade=[]))),
        "rules.when",
    ),
    (
        "a level off the ladder",
        lambda: routing_from(changed(ROUTING, lambda t: t["rules"][0].update(level="boss"))),
        "rules.level",
    ),
    (
        "two rules of one id",
        lambda: routing_from(changed(ROUTING, lambda t: t["rules"].append(t["rules"][-1]))),
        "rules",
    ),
    ("a gap at the end", lambda: routing_from(changed(ROUTING, lambda t: t["rules"].pop())), "rules"),
    ("no version", lambda: routing_from(changed(ROUTING, lambda t: t.pop("version"))), "version"),
    (
        "a clock that climbs nowhere",
        lambda: ladder_from(changed(LADDER, lambda t: t["climbs"]["acknowledge"].update(steps=0))),
        "climbs.acknowledge.steps",
    ),
    (
        "no climb for unnamed clocks",
        lambda: ladder_from(changed(LADDER, lambda t: t["climbs"].pop("other"))),
        "climbs.other",
    ),
    (
        "a truth value for a number",
        lambda: ladder_from(changed(LADDER, lambda t: t["clocks"].update(account_hours=True))),
        "clocks.account_hours",
    ),
    (
        "a move without a limit",
        lambda: ladder_from(changed(LADDER, lambda t: t["longest_days"].pop("shelve"))),
        "longest_days.shelve",
    ),
    (
        "a command without authority",
        lambda: ladder_from(changed(LADDER, lambda t: t["authority"].pop("send_back"))),
        "authority.send_back",
    ),
    ("no window", lambda: groups_from(changed(GROUPS, lambda t: t.pop("window_hours"))), "window_hours"),
    ("a stage left out", lambda: groups_from(changed(GROUPS, lambda t: t["stages"].pop())), "stages"),
    (
        "stages that do not rise",
        lambda: groups_from(changed(GROUPS, lambda t: t["stages"][2].update(persons=2))),
        "stages",
    ),
]


@pytest.mark.parametrize(("read", "key"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_a_table_that_is_wrong_is_refused_by_its_key(read: Callable[[], object], key: str) -> None:
    with pytest.raises(PolicyFileError) as refused:
        read()

    assert refused.value.key == key
