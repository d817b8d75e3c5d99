"""A negotiation over HTTP on real engines, from the demand to the archive."""

from __future__ import annotations

from tests.system.negotiations import agreed, bargaining, opened, seen, talks
from tests.system.people import People


async def test_demand_for_money_opens_a_round(people: People) -> None:
    one = await opened(people)
    shown = await seen(people, one)

    assert (shown["state"], shown["round"]) == ("liability_review", 1)
