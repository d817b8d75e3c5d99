"""The command line finds its commands and stays quick."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from operate.cli import COMMANDS, build_app
from operate.settings import REPOSITORY


def test_every_file_of_commands_is_a_command_with_its_docstring_as_help(tmp_path: Path) -> None:
    (tmp_path / "dead_letters.py").write_text('"""List what was put aside."""\n', encoding="utf-8")
    (tmp_path / "__init__.py").write_text('"""Not a command."""\n', encoding="utf-8")
    (tmp_path / "up.py").write_text('"""Start."""\n', encoding="utf-8")

    shown = CliRunner().invoke(build_app(tmp_path), ["--help"]).output

    assert "dead-letters" in shown
    assert "List what was put aside." in shown
    assert "Not a command." not in shown


def test_a_commands_own_help_is_its_own() -> None:
    shown = CliRunner().invoke(build_app(), ["up", "--help"])

    assert shown.exit_code == 0
    assert "--engines-only" in shown.output


def test_help_imports_no_command_and_no_client_library() -> None:
    names = sorted(f"operate.commands.{file.stem}" for file in COMMANDS.glob("[a-z]*.py"))
    heavy = ["asyncpg", "aiokafka", "pydantic", "jgo", *names]
    program = (
        f"import sys, operate.cli as c; c.build_app(); print([m for m in {heavy!r} if m in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, check=True, capture_output=True, text=True
    )

    assert done.stdout.strip() == "[]"
