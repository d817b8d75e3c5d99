"""The rendered schemas: committed as the models say, valid, and closed for writers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from contracts.catalogue import Entry, catalogue
from contracts.render import ROOT, check, render, schema_of

ENTRIES = [pytest.param(entry, id=entry.type_name) for entry in catalogue().values()]
ASYNCAPI_SCHEMA = Path(__file__).with_name("asyncapi-3.0.0.schema.json")


def objects_in(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if "properties" in node:
            yield node
        for each in node.values():
            yield from objects_in(each)
    elif isinstance(node, list):
        for each in node:
            yield from objects_in(each)


@pytest.fixture
def rendered(tmp_path: Path) -> Path:
    render(tmp_path)
    return tmp_path


def test_committed_files_are_what_the_models_say() -> None:
    assert check() == []


@pytest.mark.parametrize("entry", ENTRIES)
def test_schema_is_valid_and_names_its_version(entry: Entry) -> None:
    schema = schema_of(entry)

    assert jsonschema_rs.meta.is_valid(schema)
    assert schema["$id"] == f"urn:amends:schema:{entry.type_name}/{entry.schema_version}"


@pytest.mark.parametrize("entry", ENTRIES)
def test_writers_are_closed_throughout(entry: Entry) -> None:
    assert all(each["additionalProperties"] is False for each in objects_in(schema_of(entry)))


@pytest.mark.parametrize("entry", ENTRIES)
def test_no_schema_tells_kinds_apart_by_a_discriminator(entry: Entry) -> None:
    assert '"discriminator"' not in json.dumps(schema_of(entry))


@pytest.mark.parametrize("entry", ENTRIES)
def test_types_are_named_after_their_topic(entry: Entry) -> None:
    aggregate = entry.topic.name.removesuffix("v1")

    assert entry.type_name.startswith(aggregate)
    assert entry.type_name.endswith(".v1")


def test_asyncapi_document_obeys_its_own_schema() -> None:
    schema = json.loads(ASYNCAPI_SCHEMA.read_text(encoding="utf-8"))
    document = yaml.safe_load((ROOT / "asyncapi.yaml").read_text(encoding="utf-8"))

    jsonschema_rs.validator_for(schema).validate(document)


def test_asyncapi_document_refers_only_to_what_exists() -> None:
    document = yaml.safe_load((ROOT / "asyncapi.yaml").read_text(encoding="utf-8"))
    messages = document["components"]["messages"]

    assert set(messages) == set(catalogue())
    assert all((ROOT / each["payload"]["schema"]["$ref"]).is_file() for each in messages.values())
    said = {name for channel in document["channels"].values() for name in channel["messages"]}
    assert said == set(messages)


def test_rendering_twice_gives_the_same_bytes(rendered: Path) -> None:
    assert render(rendered) == []


def test_changed_member_is_told_by_file_and_member(rendered: Path) -> None:
    path = rendered / "schemas/amends.contact.reported.v1/1.0.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    schema["properties"]["source"]["pattern"] = "^old$"
    del schema["properties"]["order"]
    schema["properties"]["fax"] = {"type": "string"}
    path.write_text(json.dumps(schema), encoding="utf-8")

    drift = check(rendered)

    file = "schemas/amends.contact.reported.v1/1.0.json"
    assert len(drift) == 3
    assert drift[0].startswith(f'{file}: the member /properties/source/pattern is "^old$", but ')
    assert drift[1].startswith(f"{file}: the member /properties/order is new in the models")
    assert drift[2].startswith(f"{file}: the member /properties/fax is no longer in the models")


def test_missing_broken_respaced_and_left_over_files_are_told(rendered: Path) -> None:
    asyncapi = rendered / "asyncapi.yaml"
    schema = rendered / "schemas/amends.contact.reported.v1/1.0.json"
    asyncapi.unlink()
    schema.write_text(schema.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    (rendered / "schemas/amends.old.v1").mkdir()
    (rendered / "schemas/amends.old.v1/1.0.json").write_text("{}", encoding="utf-8")

    assert [sentence.partition(":")[0] for sentence in check(rendered)] == [
        "schemas/amends.contact.reported.v1/1.0.json differs in spacing or order only",
        "asyncapi.yaml is missing",
        "schemas/amends.old.v1/1.0.json stands for no message type",
    ]
    asyncapi.write_text("a: [", encoding="utf-8")
    assert "asyncapi.yaml cannot be read" in check(rendered)[1]


def test_rendering_mends_every_drift(rendered: Path) -> None:
    (rendered / "asyncapi.yaml").write_text("a: 1", encoding="utf-8")
    (rendered / "schemas/left-over.json").write_text("{}", encoding="utf-8")

    assert render(rendered) == ["asyncapi.yaml", "schemas/left-over.json"]
    assert check(rendered) == []
