"""Reads intake's policy data from `policies/*.toml`, once, when the service is composed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, cast

from hosting.policy_files import PolicyFileError, Section, policy_table
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

CLASSIFY_FILES: Final = (
    "classify.toml",
    "classify_timing_zh.toml",
    "classify_timing_en.toml",
    "classify_labels_zh.toml",
    "classify_labels_en.toml",
)
SERVICE: Final = "services.intake"


def load_complaint_policy() -> ComplaintPolicy:
    """Return grade table, clocks, front desks and notes for the desk as shipped.

    Raises PolicyFileError, GradeTableError, ClockError or CalendarError; each names what is wrong.
    """
    return ComplaintPolicy(
        grades=grade_table_from(policy_table(SERVICE, "grades.toml")),
        clocks=_promising(clock_policy_from(policy_table(SERVICE, "clocks.toml"), _calendars())),
        front_desks=front_desks_from(policy_table(SERVICE, "desks.toml")),
        desk_notes=desk_notes_from(policy_table(SERVICE, "desk_notes.toml")),
    )


@cache
def load_rules() -> Rules:
    """Return the classification rules as shipped, compiled once (`domain.md` 2): two thousand patterns.

    Raises RulesError naming the entry when the tables cannot be used.
    """
    merged: dict[str, Any] = {}
    for name in CLASSIFY_FILES:
        merged = _merged(merged, policy_table(SERVICE, name))
    return rules_from(merged)


def load_refusals() -> Mapping[str, Mapping[str, str]]:
    """Return, by rule name, the titles and remedies in both languages."""
    return cast("Mapping[str, Mapping[str, str]]", policy_table(SERVICE, "refusals.toml"))


def front_desks_from(table: Mapping[str, Any]) -> FrontDesks:
    """Return the front desks a TOML table describes: `version`, `[default]` and `[sources.<source>]`."""
    section = Section("desks.toml", table)
    version = section.get("version", str)
    sources = section.inner("sources") if section.has("sources") else None
    return FrontDesks(
        version=version,
        default=_front_desk(section.inner("default")),
        by_source={}
        if sources is None
        else {name: _front_desk(sources.inner(name)) for name in sources.keys},
    )


def desk_notes_from(table: Mapping[str, Any]) -> DeskNotes:
    """Return the notes a TOML table describes: `version`, `[proposed]`, `[appealed]`, `[confirmed.<kind>]`."""
    section = Section("desk_notes.toml", table)
    version = section.get("version", str)
    kinds = section.inner("confirmed")
    confirmed = {kind: _note(kinds.inner(kind)) for kind in kinds.keys}
    if "other" not in confirmed:
        raise kinds.error("other", "is missing")
    return DeskNotes(
        version=version,
        proposed=_note(section.inner("proposed")),
        appealed=_note(section.inner("appealed")),
        confirmed=confirmed,
        other=confirmed["other"],
    )


def _note(section: Section) -> DeskNote:
    section.require_only("note_en", "note_zh")
    return DeskNote(section.text("note_en"), section.text("note_zh"))


def _front_desk(section: Section) -> FrontDesk:
    section.require_only("desk", "level")
    return FrontDesk(section.text("desk"), cast("Level", section.level("level")))


def _promising(clocks: ClockPolicy) -> ClockPolicy:
    for grade in GRADES:
        if clocks.clock(grade, FIRST_REPLY) is None:
            raise PolicyFileError("clocks.toml", f"presets.{grade}", "promises the customer no first reply")
    return clocks


def _calendars() -> Mapping[str, Any]:
    return {"always": ALWAYS, "business": business_calendar_from(policy_table(SERVICE, "calendar.toml"))}


def _merged(left: dict[str, Any], right: dict[str, Any]) -> dict[str, Any]:
    both = {key: _merged(left[key], right[key]) for key in left.keys() & right.keys()}
    return {**left, **right, **both}
