"""Two processes of each service: one leads, both serve and consume; who leads may die, freeze, join or leave."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest

from operate.stack.local import Engines
from operate.stack.topics import LOCAL_PARTITIONS
from tests.support.plain import NO_AUTHORITIES
from tests.system.complaints import PAST_EN, complaint, offered, registered
from tests.system.installation import Instance, LiveInstallation, live_installation, until
from tests.system.judging import promises_hold
from tests.system.load import load_on
from tests.system.people import people_at
from tests.system.reading import HEARD
from tests.system.test_killed import grown

TAKEOVER_SECONDS_MAX: Final = 15.0
BOTH: Final = 2


@pytest.fixture(scope="module")
def installation(engines: Engines) -> Iterator[LiveInstallation]:
    with live_installation(engines, instances=BOTH) as live:
        yield live


async def probes(instance: Instance) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=instance.address, timeout=5, verify=NO_AUTHORITIES) as client:
        try:
            answer = await client.get("/health/ready")
        except httpx.TransportError:
            return {}
    found: dict[str, Any] = answer.json()["probes"]
    return found


async def leader(installation: LiveInstallation, name: str, apart_from: Instance | None = None) -> Instance:
    """Wait until a process of a service leads, and return it."""

    async def so() -> Instance | None:
        for instance in installation.instances[name]:
            if instance is not apart_from and instance.is_alive:
                log = (await probes(instance)).get("log", {})
                if log.get("leads"):
                    return instance
        return None

    return await until(so, f"a process of {name} leads", seconds=TAKEOVER_SECONDS_MAX * 2)


async def test_one_process_of_each_service_leads_and_all_of_them_serve(
    installation: LiveInstallation,
) -> None:
    for name in installation.instances:
        await leader(installation, name)
        leads = [(await probes(each))["log"]["leads"] for each in installation.instances[name]]
        assert sorted(leads) == [False, True]
    async with people_at(installation, intake=1, escalation=1) as people:
        one = await registered(people, complaint(PAST_EN))
    async with people_at(installation) as people:
        await offered(people, one, "care")


async def test_killed_leaders_are_followed_within_the_promised_time(installation: LiveInstallation) -> None:
    async with load_on(installation, BOTH) as load:
        await grown(load, 20)
        killed = [await leader(installation, name) for name in installation.instances]
        for each in killed:
            each.kill()
        began = time.monotonic()
        for each in killed:
            await leader(installation, each.service.name, apart_from=each)
        took = time.monotonic() - began
        for each in killed:
            each.start()
        await asyncio.to_thread(installation.wait_ready)
        await grown(load, load.size + 20)
    evidence = await promises_hold(installation, load.answered)

    assert took <= TAKEOVER_SECONDS_MAX
    assert load.lost(evidence) == []


async def test_frozen_leader_that_wakes_up_late_writes_nothing_stale(installation: LiveInstallation) -> None:
    async with load_on(installation, BOTH) as load:
        await grown(load, 20)
        frozen = await leader(installation, "intake")
        frozen.freeze()
        try:
            await leader(installation, "intake", apart_from=frozen)
        finally:
            frozen.thaw()
        await grown(load, load.size + 20)
    evidence = await promises_hold(installation, load.answered)

    assert load.lost(evidence) == []
    assert frozen.is_alive


async def test_joining_and_leaving_moves_partitions_and_nothing_else(installation: LiveInstallation) -> None:
    async with load_on(installation, BOTH) as load:
        await grown(load, 20)
        third = installation.add("escalation")
        await asyncio.to_thread(third.wait_ready)
        await until(lambda: _shared(installation), "three processes share the partitions")
        exit_status = await asyncio.to_thread(third.stop)
        installation.instances["escalation"].remove(third)
        await grown(load, load.size + 20)
    evidence = await promises_hold(installation, load.answered)

    assert exit_status == 0
    assert load.lost(evidence) == []


async def _shared(installation: LiveInstallation) -> bool:
    found = [
        (await probes(each))["consumer"].get("partitions") for each in installation.instances["escalation"]
    ]
    return found == [len(HEARD["escalation"]) * LOCAL_PARTITIONS // 3] * 3
