"""A country's public holidays and make-up working days, year by year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any


@dataclass(frozen=True, slots=True)
class DaysOff:
    """What one year of one country changes: public holidays, and weekend days that are worked instead."""

    holidays: frozenset[date] = frozenset()
    made_up: frozenset[date] = frozenset()


NOTHING_KNOWN = DaysOff()


class UnknownCountryError(LookupError):
    """The `holidays` package has no such country (ISO 3166 alpha-2, upper case)."""


@lru_cache(maxsize=1024)
def days_off(country: str | None, year: int) -> DaysOff:
    """Return the days off of a year; none for no country and for years the package does not know.

    China: the package carries the State Council's notices with their make-up weekends (调休) up to the
    last one published at its release; later years have the statutory holidays alone, years after 2100 none.
    Raises UnknownCountryError.
    """
    if country is None:
        return NOTHING_KNOWN
    try:
        # The following year too: a day worked in late December may stand in for one off in January.
        table: Any = _package().country_holidays(country, years=(year, year + 1), expand=False)
    except NotImplementedError:
        raise UnknownCountryError(country) from None
    return DaysOff(
        holidays=frozenset(day for day in table if day.year == year),
        made_up=frozenset(day for day in getattr(table, "weekend_workdays", ()) if day.year == year),
    )


def _package() -> Any:
    # Imported at the first use: it takes a quarter of a second, and most modules never ask.
    import holidays  # noqa: PLC0415

    return holidays
