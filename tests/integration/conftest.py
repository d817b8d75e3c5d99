"""The integration tests use the same installations as the system tests."""

from __future__ import annotations

from tests.system.conftest import installation, people, pytest_runtest_makereport

__all__ = ["installation", "people", "pytest_runtest_makereport"]
