"""Four services, one shape: who knows one knows all (`architecture.md` 1). They differ in nouns only."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.checks import functions_in
from tests.architecture.deciders import composed
from tests.architecture.source import ROOT, SERVICES, modules, text_of, tracked

FILES = frozenset(
    {"README.md", "__init__.py", "__main__.py", "app.py", "bodies.py", "handlers.py", "outgoing.py"}
    | {"policy_files.py", "reactions.py", "settings.py", "subscribers.py", "upcasters.py", "views.py"}
    | {"web.py"}
)
FOLDERS = frozenset({"domain", "policies", "projections", "sql"})
AGGREGATE = frozenset({"events.py", "commands.py", "state.py", "decide.py"})
HANDLER_LINES_MAX = 6
OWN_MODULES = re.compile(r"^- `(\w+(?:\.py|(?=/)))/?`", re.MULTILINE)

every_service = pytest.mark.parametrize("service", SERVICES)


def entries(service: str, folder: str = "") -> set[str]:
    """Return the names of the files and folders right below a folder of a service."""
    beginning = f"services/{service}/{folder}"
    return {
        name.removeprefix(beginning).partition("/")[0] for name in tracked() if name.startswith(beginning)
    }


def told_in_readme(service: str) -> set[str]:
    """Return the modules and folders (`settlement/`) that a service's README tells to be its own beside the shape."""
    _, _, section = text_of(f"services/{service}/README.md").partition("## Modules of its own\n")
    return set(OWN_MODULES.findall(section.partition("\n## ")[0]))


@every_service
def test_service_has_the_rooms_of_the_shape_and_tells_which_it_has_beside(service: str) -> None:
    found = entries(service)

    assert found - told_in_readme(service) == FILES | FOLDERS
    assert told_in_readme(service) <= found


@every_service
def test_aggregate_reads_as_events_commands_state_decide(service: str) -> None:
    folders = {name for name in entries(service, "domain/") if not name.endswith(".py")}
    aggregates = {name for name in folders if entries(service, f"domain/{name}/") & AGGREGATE}

    assert aggregates == {each.decider.category for each in composed() if each.service == service}
    assert [name for name in aggregates if not entries(service, f"domain/{name}/") >= AGGREGATE] == []


@every_service
def test_policies_are_tables_and_word_every_refusal(service: str) -> None:
    found = entries(service, "policies/")

    assert "refusals.toml" in found
    assert {Path(name).suffix for name in found} == {".toml"}


@every_service
def test_projection_has_one_file_by_its_name(service: str) -> None:
    for name in sorted(entries(service, "projections/") - {"__init__.py"}):
        tree = ast.parse(text_of(f"services/{service}/projections/{name}"))
        named = [
            node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Constant)
            and [target.id for target in node.targets if isinstance(target, ast.Name)] == ["NAME"]
        ]
        assert named == [name.removesuffix(".py")]


@every_service
def test_sql_stands_in_one_file_and_numbered_migrations(service: str) -> None:
    migrations = sorted(entries(service, "sql/migrations/"))

    assert entries(service, "sql/") == {"__init__.py", "migrations", "queries.sql"}
    assert [name[:5] for name in migrations] == [f"{number:04}_" for number in range(1, len(migrations) + 1)]


@every_service
def test_handlers_only_hand_over(service: str) -> None:
    (handlers,) = (each for each in modules("services") if each.path == f"services/{service}/handlers.py")
    found = [
        handlers.at(function, f"{function.name} does more than hand over")
        for function in functions_in(handlers)
        if (function.end_lineno or 0) - function.body[1 if ast.get_docstring(function) else 0].lineno + 1
        > HANDLER_LINES_MAX
    ]

    assert found == [], "\n".join(found)


def test_services_differ_in_nouns_only_where_nothing_else_is_to_be_said() -> None:
    for name in ("__main__.py", "upcasters.py"):
        texts = {text_of(f"services/{service}/{name}").replace(service, "<service>") for service in SERVICES}
        # An event that has an old version has more to say than a noun.
        written = {text for text in texts if "_1_to_2" not in text}
        assert len(written) == 1, f"services/*/{name} differ"


def test_every_folder_of_services_is_a_service() -> None:
    folders = {path.name for path in (ROOT / "services").iterdir() if (path / "__init__.py").is_file()}

    assert folders == set(SERVICES)
