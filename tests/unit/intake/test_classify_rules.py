"""The rule table: packaged, complete, and refused with the entry's name when it cannot be used."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from services.intake.domain.classify import RulesError, rules_from
from services.intake.domain.classify.anchors import required_by
from services.intake.domain.classify.model import BypassTarget, DemandKind, Severity, Threat
from services.intake.domain.classify.rules import CONTEXTS, LANGUAGES
from services.intake.policy_files import load_rules


def table(**changes: Any) -> dict[str, Any]:
    weighing = {
        "prior": {"zh": 0.0, "en": 0.0},
        "past_below": -0.5,
        "review_below": 0.5,
        "repeat_share": 0.5,
        "kind_counts_max": 2,
        "quoted_share": 0.5,
        "ended_share": 0.5,
        "superseded_share": 0.5,
        "live_points": 1.5,
        "last_sentence_share": 1.0,
    }
    context = {language: dict.fromkeys(CONTEXTS, "x") for language in LANGUAGES}
    return {"version": "test", "weighing": weighing, "context": context, **changes}


def timing(**entry: Any) -> dict[str, Any]:
    return {"timing": {"zh": {"wet": entry}}}


def test_the_packaged_rules_know_both_languages_in_every_aspect() -> None:
    rules = load_rules()

    assert all(rules.of(aspect, language) for aspect, language in rules.cues)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_of_the_domain_has_a_cue(language: str) -> None:
    rules = load_rules()

    assert {cue.kind for cue in rules.of("severity", language)} == set(get_args(Severity))
    assert {cue.kind for cue in rules.of("demands", language)} == {*get_args(DemandKind), "none"}
    assert {cue.kind for cue in rules.of("threats", language)} >= set(get_args(Threat)) - {"petition"}
    targets = {cue.target for cue in rules.of("bypass", language)} - {None}
    assert targets >= set(get_args(BypassTarget)) - {"petition_office", "ombudsman"}


def test_short_hands_are_expanded() -> None:
    rules = rules_from(table(words={"zh": {"no": "没|不"}}, **timing(patterns=["<no><2>漏"])))

    pattern, _ = rules.of("timing", "zh")[0].patterns[0]

    assert pattern.search("没有漏")
    assert not pattern.search("没。漏")


@pytest.mark.parametrize("patterns", [["<unknown>"], ["("]])
def test_an_entry_that_does_not_compile_is_named(patterns: list[str]) -> None:
    with pytest.raises(RulesError, match=r"timing\.wet\.zh"):
        rules_from(table(**timing(patterns=patterns)))


def test_an_entry_without_patterns_is_named() -> None:
    with pytest.raises(RulesError, match=r"timing\.wet\.zh"):
        rules_from(table(**timing(points=1.0)))


@pytest.mark.parametrize("key", ["version", "weighing", "context"])
def test_a_table_without_its_head_is_refused(key: str) -> None:
    broken = table()
    del broken[key]

    with pytest.raises(RulesError):
        rules_from(broken)


@pytest.mark.parametrize(
    ("pattern", "required"),
    [
        ("漏水", {"漏水"}),
        ("漏水|停电", {"漏水", "停电"}),
        ("还没(?:退|发)货?", {"还没"}),
        (r"\brefund\w*\b", {"refund"}),
        ("(?:ab)?cd", {"cd"}),
        ("a{0,3}bc", {"bc"}),
        (r"[abc]\d.", None),
        ("漏水|.", None),
        ("(?<!打)着火(?=了)", {"着火"}),
        (r"x\.y", {"x.y"}),
    ],
)
def test_what_a_pattern_requires_is_read_off_it(pattern: str, required: set[str] | None) -> None:
    assert required_by(pattern) == required
