"""Sizes that keep a piece readable in one sitting (`style.md` 2), and names that say something (`style.md` 1)."""

from __future__ import annotations

from tests.architecture import checks
from tests.architecture.source import PRODUCTION, modules


def test_no_file_is_longer_than_one_reads_in_a_sitting() -> None:
    found = [each for module in modules() for each in checks.long_files(module)]

    assert found == [], "\n".join(found)


def test_no_function_is_longer_than_a_screen() -> None:
    found = [each for module in modules() for each in checks.long_functions(module)]

    assert found == [], "\n".join(found)


def test_no_function_takes_more_than_four_positional_parameters() -> None:
    found = [each for module in modules(*PRODUCTION) for each in checks.many_positionals(module)]

    assert found == [], "\n".join(found)


def test_no_function_nests_deeper_than_three_levels() -> None:
    found = [each for module in modules() for each in checks.deep_nesting(module)]

    assert found == [], "\n".join(found)


def test_no_name_says_nothing() -> None:
    found = [each for module in modules(*PRODUCTION) for each in checks.forbidden_names(module)]

    assert found == [], "\n".join(found)
