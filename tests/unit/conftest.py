"""The unit tests are many and short: what was built to collect them is not searched for garbage while they run."""

from __future__ import annotations

import gc

import pytest


def pytest_configure() -> None:
    """Leave the collector off while modules are imported: all of that stays."""
    gc.disable()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Put aside what stays to the end, and collect again from here on."""
    del session
    gc.collect()
    gc.freeze()
    gc.enable()
