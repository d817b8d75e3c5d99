"""The audit of look-ups is read by the operator and kept for a time; what several persons share is noted as a count."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.integration.test_blacklist_flow import (
    OPERATOR,
    REVIEWER,
    complained,
    flag_events,
    flags_of,
    person_of,
    phone,
)
from tests.system.installation import until
from tests.system.judging import domain_time
from tests.system.people import AGENT, PLATFORM, People

ADD_LOOK_UP = """
    INSERT INTO screening_audit (at, actor, roles, kinds, found) VALUES ($1, $2, '{agent}', '{phone}', '{}')
"""


async def looked_up(people: People, after: int) -> list[dict[str, Any]]:
    found = await people.get(OPERATOR, f"/v1/screenings?after={after}", service="blacklist")
    rows: list[dict[str, Any]] = found["screenings"]
    return rows


async def last_number(people: People) -> int:
    query = "SELECT coalesce(max(id), 0) AS last FROM screening_audit"
    (row,) = await people.installation.rows("blacklist", query)
    return int(row["last"])


async def paid_to(people: People, payout: str) -> str:
    """Return a person who complained and is to be paid to this account."""
    number = phone()
    who = {"name": "Canary Wren", "phone": number, "payout_account": payout}
    one = await complained(people, number, ("Bakery", "bread"), "The bread was mouldy.", complainant=who)
    return await person_of(people, one)


async def heard_of(people: People, person: str) -> bool:
    return (await people.ask(REVIEWER, "GET", f"/v1/flags/{person}", service="blacklist")).is_success


async def shared_by(people: People, person: str) -> list[dict[str, Any]]:
    if not await heard_of(people, person):
        return []
    (one,) = (await flags_of(people, person))["complaints"]
    found: list[dict[str, Any]] = one["shared"]
    return found


async def test_operator_reads_who_looked_up_by_what_and_never_whom(people: People) -> None:
    before, number = await last_number(people), phone()
    for who in (AGENT, PLATFORM):
        await people.post(who, "/v1/screenings", {"phone": number}, service="blacklist")
    rows = await looked_up(people, before)
    rest = await looked_up(people, rows[0]["number"])

    assert [(row["actor"], row["kinds"], row["found"]) for row in rows] == [
        (AGENT.actor, ["phone"], []),
        (PLATFORM.actor, ["phone"], []),
    ]
    assert rest == rows[1:]
    assert number not in str(rows)


async def test_audit_of_look_ups_is_for_the_operator_alone(people: People) -> None:
    for who in (AGENT, REVIEWER, PLATFORM):
        answer = await people.ask(who, "GET", "/v1/screenings", service="blacklist")

        assert (answer.status_code, answer.json()["rule"]) == (403, "role_missing")


async def test_look_up_older_than_it_is_kept_is_deleted_and_a_younger_one_stays(people: People) -> None:
    now = await domain_time(people.installation)
    for days, actor in ((185, "long-ago"), (183, "not-so-long-ago")):
        await people.installation.rows("blacklist", ADD_LOOK_UP, now - timedelta(days=days), actor)

    async def is_gone() -> bool:
        query = "SELECT actor FROM screening_audit WHERE actor LIKE '%long-ago'"
        rows = await people.installation.rows("blacklist", query)
        return [row["actor"] for row in rows] == ["not-so-long-ago"]

    await until(is_gone, "only the young look-up is left")


async def test_payout_account_of_another_person_is_noted_as_a_count_without_naming_either(
    people: People,
) -> None:
    payout = f"6222 {phone()[-6:]} 0001"
    first = await paid_to(people, payout)
    await until(lambda: heard_of(people, first), "blacklist has heard of the first")
    second = await paid_to(people, payout)

    async def is_noted() -> list[dict[str, Any]]:
        return await shared_by(people, second)

    assert first != second
    assert await until(is_noted, "what is shared was noted") == [{"mark": "payout_account", "persons": 1}]
    told = str([await flags_of(people, second), await flag_events(people, second, OPERATOR)])
    assert first not in told
    assert payout not in told
