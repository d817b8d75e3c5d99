"""A date still ahead that the customer must meet: the loss can be prevented, so it has not ended (guide, T16)."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from services.intake.domain.classify.model import Evidence
from services.intake.domain.classify.reading import Reading

POINTS = 1.6
# Further away than this, a date says nothing about urgency.
_AHEAD_MAX = timedelta(days=60)
# A date without a year that fell this long ago is meant for the next year.
_LONG_AGO = timedelta(days=270)

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<name>{'|'.join(_MONTHS)})[a-z]*\.?"
_DUE_ZH = r"[^,。!?;\n]{0,4}(?:前|截止|到期|出发|开学|开庭|手术|考试|起飞|入学|签约|要用|要还|就要)"
_DUE_EN = r"\b(?:by|before|deadline(?: is)?|due(?: on)?|expires?(?: on)?|leav\w+(?: on)?|travel\w*(?: on)?|fly\w*(?: on)?|flight(?: is)? on|no later than) (?:the )?"
_PATTERNS = (
    re.compile(r"(?:(?P<year>20\d\d)年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]" + _DUE_ZH),
    re.compile(_DUE_EN + r"(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)\b"),
    re.compile(
        _DUE_EN + r"(?P<day>\d{1,2})(?:st|nd|rd|th)?(?: of)? " + _MONTH + r"(?:,? (?P<year>20\d\d))?\b"
    ),
    re.compile(_DUE_EN + _MONTH + r" (?P<day>\d{1,2})(?:st|nd|rd|th)?(?:,? (?P<year>20\d\d))?\b"),
)


def deadline_ahead(reading: Reading, received_at: datetime | None, language: str) -> Evidence | None:
    """Return a cue when the text names a date to be met within sixty days after it was received."""
    if received_at is None:
        return None
    today = received_at.date()
    for pattern in _PATTERNS:
        for match in pattern.finditer(reading.text):
            named = _date(match, today)
            if named is not None and today <= named <= today + _AHEAD_MAX:
                return Evidence(match.start(), match.end(), f"timing.deadline_ahead.{language}", POINTS)
    return None


def _date(match: re.Match[str], today: date) -> date | None:
    groups = match.groupdict()
    name = groups.get("name")
    month = _MONTHS.index(name) + 1 if name else int(groups["month"])
    year = int(groups["year"]) if groups.get("year") else today.year
    try:
        named = date(year, month, int(groups["day"]))
        if groups.get("year") is None and today - named > _LONG_AGO:
            named = named.replace(year=year + 1)
    except ValueError:
        return None
    return named
