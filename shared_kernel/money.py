"""Exact money: a decimal amount and an ISO 4217 currency, never a float, never below zero."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import lru_cache
from typing import Final

import pycountry

# ISO 4217, list one: every currency not named here has two decimals.
_CODES_BY_DECIMALS: Final = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_DECIMALS: Final = {code: places for places, codes in _CODES_BY_DECIMALS.items() for code in codes.split()}
_DECIMALS_USUAL: Final = 2
# In ISO 4217 without a minor unit: metals, units of account, tests, "no currency". Nobody is paid in them.
_NOT_PAYABLE: Final = frozenset(
    {"XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX"}
)

INTEGER_DIGITS_MAX: Final = 15
_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
# An own context, so that the caller's precision and rounding cannot change a sum.
_EXACT = Context(prec=60)


class MoneyError(ValueError):
    """An amount or currency that is no money; `field` is amount or currency, `rule` a stable name."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field}: {rule}")
        self.field = field
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency, at the currency's own decimals; build it with `money`.

    Construction checks everything `money` checks. Adding, subtracting and comparing two currencies
    raises MoneyError("currency", "currency_differs"); so does going below zero, by "amount_negative".
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "amount", _checked(self.amount, self.currency))

    @property
    def text(self) -> str:
        """Return the amount as public messages carry it: plain digits, all decimals of the currency."""
        return format(self.amount, "f")

    def __add__(self, other: Money) -> Money:
        return Money(_EXACT.add(self.amount, self._same(other)), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(_EXACT.subtract(self.amount, self._same(other)), self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)

    def _same(self, other: Money) -> Decimal:
        if self.currency != other.currency:
            raise MoneyError("currency", "currency_differs")
        return other.amount


def money(amount: str | Decimal, currency: str) -> Money:
    """Return exact money.

    Raises MoneyError with the field and one of the rules: amount_not_decimal (a float, a boolean, an
    exponent, separators, digits of another script), amount_negative, amount_too_large (over 15 integer
    digits), too_many_decimals, unknown_currency. In a string the written decimals count: "1.000" JPY is
    refused, because it may mean a thousand.
    """
    if isinstance(amount, str):
        places = minor_unit(currency)
        if not _PLAIN.fullmatch(amount):
            raise MoneyError("amount", "amount_not_decimal")
        if len(amount.partition(".")[2]) > places:
            raise MoneyError("amount", "too_many_decimals")
        return Money(Decimal(amount), currency)
    return Money(amount, currency)


@lru_cache(maxsize=512)
def minor_unit(currency: str) -> int:
    """Return how many decimals a currency has; MoneyError unknown_currency if ISO 4217 knows none by that code."""
    if not isinstance(currency, str) or not re.fullmatch(r"[A-Z]{3}", currency):
        raise MoneyError("currency", "unknown_currency")
    if currency in _NOT_PAYABLE or pycountry.currencies.get(alpha_3=currency) is None:
        raise MoneyError("currency", "unknown_currency")
    return _DECIMALS.get(currency, _DECIMALS_USUAL)


def _checked(amount: Decimal, currency: str) -> Decimal:
    places = minor_unit(currency)
    if not isinstance(amount, Decimal) or not amount.is_finite():
        raise MoneyError("amount", "amount_not_decimal")
    if amount < 0:
        raise MoneyError("amount", "amount_negative")
    if amount != 0 and amount.adjusted() >= INTEGER_DIGITS_MAX:
        raise MoneyError("amount", "amount_too_large")
    return _at_places(amount.copy_abs(), places)


def _at_places(amount: Decimal, places: int) -> Decimal:
    scaled = amount.quantize(Decimal(1).scaleb(-places), context=_EXACT)
    if scaled != amount:
        raise MoneyError("amount", "too_many_decimals")
    return scaled
