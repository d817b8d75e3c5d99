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

RULES_FILE: Final = Path(__file__).with_name("rules.toml")

# pydantic's error types, as the rules that are public. A validator of ours brings its rule as the type.
RULES: Final[Mapping[str, str]] = {
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
    "string_unicode": "not_utf8",
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
TOLD_BY_SCHEMA: Final = frozenset(
    {
        *("too_short", "too_long", "string_too_short", "string_too_long", "string_pattern_mismatch"),
        *("greater_than", "greater_than_equal", "less_than", "less_than_equal", "multiple_of"),
        *("enum", "literal_error", "decimal_max_digits", "decimal_max_places", "decimal_whole_digits"),
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of an input: `field` is a JSON pointer (empty for the whole), `rule` a stable public name."""

    field: str
    rule: str
    detail: str
    remedy_en: str
    remedy_zh: str


def finding(rule: str, field: str = "", detail: str = "") -> Finding:
    """Return the finding of a rule with its texts; KeyError when the rule has none.

    `detail` may name limits but nothing of the input; without it the rule's title serves.
    """
    text = rule_texts()[rule]
    return Finding(field, rule, detail or text["title_en"], text["remedy_en"], text["remedy_zh"])


def explain_errors(error: ValidationError) -> list[Finding]:
    """Return one finding for each error of a pydantic model, in the model's order, without input values."""
    return [_explained(each) for each in error.errors(include_url=False, include_input=False)]


def pointer(location: Sequence[str | int]) -> str:
    """Return the JSON pointer (RFC 6901) of a path of member names and indexes."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in location)


def located(error: Mapping[str, Any]) -> tuple[str | int, ...]:
    """Return where an error of pydantic's lies; a rule of several members names the one to mend."""
    member = error.get("ctx", {}).get("member")
    return (*error["loc"], member) if isinstance(member, str) else tuple(error["loc"])


@cache
def rule_texts() -> Mapping[str, Mapping[str, str]]:
    """Return the texts of every rule: title_en, title_zh, remedy_en, remedy_zh."""
    return tomllib.loads(RULES_FILE.read_text(encoding="utf-8"))


def _explained(error: Mapping[str, Any]) -> Finding:
    kind, location = error["type"], located(error)
    if kind == "extra_forbidden":
        location = (*location[:-1], safe_name(str(location[-1])))
    rule = RULES.get(kind, kind)
    told = str(error["msg"]) if kind in TOLD_BY_SCHEMA else ""
    return finding(rule if rule in rule_texts() else "field_invalid", pointer(location), told)
