"""pydantic's findings as faults with our rule names: which field, which rule, never the value that was sent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, get_args

from pydantic_core.core_schema import ErrorType

from hosting.problems import Fault, Problem

UNPROCESSABLE: Final = 422
FAULTS_SHOWN: Final = 50  # of one request; the first ones are enough to start mending

_RULES: Final[Mapping[str, str]] = {
    "missing": "field_missing",
    "extra_forbidden": "field_unknown",
    "json_invalid": "not_json",
    "model_type": "object_expected",
    "model_attributes_type": "object_expected",
    "dict_type": "object_expected",
    "dataclass_type": "object_expected",
    "list_type": "list_expected",
    "tuple_type": "list_expected",
    "set_type": "list_expected",
    "frozen_set_type": "list_expected",
    "too_short": "list_length_out_of_range",
    "too_long": "list_length_out_of_range",
    "string_type": "text_expected",
    "string_unicode": "text_expected",
    "string_too_short": "text_length_out_of_range",
    "string_too_long": "text_length_out_of_range",
    "string_pattern_mismatch": "text_malformed",
    "int_type": "number_expected",
    "int_parsing": "number_expected",
    "int_parsing_size": "number_out_of_range",
    "int_from_float": "number_expected",
    "float_type": "number_expected",
    "float_parsing": "number_expected",
    "finite_number": "number_out_of_range",
    "greater_than": "number_out_of_range",
    "greater_than_equal": "number_out_of_range",
    "less_than": "number_out_of_range",
    "less_than_equal": "number_out_of_range",
    "multiple_of": "number_out_of_range",
    "bool_type": "truth_value_expected",
    "bool_parsing": "truth_value_expected",
    "enum": "value_unknown",
    "literal_error": "value_unknown",
    "union_tag_invalid": "value_unknown",
    "union_tag_not_found": "field_missing",
    "timezone_aware": "time_without_zone",
    "timezone_naive": "time_malformed",
    "timezone_offset": "time_malformed",
    "datetime_type": "time_malformed",
    "datetime_parsing": "time_malformed",
    "datetime_from_date_parsing": "time_malformed",
    "datetime_object_invalid": "time_malformed",
    "time_type": "time_malformed",
    "time_parsing": "time_malformed",
    "date_type": "date_malformed",
    "date_parsing": "date_malformed",
    "date_from_datetime_parsing": "date_malformed",
    "date_from_datetime_inexact": "date_malformed",
    "uuid_type": "id_malformed",
    "uuid_parsing": "id_malformed",
    "uuid_version": "id_malformed",
    "decimal_type": "amount_malformed",
    "decimal_parsing": "amount_malformed",
    "decimal_max_digits": "amount_malformed",
    "decimal_max_places": "amount_malformed",
    "decimal_whole_digits": "amount_malformed",
}
# Where pydantic's own message is built from the schema alone: limits, patterns, the values allowed.
_TOLD_BY_SCHEMA: Final = frozenset(
    {
        *("too_short", "too_long", "string_too_short", "string_too_long", "string_pattern_mismatch"),
        *("greater_than", "greater_than_equal", "less_than", "less_than_equal", "multiple_of"),
        *("enum", "literal_error", "decimal_max_digits", "decimal_max_places", "decimal_whole_digits"),
    }
)
_PYDANTIC_TYPES: Final = frozenset(get_args(ErrorType))
_RULE_NAME = re.compile(r"[a-z][a-z0-9_]{0,60}")
# A member name of ours. What an author of input made up (the key of a map) ends the pointer instead.
_MEMBER_NAME = re.compile(r"[a-z][A-Za-z0-9_]{0,40}")
_PLACES: Final = ("query", "path", "header", "cookie")


def body_problem(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """Return the problem for a body that a model refused (`ValidationError.errors()`)."""
    return _problem([_fault(error, pointer(error["loc"], error["type"])) for error in errors])


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
    told = str(error["msg"]) if kind in _TOLD_BY_SCHEMA else ""
    return Fault(_rule(kind, error.get("ctx", {})), told, at)


def _rule(kind: str, context: Mapping[str, Any]) -> str:
    """Return our name for pydantic's type; a validator may bring its own rule along.

    Either by `PydanticCustomError("rule_name", ...)` or by a ValueError that carries a `rule`.
    """
    known = _RULES.get(kind)
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
