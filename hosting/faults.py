"""pydantic's findings as faults with our rule names: which field, which rule, never the value that was sent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, get_args

from pydantic_core.core_schema import ErrorType

from contracts.findings import RULES, TOLD_BY_SCHEMA, located
from hosting.problems import Fault, Problem

UNPROCESSABLE: Final = 422
FAULTS_SHOWN: Final = 50  # of one request; the first ones are enough to start mending

_PYDANTIC_TYPES: Final = frozenset(get_args(ErrorType))
_RULE_NAME = re.compile(r"[a-z][a-z0-9_]{0,60}")
# A member name of ours. What an author of input made up (the key of a map) ends the pointer instead.
_MEMBER_NAME = re.compile(r"[a-z][A-Za-z0-9_]{0,40}")
_PLACES: Final = ("query", "path", "header", "cookie")


def body_problem(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """Return the problem for a body that a model refused (`ValidationError.errors()`)."""
    return _problem([_fault(error, pointer(located(error), error["type"])) for error in errors])


def request_problem(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """Return the problem for parameters that FastAPI refused (`RequestValidationError.errors()`)."""
    return _problem([_fault(error, _request_place(error["loc"], error["type"])) for error in errors])


def pointer(loc: Sequence[str | int], kind: str = "") -> str:
    """Return the JSON pointer (RFC 6901) to a member; an unknown member is pointed at by its parent."""
    parts = loc[:-1] if kind == "extra_forbidden" else loc
    path = ""
    for part in parts:
        if isinstance(part, str) and not _MEMBER_NAME.fullmatch(part):
            break
        path += f"/{part}"
    return path


def _request_place(loc: Sequence[str | int], kind: str) -> str:
    place, *rest = loc
    if place in _PLACES and rest:
        # Parameter names come from our own signatures, so they may be said as they are.
        return f"{place}:{rest[0]}"
    return pointer(rest if place == "body" else loc, kind)


def _fault(error: Mapping[str, Any], at: str) -> Fault:
    kind = error["type"]
    told = str(error["msg"]) if kind in TOLD_BY_SCHEMA else ""
    return Fault(_rule(kind, error.get("ctx", {})), told, at)


def _rule(kind: str, context: Mapping[str, Any]) -> str:
    """Return our name for pydantic's type; a validator may bring its own rule along.

    Either by `PydanticCustomError("rule_name", ...)` or by a ValueError that carries a `rule`.
    """
    known = RULES.get(kind)
    if known is not None:
        return known
    brought = kind if kind not in _PYDANTIC_TYPES else getattr(context.get("error"), "rule", None)
    if isinstance(brought, str) and _RULE_NAME.fullmatch(brought):
        return brought
    return "field_invalid"


def _problem(faults: Sequence[Fault]) -> Problem:
    if len(faults) == 1:
        (fault,) = faults
        return Problem(UNPROCESSABLE, fault.rule, fault.detail, field=fault.at)
    detail = f"{len(faults)} fields are wrong"
    return Problem(UNPROCESSABLE, "body_invalid", detail, errors=faults[:FAULTS_SHOWN])
