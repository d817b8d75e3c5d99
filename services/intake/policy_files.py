"""Reads intake's policy data from `policies/*.toml`, once, when the service is composed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final, cast

from services.intake.domain.classify import Rules, rules_from
from services.intake.domain.complaint.policy import ComplaintPolicy, FrontDesk, FrontDesks
from services.intake.domain.complaint.values import FIRST_REPLY, Level
from services.intake.domain.grading import GRADES, grade_table_from
from shared_kernel.calendars import ALWAYS, business_calendar_from
from shared_kernel.clocks import ClockPolicy, clock_policy_from
from shared_kernel.roles import LADDER

CLASSIFY_FILES: Final = (
    "classify.toml",
    "classify_timing_zh.toml",
    "classify_timing_en.toml",
    "classify_labels_zh.toml",
    "classify_labels_en.toml",
)


class PolicyFileError(ValueError):
    """A policy file that says too little or too much; names file and key."""

    def __init__(self, file: str, key: str, why: str) -> None:
        super().__init__(f"{file}: {key} {why}")
        self.file = file
        self.key = key


def load_complaint_policy() -> ComplaintPolicy:
    """Return grade table, clocks and front desks as shipped.

    Raises PolicyFileError, GradeTableError, ClockError or CalendarError; each names what is wrong.
    """
    return ComplaintPolicy(
        grades=grade_table_from(_read("grades.toml")),
        clocks=_promising(clock_policy_from(_read("clocks.toml"), _calendars())),
        front_desks=front_desks_from(_read("desks.toml")),
    )


def load_rules() -> Rules:
    """Return the classification rules as shipped, compiled (`domain.md` 2).

    Raises RulesError naming the entry when the tables cannot be used.
    """
    merged: dict[str, Any] = {}
    for name in CLASSIFY_FILES:
        merged = _merged(merged, _read(name))
    return rules_from(merged)


def load_refusals() -> Mapping[str, Mapping[str, str]]:
    """Return, by rule name, the titles and remedies in both languages."""
    return cast("Mapping[str, Mapping[str, str]]", _read("refusals.toml"))


def front_desks_from(table: Mapping[str, Any]) -> FrontDesks:
    """Return the front desks a TOML table describes: `version`, `[default]` and `[sources.<source>]`."""
    if not isinstance(table.get("version"), str):
        raise PolicyFileError("desks.toml", "version", "must be a text")
    return FrontDesks(
        version=table["version"],
        default=_front_desk("default", table.get("default", {})),
        by_source={source: _front_desk(source, desk) for source, desk in table.get("sources", {}).items()},
    )


def _front_desk(name: str, table: Mapping[str, Any]) -> FrontDesk:
    if set(table) != {"desk", "level"} or not isinstance(table["desk"], str):
        raise PolicyFileError("desks.toml", name, "must have exactly desk and level")
    if table["level"] not in LADDER:
        raise PolicyFileError("desks.toml", f"{name}.level", f"must be one of {', '.join(LADDER)}")
    return FrontDesk(table["desk"], cast("Level", table["level"]))


def _promising(clocks: ClockPolicy) -> ClockPolicy:
    for grade in GRADES:
        if clocks.clock(grade, FIRST_REPLY) is None:
            raise PolicyFileError("clocks.toml", f"presets.{grade}", "promises the customer no first reply")
    return clocks


def _calendars() -> Mapping[str, Any]:
    return {"always": ALWAYS, "business": business_calendar_from(_read("calendar.toml"))}


def _merged(left: dict[str, Any], right: dict[str, Any]) -> dict[str, Any]:
    both = {key: _merged(left[key], right[key]) for key in left.keys() & right.keys()}
    return {**left, **right, **both}


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("services.intake").joinpath("policies", name).read_text(encoding="utf-8"))
