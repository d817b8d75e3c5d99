"""The engines themselves go down under load and come back: nothing lost, nothing double, and no service to restart.

On engines of this module's own, so that no other test is disturbed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Final

import pytest

from operate.settings import read_settings
from operate.stack.guard import temporary_engines
from operate.stack.local import Engines
from tests.engines import EngineName, kill, revive, running
from tests.system.complaints import PAST_EN, complaint
from tests.system.installation import Instance, LiveInstallation, until
from tests.system.judging import promises_hold
from tests.system.load import load_on
from tests.system.people import AGENT, People
from tests.system.test_killed import grown

DOWN_SECONDS: Final = 3.0
HEALED_SECONDS_MAX: Final = 60.0
READY_SECONDS_MAX: Final = 20.0  # the promise is 10 on an idle machine; a test shares its two cores


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    with temporary_engines(read_settings()) as found:
        yield found


@asynccontextmanager
async def down(engines: Engines, name: EngineName) -> AsyncIterator[None]:
    """Kill an engine for the length of a block; it is back, on its old address, when the block is left."""
    kill(engines, name)
    try:
        yield
    finally:
        await asyncio.to_thread(revive, engines)


async def test_broker_killed_under_load_loses_and_doubles_nothing(
    installation: LiveInstallation, engines: Engines
) -> None:
    running(engines, "kafka")
    started = installation.only("escalation")
    async with load_on(installation) as load:
        await grown(load, 30)
        async with down(engines, "kafka"):
            taken_in = len(load.answered)
            exit_status = await asyncio.to_thread(started.stop)
            started.start()
            # The outage is to last: long enough for every loop to have met it.
            await asyncio.sleep(DOWN_SECONDS)
            await asyncio.to_thread(started.wait_ready)
            taken_in = len(load.answered) - taken_in
        began = time.monotonic()
        await grown(load, load.size + 30)
    evidence = await promises_hold(installation, load.answered, seconds=HEALED_SECONDS_MAX)

    assert exit_status == 0
    assert taken_in > 0
    assert load.lost(evidence) == []
    assert time.monotonic() - began < HEALED_SECONDS_MAX
    assert all(map(_is_ready, installation.every))


async def test_database_killed_under_load_loses_and_doubles_nothing(
    installation: LiveInstallation, engines: Engines
) -> None:
    running(engines, "postgres")
    async with load_on(installation) as load:
        await grown(load, 30)
        async with down(engines, "postgres"):
            # As above: every loop is to meet the outage.
            await asyncio.sleep(DOWN_SECONDS)
        began = time.monotonic()
        await until(lambda: _all_ready(installation), "all services are ready again", seconds=30)
        ready_after = time.monotonic() - began
        await grown(load, load.size + 30)
    evidence = await promises_hold(installation, load.answered, seconds=HEALED_SECONDS_MAX)

    assert load.lost(evidence) == []
    assert ready_after < READY_SECONDS_MAX


async def test_database_away_is_said_and_nothing_is_acknowledged(
    installation: LiveInstallation, engines: Engines, people: People
) -> None:
    running(engines, "postgres")
    async with down(engines, "postgres"):
        answer = await people.ask(AGENT, "POST", "/v1/complaints", body=complaint(PAST_EN))
        live, ready = await _health(people, "live"), await _health(people, "ready")

    assert (answer.status_code, answer.json()["rule"]) == (503, "temporarily_unavailable")
    assert answer.headers["retry-after"]
    assert (live, ready) == (200, 503)
    assert await until(lambda: _all_ready(installation), "all services are ready again", seconds=30)


async def _all_ready(installation: LiveInstallation) -> bool:
    return all(map(_is_ready, installation.every))


def _is_ready(instance: Instance) -> bool:
    return instance.is_alive and instance.is_ready


async def _health(people: People, what: str) -> int:
    return (await people.clients["intake"].get(f"/health/{what}")).status_code
