"""The interface description: bodies that our own reader reads, the problem document, the token."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from hosting.problems import MEDIA_TYPE

_COMPONENT: Final = "#/components/schemas/{model}"
_DEFINITIONS: Final = "$defs"

_TEXT: Final = {"type": "string"}
_FAULT_MEMBERS: Final = {"field": _TEXT, "rule": _TEXT, "detail": _TEXT, "remedy": _TEXT}
_PROBLEM: Final[dict[str, Any]] = {
    "title": "Problem",
    "description": "RFC 9457. Titles and remedies come in zh or en, as Accept-Language asks.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "rule"],
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "instance": _TEXT,
        **_FAULT_MEMBERS,
        "errors": {"type": "array", "items": {"type": "object", "properties": _FAULT_MEMBERS}},
    },
}
PROBLEM_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    "default": {
        "description": "Refused: which rule, which field, what to do",
        "content": {MEDIA_TYPE: {"schema": {"$ref": _COMPONENT.format(model="Problem")}}},
    }
}
_BEARER: Final = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT (Ed25519)"}


def documented_body(model: Any) -> dict[str, Any]:
    """Return `openapi_extra` for a route whose body `bodies.body_as(model)` reads."""
    schema = TypeAdapter(model).json_schema(ref_template=_COMPONENT)
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def described(app: FastAPI) -> None:
    """Give the application a description that names problems, tokens and the definitions of bodies."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _described(app: FastAPI) -> dict[str, Any]:
    description = get_openapi(title=app.title, version=app.version, routes=app.routes)
    components = description.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = _PROBLEM
    components["securitySchemes"] = {"token": _BEARER}
    description["security"] = [{"token": []}]
    for operations in description["paths"].values():
        for operation in operations.values():
            for media in operation.get("requestBody", {}).get("content", {}).values():
                schemas |= media["schema"].pop(_DEFINITIONS, {})
    return description
