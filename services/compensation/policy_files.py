"""Reads compensation's policy data from `policies/*.toml`, once, when the service is composed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from importlib.resources import files
from typing import Any, Final, TypeVar, cast

from services.compensation.domain.policy import MOVES, LevelLimits, LimitTable, NegotiationPolicy, Terms
from shared_kernel.money import Money, MoneyError, money
from shared_kernel.roles import LADDER

T = TypeVar("T")

_VERSION: Final = "version"


class PolicyFileError(ValueError):
    """A policy file that says too little or too much; names file and key."""

    def __init__(self, file: str, key: str, why: str) -> None:
        super().__init__(f"{file}: {key} {why}")
        self.file = file
        self.key = key


def load_negotiation_policy() -> NegotiationPolicy:
    """Return the limits and terms as shipped. Raises PolicyFileError naming what is wrong."""
    return NegotiationPolicy(limits_from(_read("limits.toml")), terms_from(_read("terms.toml")))


def load_refusals() -> Mapping[str, Mapping[str, str]]:
    """Return, by rule name, the titles and remedies in both languages."""
    return cast("Mapping[str, Mapping[str, str]]", _read("refusals.toml"))


def limits_from(table: Mapping[str, Any]) -> LimitTable:
    """Return the limits of `[<currency>]` tables: every level has both, and neither falls on the way up."""
    section = _Section("limits.toml", "", table)
    currencies = [name for name in table if name != _VERSION]
    if not currencies:
        raise PolicyFileError("limits.toml", "", "must name a currency")
    return LimitTable(
        version=section.get(_VERSION, str),
        by_currency={currency: _levels(section.inner(currency), currency) for currency in currencies},
    )


def terms_from(table: Mapping[str, Any]) -> Terms:
    """Return the terms of `[offers]`, `[signing]`, `[payment]`, `[longest_days]`, `[like_for_like]` and `[codes]`."""
    section = _Section("terms.toml", "", table)
    offers, longest, codes = section.inner("offers"), section.inner("longest_days"), section.inner("codes")
    hours, hours_max = offers.count("hours"), offers.count("hours_max")
    if hours > hours_max:
        raise offers.error("hours", "must not be above hours_max")
    return Terms(
        version=section.get(_VERSION, str),
        offer_hours=hours,
        offer_hours_max=hours_max,
        link=timedelta(hours=section.inner("signing").count("link_hours")),
        payment=timedelta(days=section.inner("payment").count("days")),
        longest={move: timedelta(days=longest.count(move)) for move in MOVES},
        like_for_like_factor=section.inner("like_for_like").factor("factor"),
        concessions=codes.codes("concessions"),
        remedies=codes.codes("remedies"),
    )


class _Section:
    """A TOML table that says where it stands when something in it is wrong."""

    def __init__(self, file: str, path: str, table: Mapping[str, Any]) -> None:
        self.file, self.path, self._table = file, path, table

    def get(self, key: str, kind: type[T]) -> T:
        value = self._table.get(key)
        # To Python a truth value is a number; to a policy it is not.
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self.error(key, f"must be a {kind.__name__}")
        return value

    def count(self, key: str) -> int:
        value = self.get(key, int)
        if value < 1:
            raise self.error(key, "must be at least 1")
        return value

    def factor(self, key: str) -> Decimal:
        try:
            value = Decimal(self.get(key, str))
        except InvalidOperation:
            raise self.error(key, "must be a decimal written as a text") from None
        if not value.is_finite() or value < 1:
            raise self.error(key, "must be at least 1")
        return value

    def sum(self, key: str, currency: str) -> Money:
        try:
            return money(self.get(key, str), currency)
        except MoneyError as error:
            raise self.error(key, f"must be exact money: {error.rule}") from None

    def codes(self, key: str) -> frozenset[str]:
        values = self.get(key, list)
        if not values or not all(isinstance(value, str) and value for value in values):
            raise self.error(key, "must be a list of codes")
        return frozenset(values)

    def inner(self, key: str) -> _Section:
        return _Section(self.file, self._at(key), self.get(key, dict))

    def error(self, key: str, why: str) -> PolicyFileError:
        return PolicyFileError(self.file, self._at(key), why)

    def _at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key


def _levels(section: _Section, currency: str) -> Mapping[str, LevelLimits]:
    levels = {}
    for level in LADDER:
        row = section.inner(level)
        levels[level] = LevelLimits(row.sum("per_case", currency), row.sum("per_day", currency))
    rungs = list(levels.values())
    for below, above, level in zip(rungs, rungs[1:], LADDER[1:], strict=False):
        if above.per_case < below.per_case or above.per_day < below.per_day:
            raise section.error(level, "must not be below the rung before")
    return levels


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(
        files("services.compensation").joinpath("policies", name).read_text(encoding="utf-8")
    )
