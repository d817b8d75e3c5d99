"""Reads compensation's policy data from `policies/*.toml`, once, when the service is composed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from hosting.policy_files import PolicyFileError, Section, policy_table
from services.compensation.domain.policy import MOVES, LevelLimits, LimitTable, NegotiationPolicy, Terms
from shared_kernel.roles import LADDER

_VERSION: Final = "version"
SERVICE: Final = "services.compensation"


def load_negotiation_policy() -> NegotiationPolicy:
    """Return the limits and terms as shipped. Raises PolicyFileError naming what is wrong."""
    return NegotiationPolicy(
        limits_from(policy_table(SERVICE, "limits.toml")), terms_from(policy_table(SERVICE, "terms.toml"))
    )


def load_refusals() -> Mapping[str, Mapping[str, str]]:
    """Return, by rule name, the titles and remedies in both languages."""
    return cast("Mapping[str, Mapping[str, str]]", policy_table(SERVICE, "refusals.toml"))


def limits_from(table: Mapping[str, Any]) -> LimitTable:
    """Return the limits of `[<currency>]` tables: every level has both, and neither falls on the way up."""
    section = Section("limits.toml", table)
    currencies = [name for name in table if name != _VERSION]
    if not currencies:
        raise PolicyFileError("limits.toml", "", "must name a currency")
    return LimitTable(
        version=section.get(_VERSION, str),
        by_currency={currency: _levels(section.inner(currency), currency) for currency in currencies},
    )


def terms_from(table: Mapping[str, Any]) -> Terms:
    """Return the terms of `[offers]`, `[signing]`, `[payment]`, `[longest_days]`, `[like_for_like]`, `[codes]`, `[remedies]`."""
    section = Section("terms.toml", table)
    offers, longest, codes = section.inner("offers"), section.inner("longest_days"), section.inner("codes")
    hours, hours_max = offers.count("hours"), offers.count("hours_max")
    if hours > hours_max:
        raise offers.error("hours", "must not be above hours_max")
    return Terms(
        version=section.get(_VERSION, str),
        offer_hours=hours,
        offer_hours_max=hours_max,
        approval=offers.hours("approval_hours"),
        letter=section.inner("signing").hours("letter_hours"),
        link=section.inner("signing").hours("link_hours"),
        payment=section.inner("payment").days("days"),
        payee=section.inner("payment").days("payee_days"),
        review=section.inner("payment").days("review_days"),
        longest={move: longest.days(move) for move in MOVES},
        like_for_like_factor=section.inner("like_for_like").factor("factor"),
        concessions=codes.codes("concessions"),
        remedies=_remedies(section),
    )


def _remedies(terms: Section) -> Mapping[str, str]:
    section = terms.inner("remedies")
    levels = {remedy: section.get(remedy, str) for remedy in section.keys}
    if not levels:
        raise terms.error("remedies", "must name a remedy")
    for remedy, level in levels.items():
        if level not in LADDER:
            raise section.error(remedy, f"must be one of {', '.join(LADDER)}")
    return levels


def _levels(section: Section, currency: str) -> Mapping[str, LevelLimits]:
    levels = {}
    for level in LADDER:
        row = section.inner(level)
        levels[level] = LevelLimits(row.sum("per_case", currency), row.sum("per_day", currency))
    rungs = list(levels.values())
    for below, above, level in zip(rungs, rungs[1:], LADDER[1:], strict=False):
        if above.per_case < below.per_case or above.per_day < below.per_day:
            raise section.error(level, "must not be below the rung before")
    return levels
