"""The kinds of field that outside doors accept: each refuses by a rule name and never repairs a value."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from shared_kernel.money import MoneyError, minor_unit, money

YEAR_MIN: Final = 1970
YEAR_MAX: Final = 9998  # one year short of datetime's own, so that no zone can push it over
DIGITS_MIN: Final = 3

AMOUNT_PATTERN: Final = r"^(0|[1-9][0-9]{0,14})(\.[0-9]{1,4})?$"

_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})?"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_AMOUNT = re.compile(AMOUNT_PATTERN, re.ASCII)


def wrong(rule: str, **context: Any) -> PydanticCustomError:
    """Return the error a validator raises: its type is the rule, `context` holds limits, never input."""
    # The rule serves as the message too: a free message is where an input value would slip in.
    return PydanticCustomError(rule, rule, context or None)


def without_nul(text: str) -> str:
    """Return the text; refuse U+0000, which PostgreSQL cannot hold."""
    if "\0" in text:
        raise wrong("nul_character")
    return text


def on_one_line(text: str) -> str:
    """Return the text; refuse line breaks and other control characters."""
    if _CONTROL.search(without_nul(text)):
        raise wrong("control_character")
    return text


def instant(value: Any) -> datetime:
    """Return an instant from RFC 3339 text with a zone; a number or a date alone is refused."""
    text = value.isoformat() if isinstance(value, datetime) else value
    if not isinstance(text, str) or not (form := _RFC3339.fullmatch(text)):
        raise wrong("time_malformed")
    if form[2] is None:
        raise wrong("time_without_zone")
    try:
        found = datetime.fromisoformat(text.upper())
    except ValueError:
        raise wrong("time_malformed") from None
    if not YEAR_MIN <= found.year <= YEAR_MAX:
        raise wrong("time_out_of_range")
    return found


def plain_date(value: Any) -> date:
    """Return a calendar date; plain dates have no zone (`domain.md` 2)."""
    text = value.isoformat() if isinstance(value, date) else value
    if not isinstance(text, str) or not _DATE.fullmatch(text):
        raise wrong("date_malformed")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise wrong("date_malformed") from None


def amount_text(value: Any) -> str:
    """Return the decimal string of an amount; a JSON number is refused, because it may be a binary float."""
    if not isinstance(value, str):
        raise wrong("amount_not_text")
    if re.fullmatch(r"-[0-9]+(\.[0-9]+)?", value, re.ASCII):
        raise wrong("amount_negative")
    if not _AMOUNT.fullmatch(value):
        raise wrong("amount_not_decimal")
    return value


def payable_currency(code: str) -> str:
    """Return the ISO 4217 code of money somebody can be paid in."""
    try:
        minor_unit(code)
    except MoneyError as error:
        raise wrong(error.rule) from None
    return code


def exact_sum(amount: str, currency: str) -> None:
    """Refuse an amount that its currency cannot express, naming the member at fault."""
    try:
        money(amount, currency)
    except MoneyError as error:
        raise wrong(error.rule, member=error.field) from None


def whole_sum(amount: str | None, currency: str | None) -> None:
    """Refuse half a sum, and an amount that its currency cannot express; none at all is none."""
    if amount is None and currency is None:
        return
    if amount is None or currency is None:
        raise wrong("sum_incomplete")
    exact_sum(amount, currency)


def _dialable(text: str) -> str:
    if sum(character.isdigit() for character in text) < DIGITS_MIN:
        raise wrong("phone_without_digits")
    return text


def _mailable(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise wrong("not_an_email")
    return text


def _known_zone(name: str) -> str:
    if not _is_time_zone(name):
        raise wrong("unknown_time_zone")
    return name


@lru_cache(maxsize=1024)
def _is_time_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True


Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(on_one_line)
]
Paragraph = Annotated[str, StringConstraints(min_length=1, max_length=4_000), AfterValidator(without_nul)]
# Long enough for a regulator's letter with its annex; three such texts in UTF-8 still fit the body's limit.
Narrative = Annotated[str, StringConstraints(min_length=1, max_length=25_000), AfterValidator(without_nul)]
Slug = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Phone = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=3, max_length=40),
    AfterValidator(on_one_line),
    AfterValidator(_dialable),
]
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=3, max_length=254),
    AfterValidator(on_one_line),
    AfterValidator(_mailable),
]
Instant = Annotated[datetime, BeforeValidator(instant)]
PlainDate = Annotated[date, BeforeValidator(plain_date)]
TimeZone = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(_known_zone)]
AmountText = Annotated[
    str,
    BeforeValidator(amount_text),
    WithJsonSchema({"type": "string", "pattern": AMOUNT_PATTERN}),
]
PayableCurrency = Annotated[
    str,
    AfterValidator(payable_currency),
    WithJsonSchema({"type": "string", "pattern": "^[A-Z]{3}$"}),
]
