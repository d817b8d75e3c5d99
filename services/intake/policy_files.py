"""Reads intake's policy data from `policies/*.toml`, once, when the service is composed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final, cast

from services.intake.domain.classify import Rules, rules_from
from services.intake.domain.complaint.policy import (
    ComplaintPolicy,
    DeskNote,
    DeskNotes,
    FrontDesk,
    FrontDesks,
)
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
    """Return grade table, clocks, front desks and notes for the desk as shipped.

    Raises PolicyFileError, GradeTableError, ClockError or CalendarError; each names what is wrong.
    """
    return ComplaintPolicy(
        grades=grade_table_from(_read("grades.toml")),
        clocks=_promising(clock_policy_from(_read("clocks.toml"), _calendars())),
        front_desks=front_desks_from(_read("desks.toml")),
        desk_notes=desk_notes_from(_read("desk_notes.toml")),
    )


@cache
def load_rules() -> Rules:
    """Return the classification rules as shipped, compiled once (`domain.md` 2): two thousand patterns.

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


def desk_notes_from(table: Mapping[str, Any]) -> DeskNotes:
    """Return the notes a TOML table describes: `version`, `[proposed]`, `[appealed]`, `[confirmed.<kind>]`."""
    if not isinstance(table.get("version"), str):
        raise PolicyFileError("desk_notes.toml", "version", "must be a text")
    kinds = table.get("confirmed", {})
    confirmed = {kind: _note(f"confirmed.{kind}", note) for kind, note in kinds.items()}
    if "other" not in confirmed:
        raise PolicyFileError("desk_notes.toml", "confirmed.other", "is missing")
    return DeskNotes(
        version=table["version"],
        proposed=_note("proposed", table.get("proposed", {})),
        appealed=_note("appealed", table.get("appealed", {})),
        confirmed=confirmed,
        other=confirmed["other"],
    )


def _note(name: str, table: Mapping[str, Any]) -> DeskNote:
    if set(table) != {"note_en", "note_zh"} or not all(
        isinstance(each, str) and each for each in table.values()
    ):
        raise PolicyFileError("desk_notes.toml", name, "must have exactly note_en and note_zh")
    return DeskNote(table["note_en"], table["note_zh"])


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
