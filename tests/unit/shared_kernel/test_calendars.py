from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_kernel.calendars import (
    ALWAYS,
    BusinessCalendar,
    Calendar,
    CalendarError,
    Duration,
    business_calendar_from,
)

SHANGHAI, LONDON, NEW_YORK = (
    ZoneInfo("Asia/Shanghai"),
    ZoneInfo("Europe/London"),
    ZoneInfo("America/New_York"),
)
CN = BusinessCalendar(name="cn", version="1", zone=SHANGHAI, opens=time(9), closes=time(18), country="CN")
GB = BusinessCalendar(name="gb", version="1", zone=LONDON, opens=time(9), closes=time(17), country="GB")
US = BusinessCalendar(name="us", version="1", zone=NEW_YORK, opens=time(8, 30), closes=time(17), country="US")
OFFICES = [CN, GB, US]

FIRST = datetime(2024, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(0, 4 * 365 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))
UNITS = st.sampled_from(
    ["minutes", "hours", "days", "weeks", "months", "business_hours", "business_days"],
)
DURATIONS = st.builds(Duration, st.integers(1, 60), UNITS)
MINUTE = timedelta(minutes=1)


def shanghai(month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        (shanghai(3, 11, 10), 4, shanghai(3, 11, 14)),  # inside
        (shanghai(3, 11, 7), 4, shanghai(3, 11, 13)),  # before opening
        (shanghai(3, 11, 9), 9, shanghai(3, 11, 18)),  # a full day ends at closing time
        (shanghai(3, 11, 20), 1, shanghai(3, 12, 10)),  # after closing
        (shanghai(3, 11, 18), 1, shanghai(3, 12, 10)),  # at closing time
        (shanghai(3, 11, 16), 4, shanghai(3, 12, 11)),  # over the night
        (shanghai(3, 13, 16), 4, shanghai(3, 16, 11)),  # over a weekend
        (shanghai(3, 14, 12), 1, shanghai(3, 16, 10)),  # from a Saturday
        (shanghai(4, 3, 17), 2, shanghai(4, 7, 10)),  # over Tomb-Sweeping, observed on Monday
        (shanghai(9, 30, 17), 2, shanghai(10, 8, 10)),  # over the National Day week
    ],
)
def test_business_hours_run_only_while_the_office_is_open(start: datetime, hours: int, due: datetime) -> None:
    assert due == CN.after(start, Duration(hours, "business_hours"))


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (shanghai(3, 11, 10), 1, shanghai(3, 12, 18)),  # inside: day zero does not count
        (shanghai(3, 11, 7), 1, shanghai(3, 12, 18)),  # before opening: still day zero
        (shanghai(3, 11, 23, 59), 1, shanghai(3, 12, 18)),  # after closing: still day zero
        (shanghai(3, 13, 10), 1, shanghai(3, 16, 18)),  # Friday to Monday
        (shanghai(3, 14, 10), 1, shanghai(3, 16, 18)),  # Saturday to Monday
        (shanghai(9, 30, 10), 1, shanghai(10, 8, 18)),  # over the holiday week
        (shanghai(10, 9, 10), 1, shanghai(10, 10, 18)),  # to a Saturday that is worked (调休)
    ],
)
def test_within_business_days_leaves_out_day_zero(start: datetime, days: int, due: datetime) -> None:
    assert due == CN.after(start, Duration(days, "business_days"))


def test_day_zero_is_the_offices_day_not_the_senders() -> None:
    monday_in_london = datetime(2026, 3, 9, 22, 0, tzinfo=LONDON)  # already Tuesday in Shanghai

    assert shanghai(3, 11, 18) == CN.after(monday_in_london, Duration(1, "business_days"))


def test_chinese_make_up_weekends_are_worked_and_their_days_off_are_not() -> None:
    assert CN.is_open_on(date(2026, 2, 14))  # a Saturday
    assert not CN.is_open_on(date(2026, 2, 20))  # a Friday in its stead
    assert CN.is_open_on(date(2001, 12, 29))  # worked for a day off of the following year


