"""Which tests stay together when they run in several processes, and which of them begin.

Each process starts engines of its own when a test of its asks for them, so nothing that one does to them is seen by
another. The slow ones begin: the pure ones, short and many, fill what is left at the end.
"""

from __future__ import annotations

from typing import Final

import pytest

# These stop nothing, poison nothing, leave the clock alone and speak only of complaints of their own. What looks
# at the whole (all dead letters, what the like of a loss received) is not among them.
SHARING: Final = {
    "tests.integration.test_bad_input",
    "tests.integration.test_blacklist_flow",
    "tests.integration.test_blacklist_http",
    "tests.integration.test_compensation_flow",
    "tests.integration.test_compensation_signing",
    "tests.integration.test_escalation_flow",
    "tests.integration.test_intake_http",
    "tests.integration.test_loop_closing_live",
    "tests.integration.test_register_command",
    "tests.system.test_bypass",
    "tests.system.test_groups",
    "tests.system.test_main_path",
    "tests.system.test_settlement",
}
_ON_ENGINES: Final = ("tests.system", "tests.integration", "tests.store")


def arrange(items: list[pytest.Item]) -> None:
    """Keep a module's tests in one process, and in one for all those that share an installation; the slow first."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(_module(item))))
    items.sort(key=_turn)


def _group(module: str) -> str:
    return "shared" if module in SHARING else module


def _turn(item: pytest.Item) -> int:
    """Return when a test has its turn; those of one turn stay in the order they were found in."""
    module = _module(item)
    return 0 if module in SHARING else 1 if module.startswith(_ON_ENGINES) else 2


def _module(item: pytest.Item) -> str:
    assert isinstance(item, pytest.Function)
    name: str = item.module.__name__
    return name
