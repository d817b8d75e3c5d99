"""The README's example is a test: its commands, run as they stand, end in what it shows."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from operate.settings import REPOSITORY, own_environment
from operate.stack.guard import temporary_home
from operate.stack.local import Engines

AMENDS = f"{sys.executable} -m operate.cli"
BLOCK = re.compile(r"```console\n(make up\n.*?)```", re.DOTALL)
SHOWN = (
    "amends.complaint.registered.v1",
    "amends.complaint.classified.v1",
    "amends.complaint.reply_promised.v1",
)


@pytest.fixture
def environment(engines: Engines) -> Iterator[dict[str, str]]:
    """What a reader's shell knows, with this run's engines and a home that is gone afterwards."""
    with temporary_home() as home:
        known = {
            **own_environment(),
            "AMENDS_HOME": str(home),
            "AMENDS_KAFKA": engines.kafka,
            "AMENDS_POSTGRES": engines.postgres_dsn,
            "COLUMNS": "400",
        }
        try:
            yield known
        finally:
            shell(f"{AMENDS} down", known)


def shell(script: str, environment: dict[str, str]) -> str:
    """Run a script as a reader would paste it, stopping at the first command that fails; return what it printed."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=REPOSITORY,
        env=environment,
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=150,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_commands_of_the_readme_end_in_what_it_shows(environment: dict[str, str]) -> None:
    (script,) = BLOCK.findall((REPOSITORY / "README.md").read_text(encoding="utf-8"))
    _, _, commands = script.replace(".venv/bin/amends", AMENDS).partition("make up\n")
    shell(f"{AMENDS} up", environment)

    printed = shell(commands.replace("http://127.0.0.1:8101", intake_of(environment)), environment)

    receipt, *events = printed.splitlines()
    assert json.loads(receipt)["events"] == ["complaint.registered"]
    assert [line.split()[0] for line in events] == list(SHOWN)


def intake_of(environment: dict[str, str]) -> str:
    """Return where intake listens, as `make up` told the reader."""
    members = json.loads(shell(f"{AMENDS} status --json", environment))["members"]
    return next(str(each["address"]) for each in members if each["name"] == "intake")
