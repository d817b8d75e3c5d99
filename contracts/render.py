"""Renders JSON Schemas and the AsyncAPI document from the pydantic models, and says when they drifted.

Deterministic: the same models give the same bytes. Writers are closed (`additionalProperties: false`
throughout); the models that read are tolerant.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic.json_schema import GenerateJsonSchema

from contracts.asyncapi import asyncapi_document
from contracts.catalogue import Entry, catalogue

ROOT: Final = Path(__file__).parent
SCHEMAS: Final = "schemas"
ASYNCAPI: Final = "asyncapi.yaml"
DIFFERENCES_TOLD_MAX: Final = 5
TOLD_CHARACTERS_MAX: Final = 60
REMEDY: Final = "run `make contracts` and review the difference"


def render(root: Path = ROOT) -> list[str]:
    """Write every rendered file below `root`, remove the ones no type stands for; return what changed."""
    changed = []
    files = rendered_files()
    for name, content in files.items():
        path = root / name
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            changed.append(name)
    for name in _leftovers(root, files):
        (root / name).unlink()
        changed.append(name)
    return changed


def check(root: Path = ROOT) -> list[str]:
    """Return one sentence for each way in which the committed files differ from the models; empty is well."""
    files = rendered_files()
    drift: list[str] = []
    for name, content in files.items():
        path = root / name
        if not path.exists():
            drift.append(f"{name} is missing: {REMEDY}.")
        elif path.read_bytes() != content:
            drift += _told(name, path.read_bytes(), content)
    return drift + [f"{name} stands for no message type: {REMEDY}." for name in _leftovers(root, files)]


def rendered_files() -> dict[str, bytes]:
    """Return the content of every rendered file by its path below `contracts/`."""
    entries = list(catalogue().values())
    files = {f"{SCHEMAS}/{each.schema_path}": _json_bytes(schema_of(each)) for each in entries}
    document = yaml.safe_dump(asyncapi_document(entries), sort_keys=False, allow_unicode=True, width=110)
    return files | {ASYNCAPI: document.encode()}


def schema_of(entry: Entry) -> dict[str, Any]:
    """Return the closed writer's JSON Schema (2020-12) of one type's data."""
    schema = entry.model.model_json_schema(schema_generator=_WithoutFieldTitles)
    _close(schema)
    head = {"$schema": GenerateJsonSchema.schema_dialect, "$id": entry.dataschema, "title": entry.type_name}
    return head | {name: value for name, value in schema.items() if name != "title"}


class _WithoutFieldTitles(GenerateJsonSchema):
    """pydantic's generator without a title for every field: they repeat the member's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Never."""
        del schema
        return False


def _close(node: Any) -> None:
    if isinstance(node, list):
        for each in node:
            _close(each)
    elif isinstance(node, dict):
        if node.get("type") == "object" and "properties" in node:
            node["additionalProperties"] = False
        if node.get("default", ...) is None:
            del node["default"]
        for each in node.values():
            _close(each)


def _json_bytes(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def _leftovers(root: Path, files: Mapping[str, bytes]) -> list[str]:
    found = sorted(path.relative_to(root).as_posix() for path in (root / SCHEMAS).glob("**/*.json"))
    return [name for name in found if name not in files]


def _told(name: str, committed: bytes, fresh: bytes) -> list[str]:
    try:
        # YAML 1.2 holds JSON, and this reader takes both files alike.
        differences = list(_differences(yaml.safe_load(committed), yaml.safe_load(fresh), ""))
    except yaml.YAMLError:
        return [f"{name} cannot be read: {REMEDY}."]
    if not differences:
        return [f"{name} differs in spacing or order only: {REMEDY}."]
    told = [f"{name}: {each}; {REMEDY}." for each in differences[:DIFFERENCES_TOLD_MAX]]
    more = len(differences) - len(told)
    return told if not more else [*told, f"{name}: {more} more members differ."]


def _differences(committed: Any, fresh: Any, at: str) -> Iterator[str]:
    if isinstance(committed, dict) and isinstance(fresh, dict):
        for name in [*fresh, *(name for name in committed if name not in fresh)]:
            path = f"{at}/{name}"
            if name not in committed:
                yield f"the member {path} is new in the models"
            elif name not in fresh:
                yield f"the member {path} is no longer in the models"
            else:
                yield from _differences(committed[name], fresh[name], path)
    elif committed != fresh:
        yield f"the member {at} is {_short(committed)}, but {_short(fresh)} in the models"


def _short(value: Any) -> str:
    return textwrap.shorten(json.dumps(value, ensure_ascii=False, default=str), TOLD_CHARACTERS_MAX)
