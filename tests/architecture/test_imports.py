"""Who may know whom: the contracts of `[tool.importlinter]` hold, and they name every room and service."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from tests.architecture.source import PRODUCTION, ROOT, SERVICES, text_of


def import_rules() -> dict[str, Any]:
    rules: dict[str, Any] = tomllib.loads(text_of("pyproject.toml"))["tool"]["importlinter"]
    return rules


def test_imports_keep_to_the_rules_of_the_house() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-logo", "--no-cache"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_rules_cover_every_room_and_every_service() -> None:
    rules = import_rules()
    independent = next(each for each in rules["contracts"] if each["type"] == "independence")

    assert sorted(PRODUCTION) == sorted(rules["root_packages"])
    assert [f"services.{name}" for name in SERVICES] == sorted(independent["modules"])
