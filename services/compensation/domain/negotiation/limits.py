"""Limits of authority: what a level may give for one case and in one day, and who may give more."""

from __future__ import annotations

from functools import reduce

from eventlog.decider import Refused
from services.compensation.domain.negotiation import authority
from services.compensation.domain.negotiation.commands import MakeOffer
from services.compensation.domain.negotiation.records import Case
from services.compensation.domain.negotiation.values import Limits
from services.compensation.domain.policy import LimitTable, NegotiationPolicy, Terms
from shared_kernel.money import Money
from shared_kernel.roles import LADDER, next_level


def limits_of(table: LimitTable, command: MakeOffer) -> Limits:
    """Return the proposer's limits as they stand in the event; refuse a currency the table does not know."""
    level = authority.level_name(command.by)
    found = table.of(level, command.sum.currency)
    if found is None:
        raise Refused("currency_without_limits", f"no limits are set in {command.sum.currency}")
    return Limits(
        level=level,
        per_case=found.per_case,
        per_day=found.per_day,
        given_today=command.given_today,
        given_elsewhere=command.given_elsewhere,
        policy=table.version,
    )


def above_limits(policy: NegotiationPolicy, case: Case, offer: MakeOffer, limits: Limits) -> str | None:
    """Return the lowest level whose approval the offer needs, None when it is within the proposer's limits.

    Its sum and its remedies each need a level, the higher of them counts: what is promised beside the sum costs the
    company too, and a round about nothing but goods would else have no limit at all.
    """
    needed = (_above_sums(policy.limits, case, offer.sum, limits), _for_remedies(policy.terms, offer, limits))
    return max((each for each in needed if each is not None), key=LADDER.index, default=None)


def _for_remedies(terms: Terms, offer: MakeOffer, limits: Limits) -> str | None:
    lowest = max((terms.remedies[each] for each in offer.remedies), key=LADDER.index, default=limits.level)
    return lowest if LADDER.index(lowest) > LADDER.index(limits.level) else None


def _above_sums(table: LimitTable, case: Case, offered: Money, limits: Limits) -> str | None:
    """Return the lowest level whose approval the sum needs.

    What earlier rounds settled counts for the case. The day counts all currencies: what was given in each, as a part of
    that currency's limit. Above the day's limit the next rung decides, at the top somebody else of the same. Refuses a
    sum that is above every level's limit.
    """
    if table.level_for(offered, limits.level) is None:
        raise Refused(
            "above_every_limit", f"nobody may give {offered.text} {offered.currency} for one complaint"
        )
    total = total_with(case, offered)
    used = table.day_used(limits.level, (limits.given_today, *limits.given_elsewhere, offered))
    # Who gives nothing is above no limit, however full the day.
    within_day = not offered.amount or (used is not None and used <= 1)
    if total <= limits.per_case and within_day:
        return None
    lowest = limits.level if within_day else next_level(limits.level) or limits.level
    needed = table.level_for(total, lowest)
    if needed is None:
        raise Refused("above_every_limit", f"with earlier rounds it is {total.text} {total.currency}")
    return needed


def total_with(case: Case, offered: Money) -> Money:
    """Return a sum together with what earlier rounds of the complaint settled in its currency."""
    settled = (each.sum for each in case.settlements if each.sum.currency == offered.currency)
    return reduce(Money.__add__, settled, offered)
