"""The policy data a complaint is decided by, as one frozen value per version of the files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from services.intake.domain.complaint.values import Flag, Level
from services.intake.domain.grading import GradeTable
from shared_kernel.clocks import ClockPolicy


@dataclass(frozen=True, slots=True)
class FrontDesk:
    """The desk that owns what no person has recorded."""

    desk: str
    level: Level


@dataclass(frozen=True, slots=True)
class FrontDesks:
    """The front desk of each source (`domain.md` 2: first-contact owner); others go to `default`."""

    version: str
    default: FrontDesk
    by_source: Mapping[str, FrontDesk]

    def of(self, source: str) -> FrontDesk:
        """Return the front desk of a source."""
        return self.by_source.get(source, self.default)


@dataclass(frozen=True, slots=True)
class DeskNote:
    """What the desk reads about a flag, in both languages."""

    note_en: str
    note_zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskNotes:
    """The notes by kind of a confirmed flag, and one each for what is proposed or appealed."""

    version: str
    proposed: DeskNote
    appealed: DeskNote
    confirmed: Mapping[str, DeskNote]
    other: DeskNote

    def of(self, flag: Flag) -> DeskNote:
        """Return the note of a flag."""
        match flag.state:
            case "proposed":
                return self.proposed
            case "appealed":
                return self.appealed
            case "confirmed":
                return self.confirmed.get(flag.kind, self.other)
            case _:
                assert_never(flag.state)


@dataclass(frozen=True, slots=True)
class ComplaintPolicy:
    """Grade table, clocks, front desks and notes for the desk, each with its own version."""

    grades: GradeTable
    clocks: ClockPolicy
    front_desks: FrontDesks
    desk_notes: DeskNotes
