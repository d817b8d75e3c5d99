from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from services.intake.policy_files import load_refusals

KEYS = {"title_en", "title_zh", "remedy_en", "remedy_zh"}


def rules_in_the_domain() -> Iterator[str]:
    for path in Path(str(files("services.intake") / "domain")).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refused":
                rule = node.args[0]
                assert isinstance(rule, ast.Constant), f"{path}: a rule is a literal, so that it can be found"
                yield str(rule.value)


def test_every_rule_of_the_domain_has_title_and_remedy_and_none_is_left_over() -> None:
    assert set(load_refusals()) == set(rules_in_the_domain())


def test_every_refusal_speaks_both_languages() -> None:
    for rule, texts in load_refusals().items():
        assert set(texts) - {"status"} == KEYS, rule
        assert all(texts[key].strip() for key in KEYS), rule
        assert all(
            any("一" <= letter <= "鿿" for letter in texts[key]) for key in ("title_zh", "remedy_zh")
        ), rule
