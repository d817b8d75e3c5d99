"""What every move of a negotiation is made of: an act done once in a round, and the sums it is about. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from operate.demo.case import Act, Case, Later, Turn
from operate.demo.cast import Player, customer_of, owner_of
from operate.demo.seen import MONEY_DEMANDS, Seen
from operate.demo.talk import Talk

_BY_LINK: Final = frozenset({"web", "app", "email"})
_PENNIES: Final = Decimal("0.01")
_CURRENCIES: Final = {"GB": "GBP", "US": "USD", "FR": "EUR"}
_USUAL_AMOUNT: Final = Decimal(180)


def once(
    case: Case,
    seen: Seen,
    name: str,
    *,
    door: str,
    body: Mapping[str, Any] | None = None,
    upload: bytes | None = None,
    player: Player | None = None,
    settles: bool = False,
    expects: str = "",
    not_before: datetime | None = None,
    now: datetime | None = None,
) -> Turn:
    """Return the act if it was not done in this round, the time to wait for where it is too early."""
    remembered = mark(seen, name)
    if remembered in case.done:
        return None
    if not_before is not None and now is not None and now < not_before:
        return Later(not_before)
    return Act(
        player=player or owner_of(seen.owner, case.tale.reference),
        service="compensation",
        door=door,
        body=body,
        upload=upload,
        mark=remembered,
        settles=settles,
        expects=expects,
    )


def after(case: Case, seen: Seen, name: str, delay: timedelta) -> datetime | None:
    """Return when that long has passed since something was done in this round, None if it was not."""
    begun = case.when.get(mark(seen, name))
    return None if begun is None else begun + delay


def mark(seen: Seen, name: str) -> str:
    """Return under which mark something is remembered in this round."""
    return f"round {talk(seen).round} {name}"


def talk(seen: Seen) -> Talk:
    """Return the negotiation; there must be one."""
    assert seen.talk is not None  # noqa: S101 - bargains.py asks only where money is talked about
    return seen.talk


def customer(case: Case, seen: Seen) -> Player:
    """Return who says the customer's words: the customer by the link, else the owner who heard them."""
    if case.tale.register["channel"] in _BY_LINK:
        return customer_of(seen)
    return owner_of(seen.owner, case.tale.reference)


def sum_of(case: Case, share: str = "1") -> dict[str, str]:
    """Return that share of what the story asks for: the sum it names, else the price, else a usual amount."""
    product = case.tale.register.get("product") or {}
    named = case.tale.story.demand_amount or product.get("price")
    if named is None:
        place = str(case.tale.register.get("jurisdiction", "CN"))[:2]
        named = {"amount": str(_USUAL_AMOUNT), "currency": _CURRENCIES.get(place, "CNY")}
    amount = (Decimal(named["amount"]) * Decimal(share)).quantize(_PENNIES)
    return {"amount": str(amount), "currency": named["currency"]}


def kind(case: Case) -> str:
    """Return which money is asked for."""
    demand = case.tale.story.demand
    return demand if demand in MONEY_DEMANDS else "refund"
