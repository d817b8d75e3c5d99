"""Tests use the real thing and do not wait on luck (`style.md` 4)."""

from __future__ import annotations

import re

from tests.architecture import checks
from tests.architecture.source import modules

RULE_READ_ALOUD = re.compile(r"test_[a-z0-9]+(_[a-z0-9]+){2,}")


def test_no_interface_is_replaced_by_an_object_that_agrees_to_everything() -> None:
    found = [each for module in modules("tests", "benchmarks") for each in checks.mocks(module)]

    assert found == [], "\n".join(found)


def test_whoever_sleeps_says_why() -> None:
    found = [each for module in modules("tests") for each in checks.unexplained_sleeps(module)]

    assert found == [], "\n".join(found)


def test_names_of_tests_are_rules_read_aloud() -> None:
    found = [
        module.at(function, f"{function.name} is no rule")
        for module in modules("tests")
        for function in checks.functions_in(module)
        if function.name.startswith("test_") and not RULE_READ_ALOUD.fullmatch(function.name)
    ]

    assert found == [], "\n".join(found)
