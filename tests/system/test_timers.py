"""Clocks that run out: once each, also over kills and restarts; those that were stopped never (R7).

The installation's time is moved forward, in all databases at once; real time stays what it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import pytest

from operate.stack.local import Engines
from tests.system.complaints import (
    ONGOING_EN,
    ONGOING_ZH,
    PAST_EN,
    REGULATOR_ZH,
    complaint,
    heard,
    noted,
    offered,
    registered,
    standing,
    step,
    told,
    types,
)
from tests.system.installation import LiveInstallation, live_installation, until
from tests.system.judging import domain_time, promises_hold
from tests.system.negotiations import agreed, refusal, said, seen, signing_session, talks
from tests.system.people import AGENT, CARE_SENIOR, People, people_at

MINUTE: Final = 60.0
HOUR: Final = 60 * MINUTE


@pytest.fixture(scope="module")
def installation(engines: Engines) -> Iterator[LiveInstallation]:
    with live_installation(engines, allow_clock_offset=True) as live:
        yield live


async def fresh(installation: LiveInstallation, people: People, narrative: str, **changes: Any) -> str:
    """Return a complaint received just now by the installation's time, offered to its desk."""
    received_at = (await domain_time(installation)).isoformat()
    one = await registered(people, complaint(narrative, received_at=received_at, **changes))
    await heard(people, one, "routed")
    await standing(people, one, stage="classified")
    return one


async def misses(people: People, one: str) -> list[str]:
    return [miss["clock"] for miss in await told(people, one, "deadline_missed")]


async def test_service_that_may_not_have_an_offset_ends_when_it_gets_one(
    installation: LiveInstallation,
) -> None:
    strict = installation.add("escalation", AMENDS_ALLOW_CLOCK_OFFSET="0")
    strict.wait_ready()
    await installation.jump(MINUTE)
    running_then = strict.ended()
    strict.start()
    started_then = strict.ended()
    installation.instances["escalation"].remove(strict)

    assert running_then == 1
    assert started_then == 1
    assert b"declared_dead" in strict.log.read_bytes()


async def test_missed_acknowledgement_is_said_once_and_climbs_the_ladder(
    installation: LiveInstallation, people: People
) -> None:
    one = await fresh(installation, people, ONGOING_ZH)
    before = await offered(people, one, "urgent")
    await installation.jump(31 * MINUTE)
    fact = await noted(people, one, "deadline_missed")
    climbed = (await heard(people, one, "routed", 2))[-1]

    async def higher() -> bool:
        return bool((await offered(people, one, "urgent"))["level"] == "lead")

    await until(higher, "the complaint is offered one level up")
    shown = await standing(people, one, stage="classified")

    assert before["level"] == "senior"
    assert fact["clock"] == "acknowledge"
    assert await misses(people, one) == ["acknowledge"]
    assert (climbed["level"], climbed["climbed_by"]) == ("lead", ["acknowledge"])
    assert {clock["name"]: clock["status"] for clock in shown["clocks"]}["acknowledge"] == "missed"


async def test_stopped_clock_never_fires(installation: LiveInstallation, people: People) -> None:
    one = await fresh(installation, people, ONGOING_EN)
    other = await fresh(installation, people, ONGOING_EN)
    await step(people, AGENT, one, "acknowledgement")
    await installation.jump(31 * MINUTE)
    await noted(people, other, "deadline_missed")

    assert await misses(people, one) == []
    assert await misses(people, other) == ["acknowledge"]


async def test_clocks_that_run_out_while_services_die_again_and_again_are_missed_once_each(
    installation: LiveInstallation, people: People
) -> None:
    late = [await fresh(installation, people, ONGOING_ZH) for _ in range(12)]
    await step(people, AGENT, late[0], "acknowledgement")
    for instance in installation.every:
        instance.kill()
    await installation.jump(31 * MINUTE)
    for instance in installation.every:
        instance.start()
    for _ in range(2):
        installation.only("intake").wait_ready()
        installation.only("intake").kill()
        installation.only("intake").start()
    installation.wait_ready()
    async with people_at(installation) as again:
        for each in late[1:]:
            await noted(again, each, "deadline_missed")
        found = [await misses(again, each) for each in late]

    assert found == [[], *[["acknowledge"]] * 11]


async def test_account_that_never_comes_is_recorded_as_absent(
    installation: LiveInstallation, people: People
) -> None:
    one = await fresh(installation, people, REGULATOR_ZH)
    (asked,) = await heard(people, one, "account_requested")
    await installation.jump(25 * HOUR)
    (frozen,) = await heard(people, one, "account_frozen")

    assert frozen["absent"]
    assert frozen["bypass"] == asked["bypass"]


async def test_rest_ends_on_its_date(installation: LiveInstallation, people: People) -> None:
    one = await fresh(installation, people, PAST_EN)
    day = (await domain_time(installation)) + timedelta(days=1)
    body = {"until": day.isoformat(), "reason": "Waits for the laboratory."}
    await people.post(CARE_SENIOR, f"/v1/escalations/{one}/shelving", body)
    await installation.jump(25 * HOUR)
    (resumed,) = await heard(people, one, "resumed")

    assert resumed["why"] == "date_reached"
    assert (await types(people, one, "escalation")).count("resumed") == 1


async def test_agreement_nobody_signs_is_missed_and_lapses_by_the_owners_word(
    installation: LiveInstallation, people: People
) -> None:
    one = await agreed(people, received_at=(await domain_time(installation)).isoformat())
    session = await signing_session(people, one)
    early = await refusal(people, CARE_SENIOR, one, "agreement/lapse", reason="No word since.")
    await installation.jump(8 * 24 * HOUR)

    async def missed() -> bool:
        return "deadline_missed" in {move["move"] for move in (await seen(people, one))["ledger"]}

    await until(missed, "compensation has said that nobody signed")
    lapsed = await said(people, CARE_SENIOR, one, "agreement/lapse", reason="No word since.")
    shown = await talks(people, one, "bargaining")

    assert session["document"]
    assert early == (409, "agreement_still_open")
    assert lapsed == ["agreement_lapsed"]
    assert (shown["live_offer"], shown["clocks"]) == (None, [])


async def test_all_promises_hold_over_all_of_this(installation: LiveInstallation) -> None:
    await promises_hold(installation)