def test_a_year_without_known_holidays_has_weekends_only() -> None:
    saturday, monday = date(2150, 10, 3), date(2150, 10, 5)

    assert not CN.is_open_on(saturday)
    assert CN.is_open_on(monday)
    assert CN.after(datetime(2150, 10, 2, 4, tzinfo=UTC), Duration(1, "business_days")) == datetime(
        2150, 10, 5, 10, tzinfo=UTC
    )


@pytest.mark.parametrize("year", [1, 1900, 1949, 2101, 9998])
def test_no_year_is_too_far_for_a_calendar(year: int) -> None:
    start = datetime(year, 5, 5, tzinfo=UTC)

    assert start < CN.after(start, Duration(3, "business_days")) < start + timedelta(days=15)


def test_the_offices_own_days_win_over_weekend_and_holiday() -> None:
    office = BusinessCalendar(
        name="own",
        version="2",
        zone=SHANGHAI,
        opens=time(9),
        closes=time(18),
        country="CN",
        also_open=frozenset({date(2026, 10, 1)}),
        also_closed=frozenset({date(2026, 3, 11)}),
    )

    assert office.is_open_on(date(2026, 10, 1))
    assert not office.is_open_on(date(2026, 3, 11))


def test_opening_hours_follow_the_wall_clock_across_summer_time() -> None:
    friday_before = datetime(2026, 3, 27, 16, 0, tzinfo=LONDON)  # GMT; summer time begins on Sunday

    due = GB.after(friday_before, Duration(2, "business_hours"))

    assert due == datetime(2026, 3, 30, 10, 0, tzinfo=LONDON)
    assert due == datetime(2026, 3, 30, 9, 0, tzinfo=UTC)


def test_hours_around_the_clock_are_elapsed_hours_across_summer_time() -> None:
    night = datetime(2026, 3, 29, 0, 30, tzinfo=LONDON)

    assert GB.after(night, Duration(2, "hours")) == datetime(2026, 3, 29, 3, 30, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("duration", "due"),
    [
        (Duration(1, "days"), datetime(2026, 10, 26, 0, 0, tzinfo=UTC)),  # day 25 has 25 hours
        (Duration(8, "weeks"), datetime(2026, 12, 20, 0, 0, tzinfo=UTC)),
        (Duration(6, "months"), datetime(2027, 4, 24, 23, 0, tzinfo=UTC)),
    ],
)
def test_calendar_days_of_an_office_end_when_its_last_day_ends(duration: Duration, due: datetime) -> None:
    saturday = datetime(2026, 10, 24, 10, 0, tzinfo=LONDON)

    assert due == GB.after(saturday, duration)


def test_a_month_from_the_thirty_first_ends_with_the_shorter_month() -> None:
    assert ALWAYS.after(datetime(2026, 1, 31, 8, tzinfo=UTC), Duration(1, "months")) == datetime(
        2026, 2, 28, 8, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("unit", "elapsed"),
    [
        ("minutes", timedelta(minutes=3)),
        ("hours", timedelta(hours=3)),
        ("business_hours", timedelta(hours=3)),
        ("days", timedelta(days=3)),
        ("business_days", timedelta(days=3)),
        ("weeks", timedelta(weeks=3)),
    ],
)
def test_around_the_clock_every_hour_counts(unit: Any, elapsed: timedelta) -> None:
    start = shanghai(10, 1, 3)

    assert start + elapsed == ALWAYS.after(start, Duration(3, unit))


@pytest.mark.parametrize("calendar", [ALWAYS, CN])
def test_an_instant_without_a_zone_is_refused(calendar: Calendar) -> None:
    with pytest.raises(CalendarError, match="zone"):
        calendar.after(datetime(2026, 3, 11), Duration(1, "hours"))  # noqa: DTZ001 - the mistake under test


