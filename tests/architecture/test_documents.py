"""What the documents name exists: commands, options, files, decisions; and nothing names a place it must not."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from contracts.register import Register
from operate.cli import COMMANDS
from operate.stack.services import SERVICES
from services.blacklist.settings import BlacklistSettings
from services.compensation.settings import CompensationSettings
from services.escalation.settings import EscalationSettings
from services.intake.settings import IntakeSettings
from tests.architecture.source import ROOT, documents, text_of, tracked

DECISIONS = tuple(name for name in tracked() if re.fullmatch(r"docs/adr/\d{4}-.*\.md", name))
PARTS = ("Context", "Decision", "Rejected", "Revisit when")
DECISION_LINES_MAX = 60
# Written in pieces, so that this file does not name them itself.
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("repo1", "maven", "org"),
        ("repo", "maven", "apache", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("proxy", "golang", "org"),
        ("crates", "io"),
        ("docker", "io"),
        ("ghcr", "io"),
        ("quay", "io"),
        ("gcr", "io"),
    )
)
PLACES = tuple("/" + "/".join(parts) for parts in (("work", "main"), ("work", "shared"), ("tmp", "lab")))
COMMAND = re.compile(r"(?:^|[\s`$(])(?:\.venv/bin/)?amends ([a-z][a-z-]*)([^`\n|#;)]*)")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def fenced(text: str) -> str:
    """Return what stands in code blocks and code spans, where commands are named."""
    blocks = re.findall(r"```(?:console|bash|sh)?\n(.*?)```", text, re.DOTALL)
    return "\n".join([*blocks, *re.findall(r"`([^`\n]+)`", text)]).replace("\\\n", " ")


def commands_named() -> Iterator[tuple[str, str, str]]:
    """Yield each `amends` command with the document that names it and what follows."""
    for document in documents():
        for name, rest in COMMAND.findall(fenced(text_of(document))):
            yield document, name, rest


def command_of(name: str, rest: list[str]) -> Any:
    """Return the command as the command line library knows it, the subcommand where one is named."""
    app: typer.Typer = importlib.import_module(f"operate.commands.{name.replace('-', '_')}").app
    command: Any = typer.main.get_command(app)
    return getattr(command, "commands", {}).get(rest[0] if rest else "", command)


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    named = {
        (document, target)
        for document in documents()
        for target in re.findall(r"\bmake ([a-z][a-z-]*)", fenced(text_of(document)))
    }

    assert {target for _, target in named} - targets == set(), sorted(named)


def test_every_command_that_is_named_exists() -> None:
    known = {path.stem.replace("_", "-") for path in COMMANDS.glob("[a-z]*.py")}
    found = [f"{document}: amends {name}" for document, name, _ in commands_named() if name not in known]

    assert found == [], "\n".join(found)


def test_every_option_that_is_named_exists() -> None:
    known = {path.stem.replace("_", "-") for path in COMMANDS.glob("[a-z]*.py")}
    found = []
    for document, name, rest in commands_named():
        if name not in known:
            continue
        words = rest.split()
        parameters = command_of(name, words).params
        options = {option for parameter in parameters for option in parameter.opts} | {"--help"}
        wrong = [word for word in words if word.startswith("--") and word.partition("=")[0] not in options]
        found += [f"{document}: amends {name} {' '.join(wrong)}" for _ in wrong[:1]]

    assert found == [], "\n".join(found)


@pytest.mark.parametrize("document", documents())
def test_every_relative_link_leads_somewhere(document: str) -> None:
    folder = (ROOT / document).parent
    links = [link.partition("#")[0] for link in LINK.findall(text_of(document))]
    broken = [
        link
        for link in links
        if link and not link.startswith(("http:", "https:", "mailto:")) and not (folder / link).exists()
    ]

    assert broken == []


def test_complaint_of_the_readme_is_one_that_intake_takes() -> None:
    (body,) = re.findall(r"--data '(\{.*\})'", text_of("README.md"), re.DOTALL)
    now = "'$(date -u +%Y-%m-%dT%H:%M:%SZ)'"

    assert now in body
    assert Register.model_validate_json(body.replace(now, "2026-11-22T09:30:00Z"), strict=True).narrative


@pytest.mark.parametrize("decision", DECISIONS)
def test_decision_says_why_what_what_not_and_when_to_look_again(decision: str) -> None:
    text = text_of(decision)
    number = Path(decision).name[:4]

    assert text.startswith(f"# {number}. ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == list(PARTS)
    assert len(text.splitlines()) <= DECISION_LINES_MAX


def test_decisions_are_numbered_without_gaps_and_listed() -> None:
    numbers = [int(Path(name).name[:4]) for name in DECISIONS]
    listed = re.findall(r"\((\d{4}-[^)]+\.md)\)", text_of("docs/adr/README.md"))

    assert numbers == list(range(1, len(DECISIONS) + 1))
    assert listed == [Path(name).name for name in DECISIONS]


def test_no_file_names_a_registry_or_a_place_of_one_machine() -> None:
    forbidden = re.compile("|".join(map(re.escape, (*REGISTRIES, *PLACES, f"{ROOT}/"))))
    found = [
        f"{name}: {hit.group()}"
        for name in tracked()
        if (hit := forbidden.search((ROOT / name).read_bytes().decode("utf-8", "replace")))
    ]

    assert found == [], "\n".join(found)


def test_every_setting_of_a_service_is_told_to_operators() -> None:
    told = set(re.findall(r"^\| `AMENDS_([A-Z_]+)` \|", text_of("docs/operate.md"), re.MULTILINE))
    settings = (IntakeSettings, EscalationSettings, CompensationSettings, BlacklistSettings)
    fields = {field.upper() for each in settings for field in each.model_fields}

    assert fields - told == set()


def test_every_secret_of_a_service_is_told_to_operators() -> None:
    told = set(
        re.findall(r"^\| `([a-z<>-]+\.(?:key|json|pem))` \|", text_of("docs/operate.md"), re.MULTILINE)
    )
    shared = {name for service in SERVICES for name in (*service.shared_secrets, *service.own_keys)}
    certificates = {service.certificate for service in SERVICES if service.certificate is not None}

    assert shared | certificates | {"<service>-hash.key", "<service>-dead-letter.key"} <= told


@pytest.mark.parametrize("room", ["eventlog", "hosting"])
def test_readme_of_a_room_tells_what_stands_in_it(room: str) -> None:
    told = set(re.findall(r"`(\w+(?:\.py|/))`", text_of(f"{room}/README.md")))
    parts = [name.removeprefix(f"{room}/") for name in tracked() if name.startswith(f"{room}/")]
    found = {f"{part.partition('/')[0]}/" if "/" in part else part for part in parts if part.endswith(".py")}

    assert told & found == found - {"__init__.py"}
