"""Delivery is stated, SQL stands in SQL files (`style.md` 2)."""

from __future__ import annotations

from collections.abc import Mapping

from tests.architecture import checks
from tests.architecture.source import PRODUCTION, modules

SQL_ROOMS = (*PRODUCTION, "benchmarks")
# The few statements that stand in Python, by file and constant, each with its reason.
SQL_ALLOWED: Mapping[str, Mapping[str, str]] = {
    "benchmarks/site.py": {
        "_COPY": "roles and databases cannot be parameters: the server quotes their names"
    },
    "operate/stack/databases.py": {
        "_STATEMENTS": "roles and databases cannot be parameters: the server itself quotes their names",
        "_OWN_NAME": "asked of the administrator's database, which has no files of ours",
        "_ROLE_EXISTS": "asked of the administrator's database, which has no files of ours",
        "_DATABASE_EXISTS": "asked of the administrator's database, which has no files of ours",
    },
}


def test_every_subscriber_says_what_becomes_of_a_record_it_cannot_handle() -> None:
    found = [each for module in modules() for each in checks.silent_subscribers(module)]

    assert found == [], "\n".join(found)


def test_one_place_makes_the_one_subscriber_of_every_service() -> None:
    made = [
        module.path
        for module in modules(*PRODUCTION)
        for node in checks.calls_in(module)
        if checks.dotted(node.func).endswith(".subscriber")
    ]

    assert made == ["eventlog/kafka/raw.py"]


def test_sql_stands_in_sql_files() -> None:
    found = [
        each
        for module in modules(*SQL_ROOMS)
        for each in checks.sql_in_python(module, SQL_ALLOWED.get(module.path, {}))
    ]

    assert found == [], "\n".join(found)


def test_exceptions_for_sql_are_still_needed() -> None:
    needed = {
        (module.path, name)
        for module in modules(*SQL_ROOMS)
        for name in SQL_ALLOWED.get(module.path, {})
        if list(
            checks.sql_in_python(module, {other: "" for other in SQL_ALLOWED[module.path] if other != name})
        )
    }

    assert needed == {(path, name) for path, names in SQL_ALLOWED.items() for name in names}
