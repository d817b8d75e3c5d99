"""The policy data a complaint is decided by, as one frozen value per version of the files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.intake.domain.complaint.values import Level
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
class ComplaintPolicy:
    """Grade table, clocks and front desks, each with its own version."""

    grades: GradeTable
    clocks: ClockPolicy
    front_desks: FrontDesks