@pytest.mark.parametrize(
    ("amount", "unit"), [(0, "days"), (-1, "days"), (True, "days"), (1.0, "days"), (1, "eons")]
)
def test_a_duration_is_a_whole_number_of_a_known_unit(amount: Any, unit: Any) -> None:
    with pytest.raises(CalendarError):
        Duration(amount, unit)


@given(st.sampled_from([ALWAYS, *OFFICES]), st.tuples(INSTANTS, INSTANTS), DURATIONS)
def test_a_later_start_is_never_due_earlier(
    calendar: Calendar, starts: tuple[datetime, datetime], duration: Duration
) -> None:
    earlier, later = sorted(starts)

    assert calendar.after(earlier, duration) <= calendar.after(later, duration)


@given(st.sampled_from([ALWAYS, *OFFICES]), INSTANTS, st.integers(1, 60), UNITS)
def test_more_of_a_unit_is_due_later_and_never_at_once(
    calendar: Calendar, start: datetime, amount: int, unit: Any
) -> None:
    due = calendar.after(start, Duration(amount, unit))

    assert start < due < calendar.after(start, Duration(amount + 1, unit))


@given(
    st.sampled_from(OFFICES),
    INSTANTS,
    st.integers(1, 60),
    st.sampled_from(["business_hours", "business_days"]),
)
def test_business_time_ends_within_opening_hours(
    office: BusinessCalendar, start: datetime, amount: int, unit: Any
) -> None:
    due = office.after(start, Duration(amount, unit)).astimezone(office.zone)

    assert office.is_open_on(due.date())
    assert office.opens < due.time() <= office.closes


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(OFFICES), INSTANTS, st.integers(1, 12))
def test_business_hours_agree_with_walking_minute_by_minute(
    office: BusinessCalendar, start: datetime, hours: int
) -> None:
    assert office.after(start, Duration(hours, "business_hours")) == walked(office, start, hours)


def walked(office: BusinessCalendar, start: datetime, hours: int) -> datetime:
    """The slow truth: count each open minute."""
    now, left = start, hours * 60
    while left:
        local = now.astimezone(office.zone)
        left -= office.opens <= local.time() < office.closes and office.is_open_on(local.date())
        now += MINUTE
    return now


@given(INSTANTS, st.integers(1, 20))
def test_business_days_agree_with_counting_open_days(start: datetime, count: int) -> None:
    due = US.after(start, Duration(count, "business_days")).astimezone(NEW_YORK)
    day_zero = start.astimezone(NEW_YORK).date()
    after_day_zero = (day_zero + timedelta(days=n) for n in range(1, (due.date() - day_zero).days + 1))

    assert count == sum(US.is_open_on(day) for day in after_day_zero)
    assert due.time() == US.closes


TABLE = {
    "name": "de",
    "version": "1",
    "zone": "Europe/Berlin",
    "opens": time(8),
    "closes": time(16),
    "weekend": ["saturday", "sunday"],
    "holidays": "DE",
    "also_closed": [date(2026, 12, 24)],
}


def test_a_table_describes_a_calendar() -> None:
    office = business_calendar_from(TABLE)

    assert (office.name, office.version, office.country) == ("de", "1", "DE")
    assert not office.is_open_on(date(2026, 12, 24))
    assert not office.is_open_on(date(2026, 10, 3))
    assert office.is_open_on(date(2026, 12, 23))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", None),
        ("version", 1),
        ("zone", "Europe/Atlantis"),
        ("zone", "../etc/passwd"),
        ("opens", "08:00"),
        ("closes", time(7)),
        ("opens", time(8, tzinfo=UTC)),
        ("weekend", ["sonntag"]),
        ("weekend", "sunday"),
        ("weekend", ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]),
        ("holidays", "XX"),
        ("holidays", 49),
        ("also_open", ["2026-01-01"]),
        ("also_closed", [datetime(2026, 1, 1, tzinfo=UTC)]),
        ("lunch", "12:00"),
    ],
)
def test_a_broken_calendar_table_is_refused_by_its_key(key: str, value: Any) -> None:
    with pytest.raises(CalendarError, match=key):
        business_calendar_from({**TABLE, key: value})
