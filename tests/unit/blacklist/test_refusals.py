from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from services.blacklist.policy_files import load_refusals

KEYS = {"title_en", "title_zh", "remedy_en", "remedy_zh"}
# Told by the host for every service alike.
OF_THE_HOST = {"read_model_behind"}
# Where the rule stands among the arguments.
PLACE = {"Refused": 0, "Problem": 1}


def rules_said() -> Iterator[str]:
    """The rules that the domain refuses by, and those that the HTTP door names itself."""
    service = Path(str(files("services.blacklist")))
    for path in [*(service / "domain").rglob("*.py"), service / "web.py"]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        yield from (rule for node in ast.walk(tree) if (rule := rule_of(node)) is not None)


def rule_of(node: ast.AST) -> str | None:
    """The rule that a call names; a rule is a literal, so that it can be found."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in PLACE):
        return None
    rule = node.args[PLACE[node.func.id]]
    assert isinstance(rule, ast.Constant)
    return str(rule.value)


def test_every_rule_has_title_and_remedy_and_none_is_left_over() -> None:
    assert set(load_refusals()) == set(rules_said()) - OF_THE_HOST


def test_every_refusal_speaks_both_languages() -> None:
    for rule, texts in load_refusals().items():
        assert set(texts) - {"status"} == KEYS, rule
        assert all(texts[key].strip() for key in KEYS), rule
        assert all(
            any("一" <= letter <= "鿿" for letter in texts[key]) for key in ("title_zh", "remedy_zh")
        ), rule
