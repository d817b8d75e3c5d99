"""What a door answers to bad input: the field, the rule, and what to do, never the value that was sent."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from contracts.strict_json import safe_name

_TEXTS: Final = Path(__file__).with_name("findings.toml")

# pydantic's error types, as the rules that are public. Types of our own validators are rules already.
_RULES: Final = {
    "missing": "required",
    "string_type": "not_text",
    "string_unicode": "not_utf8",
    "string_too_short": "too_short",
    "string_too_long": "too_long",
    "string_pattern_mismatch": "wrong_form",
    "int_type": "not_an_integer",
    "int_parsing": "not_an_integer",
    "int_from_float": "not_an_integer",
    "float_type": "not_a_number",
    "float_parsing": "not_a_number",
    "bool_type": "not_a_boolean",
    "bool_parsing": "not_a_boolean",
    "decimal_type": "not_a_decimal",
    "decimal_parsing": "not_a_decimal",
    "uuid_type": "not_a_uuid",
    "uuid_parsing": "not_a_uuid",
    "literal_error": "unknown_value",
    "enum": "unknown_value",
    "greater_than": "too_small",
    "greater_than_equal": "too_small",
    "less_than": "too_large",
    "less_than_equal": "too_large",
    "model_type": "not_an_object",
    "model_attributes_type": "not_an_object",
    "dataclass_type": "not_an_object",
    "dict_type": "not_an_object",
    "list_type": "not_a_list",
    "tuple_type": "not_a_list",
    "too_long": "too_many",
    "too_short": "too_few",
    "extra_forbidden": "unknown_member",
    "timezone_aware": "instant_without_zone",
    "datetime_type": "instant_not_rfc3339",
    "datetime_parsing": "instant_not_rfc3339",
    "datetime_from_date_parsing": "instant_not_rfc3339",
    "date_type": "date_not_plain",
    "date_parsing": "date_not_plain",
    "date_from_datetime_parsing": "date_not_plain",
    "date_from_datetime_inexact": "date_not_plain",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of an input: `field` is a JSON pointer (empty for the whole), `rule` a stable public name."""

    field: str
    rule: str
    detail: str
    remedy_en: str
    remedy_zh: str


def finding(rule: str, field: str = "", **limits: Any) -> Finding:
    """Return the finding of a rule with its texts; KeyError when the rule has none.

    `limits` fill the braces of the text and must not come from the input.
    """
    text = rule_texts()[rule]
    detail = text["detail"].format_map(_Limits(limits))
    return Finding(field, rule, detail, text["remedy_en"], text["remedy_zh"])


def explain_errors(error: ValidationError) -> list[Finding]:
    """Return one finding for each error of a pydantic model, in the model's order, without input values."""
    errors = error.errors(include_url=False, include_input=False)
    return [_explained(str(each["type"]), each["loc"], each.get("ctx", {})) for each in errors]


def pointer(location: Sequence[str | int]) -> str:
    """Return the JSON pointer (RFC 6901) of a path of member names and indexes."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in location)


@cache
def rule_texts() -> Mapping[str, Mapping[str, str]]:
    """Return the texts of every rule: detail, remedy_en, remedy_zh."""
    return tomllib.loads(_TEXTS.read_text(encoding="utf-8"))


def _explained(kind: str, location: Sequence[str | int], context: Mapping[str, Any]) -> Finding:
    # A rule of two members (an amount against its currency) names the one at fault.
    if "member" in context:
        location = (*location, str(context["member"]))
    if kind == "extra_forbidden":
        location = (*location[:-1], safe_name(str(location[-1])))
    return finding(_rule(kind, location), pointer(location), **context)


def _rule(kind: str, location: Sequence[str | int]) -> str:
    rule = _RULES.get(kind, kind)
    if rule == "unknown_value" and location:
        rule = f"unknown_{location[-1]}"
        return rule if rule in rule_texts() else "unknown_value"
    return rule if rule in rule_texts() else "invalid"


class _Limits(dict[str, Any]):
    """Limits for `format_map`: a limit that is not known is left out of the sentence."""

    def __missing__(self, _name: str) -> str:
        return "the allowed"
