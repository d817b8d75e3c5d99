"""The clocks of a complaint: how long each grade gives, by which calendar, from which event to which.

Pure policy: a clock is looked up and a due time computed; nothing here knows whether it ran out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shared_kernel.calendars import ALWAYS, Calendar, CalendarError, Duration

_UNIT_WORDS: Final = {
    "minutes": ("minute", "minutes", "分钟"),
    "hours": ("hour", "hours", "小时"),
    "days": ("day", "days", "天"),
    "weeks": ("week", "weeks", "周"),
    "months": ("month", "months", "个月"),
    "business_hours": ("business hour", "business hours", "个工作小时"),
    "business_days": ("business day", "business days", "个工作日"),
}


class ClockError(ValueError):
    """A clock table that cannot be read, or a clock or grade it does not have; names table and key."""

    def __init__(self, table: str, key: str, why: str) -> None:
        super().__init__(f"{table}.{key}: {why}")
        self.table = table
        self.key = key


@dataclass(frozen=True, slots=True)
class Explanation:
    """A clock in words: for the customer's promise and the handler's screen. `calendar` is name@version."""

    text_en: str
    text_zh: str
    source: str
    calendar: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockKind:
    """What all grades share of one clock: the events that start it, the event that stops it, its words."""

    name: str
    starts: tuple[str, ...]
    stops: str
    text_en: str
    text_zh: str


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock of one grade."""

    kind: ClockKind
    duration: Duration
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class ClockPolicy:
    """All clocks of all grades, as one version of the policy data; build it with `clock_policy_from`."""

    version: str
    source: str
    kinds: Mapping[str, ClockKind]
    presets: Mapping[str, Mapping[str, Clock]]

    def clock(self, grade: str, clock: str) -> Clock | None:
        """Return a grade's clock, None where the grade has no such clock.

        Raises ClockError when the policy has no such grade or no such clock at all.
        """
        if grade not in self.presets:
            raise ClockError("presets", grade, "no such grade")
        if clock not in self.kinds:
            raise ClockError("clocks", clock, "no such clock")
        return self.presets[grade].get(clock)

    def started_by(self, grade: str, event: str) -> tuple[str, ...]:
        """Return the names of the grade's clocks that an event type (`complaint.registered`) starts."""
        if grade not in self.presets:
            raise ClockError("presets", grade, "no such grade")
        return tuple(name for name, found in self.presets[grade].items() if event in found.kind.starts)

    def due(self, grade: str, clock: str, start: datetime) -> datetime | None:
        """Return the instant (UTC) by which a clock started at `start` is due, None without such a clock.

        A regraded complaint asks again with the same start (`clocks.md`). Raises ClockError as `clock`.
        """
        found = self.clock(grade, clock)
        return None if found is None else found.calendar.after(start, found.duration)

    def explain(self, grade: str, clock: str) -> Explanation:
        """Return a clock in both languages. Raises ClockError also where the grade has no such clock."""
        found = self.clock(grade, clock)
        if found is None:
            raise ClockError(f"presets.{grade}", clock, "no such clock in this grade")
        english, chinese = duration_words(found.duration, found.calendar)
        return Explanation(
            text_en=found.kind.text_en.format(duration=english),
            text_zh=found.kind.text_zh.format(duration=chinese),
            source=f"{self.source} {self.version}, {grade}",
            calendar=f"{found.calendar.name}@{found.calendar.version}",
        )


def duration_words(duration: Duration, calendar: Calendar) -> tuple[str, str]:
    """Return a duration in English and Chinese; short ones around the clock say 24×7."""
    one, many, chinese = _UNIT_WORDS[duration.unit]
    all_hours = calendar is ALWAYS and duration.unit in {"minutes", "hours"}
    english = f"{duration.amount} {one if duration.amount == 1 else many}"
    return (
        f"{english} (24×7)" if all_hours else english,
        f"{duration.amount}{chinese}（24×7）" if all_hours else f"{duration.amount}{chinese}",
    )


def clock_policy_from(table: Mapping[str, Any], calendars: Mapping[str, Calendar]) -> ClockPolicy:
    """Return the policy a TOML table describes.

    `version`, `source`; `[clocks.<name>]` with starts (event types), stops, text_en, text_zh (both with
    the word {duration}); `[presets.<grade>]` with `<name> = {amount, unit, calendar}`, the calendar being
    a key of `calendars`. Raises ClockError naming the table and key.
    """
    kinds = {name: _kind(name, body) for name, body in _table(table, "", "clocks").items()}
    presets = {
        grade: {
            name: _clock(f"presets.{grade}", name, (body, kinds, calendars)) for name, body in clocks.items()
        }
        for grade in _table(table, "", "presets")
        for clocks in [_table(table["presets"], "presets", grade)]
    }
    return ClockPolicy(_text(table, "", "version"), _text(table, "", "source"), kinds, presets)


def _kind(name: str, body: Any) -> ClockKind:
    where = f"clocks.{name}"
    if not isinstance(body, Mapping):
        raise ClockError("clocks", name, "must be a table")
    starts = body.get("starts")
    if not isinstance(starts, list) or not starts or not all(isinstance(event, str) for event in starts):
        raise ClockError(where, "starts", "must be a list of event types")
    texts = {key: _text(body, where, key) for key in ("text_en", "text_zh")}
    for key, text in texts.items():
        if text.count("{duration}") != 1 or text.count("{") != 1 or text.count("}") != 1:
            raise ClockError(where, key, "must contain {duration} once and no other braces")
    return ClockKind(name=name, starts=tuple(starts), stops=_text(body, where, "stops"), **texts)


def _clock(
    where: str, name: str, parts: tuple[Any, Mapping[str, ClockKind], Mapping[str, Calendar]]
) -> Clock:
    body, kinds, calendars = parts
    if name not in kinds:
        raise ClockError(where, name, "no such clock among [clocks]")
    if not isinstance(body, Mapping) or set(body) != {"amount", "unit", "calendar"}:
        raise ClockError(where, name, "must be a table of exactly amount, unit and calendar")
    if not isinstance(body["calendar"], str) or body["calendar"] not in calendars:
        raise ClockError(f"{where}.{name}", "calendar", f"must be one of {', '.join(sorted(calendars))}")
    try:
        duration = Duration(body["amount"], body["unit"])
    except CalendarError as error:
        raise ClockError(where, name, str(error)) from None
    return Clock(kinds[name], duration, calendars[body["calendar"]])


def _table(table: Mapping[str, Any], where: str, key: str) -> Mapping[str, Any]:
    found = table.get(key)
    if not isinstance(found, Mapping):
        raise ClockError(where or "top", key, "must be a table")
    return found


def _text(table: Mapping[str, Any], where: str, key: str) -> str:
    found = table.get(key)
    if not isinstance(found, str) or not found:
        raise ClockError(where or "top", key, "must be a text")
    return found
