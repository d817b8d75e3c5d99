"""The urgency grade U1..U4: one ordered table of policy data, first matching row wins (`clocks.md`).

The table must answer every combination; a table that leaves a gap is refused when it is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Final, Literal, TypeAlias, cast, get_args

from services.intake.domain.classify.model import BypassStage, Severity, Timing

Grade: TypeAlias = Literal["U1", "U2", "U3", "U4"]
GroupStage: TypeAlias = Literal["initiator", "followers", "collective"]

GRADES: Final[tuple[Grade, ...]] = get_args(Grade)
_CONDITIONS: Final[Mapping[str, tuple[object, ...]]] = {
    "timing": get_args(Timing),
    "severity": get_args(Severity),
    "threatened": (True, False),
    "bypass": get_args(BypassStage),
    "group_stage": (*get_args(GroupStage), "none"),
}


class GradeTableError(ValueError):
    """A grade table that cannot be read or leaves a combination without a grade; names the row."""

    def __init__(self, row: str, why: str) -> None:
        super().__init__(f"grades, {row}: {why}")
        self.row = row


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a grade depends on. `threatened` means any threat at all; `tier` is the customer's."""

    timing: Timing
    severity: Severity
    threatened: bool = False
    bypass: BypassStage = "none"
    group_stage: GroupStage | None = None
    tier: str | None = None


@dataclass(frozen=True, slots=True)
class Graded:
    """A grade with the row that gave it, whether the tier lifted it, and the table's version."""

    grade: Grade
    rule: str
    lifted: bool
    policy: str


@dataclass(frozen=True, slots=True)
class GradeRow:
    """One row: a condition left out holds for every value."""

    id: str
    grade: Grade
    conditions: Mapping[str, frozenset[object]]

    def holds_for(self, circumstances: Circumstances) -> bool:
        """Say whether every condition of the row holds."""
        found = {
            "timing": circumstances.timing,
            "severity": circumstances.severity,
            "threatened": circumstances.threatened,
            "bypass": circumstances.bypass,
            "group_stage": circumstances.group_stage or "none",
        }
        return all(found[name] in allowed for name, allowed in self.conditions.items())


@dataclass(frozen=True, slots=True)
class GradeTable:
    """One version of the table: ordered rows, and the tiers that lift by one but never above a grade."""

    version: str
    rows: tuple[GradeRow, ...]
    lifting_tiers: frozenset[str]
    lift_up_to: Grade

    def grade(self, circumstances: Circumstances) -> Graded:
        """Return the grade of the first row that holds, lifted by one for a lifting tier."""
        row = next(row for row in self.rows if row.holds_for(circumstances))
        grade = self._lifted(row.grade) if circumstances.tier in self.lifting_tiers else row.grade
        return Graded(grade, row.id, grade != row.grade, self.version)

    def _lifted(self, grade: Grade) -> Grade:
        rank, highest = GRADES.index(grade), GRADES.index(self.lift_up_to)
        return grade if rank <= highest else GRADES[rank - 1]


def grade_table_from(table: Mapping[str, Any]) -> GradeTable:
    """Return the grade table a TOML table describes.

    `version`; `[lift]` with tiers and up_to; `[[rows]]` with id, grade and optional conditions (lists of
    timing, severity, bypass, group_stage, or `threatened = true`). Raises GradeTableError.
    """
    lift = table.get("lift", {})
    found = GradeTable(
        version=_text("version", table.get("version")),
        rows=tuple(_row(row) for row in table.get("rows", ())),
        lifting_tiers=frozenset(lift.get("tiers", ())),
        lift_up_to=_grade("lift", lift.get("up_to", GRADES[0])),
    )
    _answers_everything(found)
    return found


def _row(row: Mapping[str, Any]) -> GradeRow:
    name = _text("row", row.get("id"))
    conditions = {}
    for condition, value in row.items():
        if condition in {"id", "grade"}:
            continue
        if condition not in _CONDITIONS:
            raise GradeTableError(name, f"no such condition: {condition}")
        conditions[condition] = _allowed(name, condition, value if isinstance(value, list) else [value])
    return GradeRow(name, _grade(name, row.get("grade")), conditions)


def _allowed(row: str, condition: str, values: Iterable[object]) -> frozenset[object]:
    allowed = frozenset(values)
    unknown = [value for value in allowed if value not in _CONDITIONS[condition]]
    if unknown or not allowed:
        raise GradeTableError(row, f"{condition} must be some of {_CONDITIONS[condition]}")
    return allowed


def _grade(row: str, value: object) -> Grade:
    if value not in GRADES:
        raise GradeTableError(row, f"grade must be one of {GRADES}")
    return value


def _text(row: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise GradeTableError(row, "must be a text")
    return value


def _answers_everything(table: GradeTable) -> None:
    for timing, severity, threatened, bypass, stage in product(*_CONDITIONS.values()):
        circumstances = Circumstances(
            timing=cast("Timing", timing),
            severity=cast("Severity", severity),
            threatened=bool(threatened),
            bypass=cast("BypassStage", bypass),
            group_stage=None if stage == "none" else cast("GroupStage", stage),
        )
        if not any(row.holds_for(circumstances) for row in table.rows):
            raise GradeTableError("rows", f"no row for {circumstances}")
