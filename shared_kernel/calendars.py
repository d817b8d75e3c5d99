"""When a period ends: around the clock, or by an office's opening hours and a country's holidays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, Protocol, TypeVar, assert_never
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared_kernel.days_off import UnknownCountryError, days_off
from shared_kernel.durations import CalendarError, Duration, Unit, months_after

__all__ = [
    "ALWAYS",
    "AroundTheClock",
    "BusinessCalendar",
    "Calendar",
    "CalendarError",
    "Duration",
    "Unit",
    "business_calendar_from",
]

T = TypeVar("T")

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_REQUIRED: Final = frozenset({"name", "version", "zone", "opens", "closes"})
_OPTIONAL: Final = frozenset({"weekend", "holidays", "also_open", "also_closed"})
# Any year the package knows: reading it at start-up finds a wrong country before a complaint does.
_PROBE_YEAR: Final = 2025
_ONE_DAY: Final = timedelta(days=1)


class Calendar(Protocol):
    """What counts as time. Two calendars of one name and version always answer alike."""

    @property
    def name(self) -> str:
        """The calendar's name in policy data."""

    @property
    def version(self) -> str:
        """The version of its data, written into what is decided by it."""

    def after(self, start: datetime, duration: Duration) -> datetime:
        """Return the instant (in UTC) at which `duration` from `start` has run out.

        Raises CalendarError when `start` has no zone.
        """


@dataclass(frozen=True, slots=True)
class AroundTheClock:
    """24×7: every hour counts, a day is 24 hours, a month ends at the same hour and day number (UTC)."""

    name: str = "always"
    version: str = "1"

    def after(self, start: datetime, duration: Duration) -> datetime:
        """Return `start` plus the elapsed time."""
        begin, amount = _instant(start), duration.amount
        match duration.unit:
            case "minutes":
                return begin + timedelta(minutes=amount)
            case "hours" | "business_hours":
                return begin + timedelta(hours=amount)
            case "days" | "business_days":
                return begin + timedelta(days=amount)
            case "weeks":
                return begin + timedelta(weeks=amount)
            case "months":
                return datetime.combine(months_after(begin.date(), amount), begin.timetz())
            case _:
                assert_never(duration.unit)


ALWAYS: Final = AroundTheClock()


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessCalendar:
    """One office: its wall clock, its opening hours and the days it is closed.

    Minutes and hours are elapsed time. Business hours run only while the office is open. A number of
    business days leaves out the day of the start (day zero, also when that day had not opened yet or had
    already closed) and ends at closing time of the last; a number of calendar days, weeks or months
    leaves it out too and ends when the last day ends, at midnight of the zone.

    Holidays are those of `country` as the `holidays` package knows them, with China's make-up working
    weekends (调休) of every year it has the State Council's notice for; a year it does not know has
    weekends only. `also_open` and `also_closed` are the office's own days and win over both.
    """

    name: str
    version: str
    zone: ZoneInfo
    opens: time
    closes: time
    weekend: frozenset[int] = frozenset({5, 6})
    country: str | None = None
    also_open: frozenset[date] = frozenset()
    also_closed: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if self.opens.tzinfo is not None or self.closes.tzinfo is not None:
            raise CalendarError(f"calendar {self.name}: opens and closes are wall-clock times without a zone")
        if self.opens >= self.closes:
            raise CalendarError(f"calendar {self.name}: opens must be earlier than closes")
        if not self.weekend < frozenset(range(len(WEEKDAYS))):
            raise CalendarError(f"calendar {self.name}: weekend must leave a working day")

    def is_open_on(self, day: date) -> bool:
        """Say whether the office opens at all on a day."""
        if day in self.also_open:
            return True
        if day in self.also_closed:
            return False
        known = days_off(self.country, day.year)
        return day in known.made_up or (day.weekday() not in self.weekend and day not in known.holidays)

    def after(self, start: datetime, duration: Duration) -> datetime:
        """Return the instant in UTC; one of business time lies within opening hours, closing time included."""
        begin, amount = _instant(start), duration.amount
        day_zero = begin.astimezone(self.zone).date()
        match duration.unit:
            case "minutes" | "hours":
                return ALWAYS.after(begin, duration)
            case "business_hours":
                return self._after_open_time(begin, timedelta(hours=amount))
            case "business_days":
                return self._at(self._open_day_after(day_zero, amount), self.closes)
            case "days":
                return self._end_of(day_zero + timedelta(days=amount))
            case "weeks":
                return self._end_of(day_zero + timedelta(weeks=amount))
            case "months":
                return self._end_of(months_after(day_zero, amount))
            case _:
                assert_never(duration.unit)

    def _open_day_after(self, day: date, count: int) -> date:
        while count:
            day += _ONE_DAY
            count -= self.is_open_on(day)
        return day

    def _after_open_time(self, begin: datetime, left: timedelta) -> datetime:
        day = begin.astimezone(self.zone).date()
        while True:
            if self.is_open_on(day):
                opened, closed = max(begin, self._at(day, self.opens)), self._at(day, self.closes)
                if left <= closed - opened:
                    return opened + left
                left -= max(closed - opened, timedelta(0))
            day += _ONE_DAY

    def _at(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, self.zone).astimezone(UTC)

    def _end_of(self, day: date) -> datetime:
        return self._at(day + _ONE_DAY, time.min)


