"""The tables compensation decides by, as data: limits of authority, terms. Read from files elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from shared_kernel.money import Money
from shared_kernel.roles import LADDER

# What may last only so long, however often it is prolonged.
MOVES: Final = ("shelve", "refer")


@dataclass(frozen=True, slots=True)
class LevelLimits:
    """What one level may give away for one complaint, and in one day: the whole day, in that currency alone."""

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

    def day_used(self, level: str, given: Iterable[Money]) -> Fraction | None:
        """Return which part of a level's day sums use up together, each by its own currency's limit.

        The table says the same day in each currency, so its limits relate them and no rate of exchange is needed. None
        where a sum is of a currency, or of a day, without a limit.
        """
        used = Fraction(0)
        for each in given:
            limits = self.of(level, each.currency)
            if each.amount and (limits is None or not limits.per_day.amount):
                return None
            if each.amount and limits is not None:
                used += Fraction(each.amount) / Fraction(limits.per_day.amount)
        return used

    def _reaches(self, level: str, total: Money) -> bool:
        limits = self.of(level, total.currency)
        return limits is not None and total <= limits.per_case


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How long offers, links, rests and payments last, what far outside means, and the codes an offer may use.

    `approval` is how long an offer may wait for one, `letter` how long after an agreement the first signing link
    goes out at the latest, `payee` how long an account may be waited for after a payment came back,
    `review` how long two words about one payment may stand against each other.

    An offer of more than `like_for_like_factor` times what the like received, or of less than that part of it,
    needs a reason. `remedies` are what an offer gives beside its sum, with the lowest level that may promise each.
    """

    version: str
    offer_hours: int
    offer_hours_max: int
    approval: timedelta
    letter: timedelta
    link: timedelta
    payment: timedelta
    payee: timedelta
    review: timedelta
    longest: Mapping[str, timedelta]
    like_for_like_factor: Decimal
    concessions: frozenset[str]
    remedies: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NegotiationPolicy:
    """All that a negotiation is decided by."""

    limits: LimitTable
    terms: Terms

    @property
    def version(self) -> str:
        """The versions of both tables, as they stand in `opened`."""
        return f"{self.limits.version} {self.terms.version}"
