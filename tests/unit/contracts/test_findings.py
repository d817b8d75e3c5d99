"""Findings: each rule that code can name has its texts, and each text belongs to a rule."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contracts import findings as findings_module
from contracts.findings import explain_errors, finding, pointer, rule_texts

CONTRACTS = Path(findings_module.__file__).parent
NAMING_CALLS = {"wrong", "finding", "BadBody", "EnvelopeError"}
# Rules that reach the doors from elsewhere: money's own, and the general one.
FROM_ELSEWHERE = {"amount_too_large", "too_many_decimals", "unknown_currency", "field_invalid"}


def rules_named_in_code() -> set[str]:
    named = set(findings_module.RULES.values()) | FROM_ELSEWHERE
    for file in CONTRACTS.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in NAMING_CALLS:
                named |= {
                    each.value
                    for argument in node.args[:1]
                    for each in ast.walk(argument)
                    if isinstance(each, ast.Constant) and isinstance(each.value, str)
                }
    return named


def test_every_rule_has_texts_and_every_text_a_rule() -> None:
    assert rules_named_in_code() == set(rule_texts())


def test_every_text_is_there_in_both_languages() -> None:
    for rule, text in rule_texts().items():
        assert set(text) == {"title_en", "title_zh", "remedy_en", "remedy_zh"}, rule
        assert text["remedy_zh"] != text["remedy_en"], rule


def test_detail_is_the_title_unless_limits_are_told() -> None:
    assert finding("not_json").detail == "The body is not JSON"
    assert finding("not_json", "/data", "line 1, column 3").detail == "line 1, column 3"


def test_limit_that_was_passed_is_told() -> None:
    with pytest.raises(ValidationError) as refusal:
        Closed.model_validate({"count": 11})

    assert [each.detail for each in explain_errors(refusal.value)] == [
        "Input should be less than or equal to 10"
    ]


def test_rule_without_texts_is_a_programmers_error() -> None:
    with pytest.raises(KeyError):
        finding("no_such_rule")


def test_pointer_escapes_what_rfc_6901_escapes() -> None:
    assert pointer(("a/b", 0, "c~d")) == "/a~1b/0/c~0d"


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    count: int = Field(default=0, le=10)


def test_unknown_member_of_a_closed_model_is_told_without_a_value_in_its_name() -> None:
    with pytest.raises(ValidationError) as refusal:
        Closed.model_validate({"13900000001": 1, "colour": 2})

    found = explain_errors(refusal.value)

    assert [(each.field, each.rule) for each in found] == [
        ("/*", "field_unknown"),
        ("/colour", "field_unknown"),
    ]