def _instant(start: datetime) -> datetime:
    if start.utcoffset() is None:
        raise CalendarError("start must carry a zone")
    return start.astimezone(UTC)


def business_calendar_from(table: Mapping[str, Any]) -> BusinessCalendar:
    """Return the business calendar a TOML table describes.

    Keys: name, version, zone (IANA), opens and closes (TOML local times); optional weekend (English day
    names, default Saturday and Sunday), holidays (ISO 3166 country code), also_open and also_closed
    (dates). Raises CalendarError naming the calendar and the key.
    """
    name = _value(table, "name", str)
    unknown = sorted(set(table) - _REQUIRED - _OPTIONAL)
    if unknown:
        raise CalendarError(f"calendar {name}: unknown key {unknown[0]}")
    return BusinessCalendar(
        name=name,
        version=_value(table, "version", str),
        zone=_zone(table),
        opens=_value(table, "opens", time),
        closes=_value(table, "closes", time),
        weekend=_weekend(table),
        country=_country(table),
        also_open=_dates(table, "also_open"),
        also_closed=_dates(table, "also_closed"),
    )


def _value(table: Mapping[str, Any], key: str, kind: type[T]) -> T:
    found = table.get(key)
    if not isinstance(found, kind):
        raise CalendarError(f"calendar {table.get('name', '?')}: {key} must be a {kind.__name__}")
    return found


def _zone(table: Mapping[str, Any]) -> ZoneInfo:
    key = _value(table, "zone", str)
    try:
        return ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise CalendarError(f"calendar {table['name']}: zone {key!r} is not an IANA time zone") from None


def _weekend(table: Mapping[str, Any]) -> frozenset[int]:
    days = table.get("weekend", ["saturday", "sunday"])
    if not isinstance(days, list) or not all(day in WEEKDAYS for day in days):
        raise CalendarError(f"calendar {table['name']}: weekend must be a list of English day names")
    return frozenset(WEEKDAYS.index(day) for day in days)


def _country(table: Mapping[str, Any]) -> str | None:
    if "holidays" not in table:
        return None
    country = _value(table, "holidays", str)
    try:
        days_off(country, _PROBE_YEAR)
    except UnknownCountryError:
        raise CalendarError(f"calendar {table['name']}: holidays: no such country {country!r}") from None
    return country


def _dates(table: Mapping[str, Any], key: str) -> frozenset[date]:
    days = table.get(key, [])
    # A datetime is a date to Python, but not to a calendar.
    if not isinstance(days, list) or not all(type(day) is date for day in days):
        raise CalendarError(f"calendar {table['name']}: {key} must be a list of dates")
    return frozenset(days)
