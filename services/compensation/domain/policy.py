"""The tables compensation decides by, as data: limits of authority, terms. Read from files elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

from shared_kernel.money import Money
from shared_kernel.roles import LADDER

# What may last only so long, however often it is prolonged.
MOVES: Final = ("shelve", "refer")


@dataclass(frozen=True, slots=True)
class LevelLimits:
    """What one level may give away for one complaint, and in one day."""

    per_case: Money
    per_day: Money


@dataclass(frozen=True, slots=True)
class LimitTable:
    """The limits of every level, by currency. They never fall from one rung to the next."""

    version: str
    by_currency: Mapping[str, Mapping[str, LevelLimits]]

    def of(self, level: str, currency: str) -> LevelLimits | None:
        """Return a level's limits, None for a currency the table does not know."""
        return self.by_currency.get(currency, {}).get(level)

    def level_for(self, total: Money, at_least: str) -> str | None:
        """Return the lowest level, not below `at_least`, that may give so much for one complaint."""
        rungs = LADDER[LADDER.index(at_least) :]
        fitting = (level for level in rungs if self._reaches(level, total))
        return next(fitting, None)

    def _reaches(self, level: str, total: Money) -> bool:
        limits = self.of(level, total.currency)
        return limits is not None and total <= limits.per_case


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How long offers, links, rests and payments last, what far outside means, and the codes an offer may use.

    `payee` is how long an account may be waited for after a payment came back.

    An offer of more than `like_for_like_factor` times what the like received, or of less than that part of it,
    needs a reason.
    """

    version: str
    offer_hours: int
    offer_hours_max: int
    link: timedelta
    payment: timedelta
    payee: timedelta
    longest: Mapping[str, timedelta]
    like_for_like_factor: Decimal
    concessions: frozenset[str]
    remedies: frozenset[str]


@dataclass(frozen=True, slots=True)
class NegotiationPolicy:
    """All that a negotiation is decided by."""

    limits: LimitTable
    terms: Terms

    @property
    def version(self) -> str:
        """The versions of both tables, as they stand in `opened`."""
        return f"{self.limits.version} {self.terms.version}"
