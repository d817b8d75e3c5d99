"""In which order tests run: the pure ones first, which fail fast; those that share an installation last.

So the shared installation is up no longer than somebody uses it: four services that wait take a sixth of a processor.
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
_ON_ENGINES: Final = ("tests.store", "tests.integration", "tests.system")


def turn(item: pytest.Item) -> int:
    """Return when a test has its turn; those of one turn stay in the order they were found in."""
    assert isinstance(item, pytest.Function)
    module: str = item.module.__name__
    return 2 if module in SHARING else 1 if module.startswith(_ON_ENGINES) else 0
