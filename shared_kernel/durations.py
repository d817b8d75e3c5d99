"""How long: a whole number of a unit. When it ends is a calendar's answer (`calendars.py`)."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args

Unit = Literal["minutes", "hours", "days", "weeks", "months", "business_hours", "business_days"]
UNITS: Final[tuple[Unit, ...]] = get_args(Unit)


class CalendarError(ValueError):
    """A calendar or duration that cannot be; the message names the calendar and the key."""


@dataclass(frozen=True, slots=True)
class Duration:
    """A whole number, at least one, of a unit. Which instant ends it is the calendar's answer."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if type(self.amount) is not int or self.amount < 1:
            raise CalendarError(f"amount must be a whole number of at least 1, not {self.amount!r}")
        if self.unit not in UNITS:
            raise CalendarError(f"unit must be one of {', '.join(UNITS)}, not {self.unit!r}")


def months_after(day: date, months: int) -> date:
    """Return the same day number so many months later, the month's last day where it has no such number."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
