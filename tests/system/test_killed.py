"""Services killed without warning, or asked to stop, while complaints come in at both doors: nothing lost, nothing double."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from tests.system.installation import LiveInstallation, until
from tests.system.judging import promises_hold
from tests.system.load import Load, load_on

KILLS_EACH: Final = 3
REGISTRATIONS_MIN: Final = 200
BETWEEN_KILLS_SECONDS: Final = 0.8
UP_SECONDS_MAX: Final = 15.0  # the promise is 5 on an idle machine; a test shares its two cores


async def grown(load: Load, size: int) -> None:
    async def so() -> bool:
        return load.size >= size

    await until(so, f"{size} complaints came in", seconds=90)


async def test_kill_of_each_service_in_mid_run_loses_and_doubles_nothing(
    installation: LiveInstallation,
) -> None:
    async with load_on(installation) as load:
        await grown(load, 20)
        for _ in range(KILLS_EACH - 1):
            for name in installation.instances:
                installation.only(name).kill()
                installation.only(name).start()
                # Not a wait for anything: the next kill comes at whatever moment this is.
                await asyncio.sleep(BETWEEN_KILLS_SECONDS)
        for instance in installation.every:
            instance.kill()
        for instance in installation.every:
            instance.start()
        await grown(load, REGISTRATIONS_MIN)
    evidence = await promises_hold(installation, load.answered)

    assert load.lost(evidence) == []
    assert load.size >= REGISTRATIONS_MIN


async def test_killed_intake_takes_complaints_again_before_its_old_session_has_run_out(
    installation: LiveInstallation,
) -> None:
    installation.only("intake").kill()
    began = time.monotonic()
    installation.only("intake").start()
    await asyncio.to_thread(installation.only("intake").wait_ready)

    assert time.monotonic() - began < UP_SECONDS_MAX


async def test_stop_under_load_finishes_what_it_has_begun_and_exits_0(installation: LiveInstallation) -> None:
    async with load_on(installation) as load:
        await grown(load, 30)
        statuses = {}
        for name in installation.instances:
            installation.only(name).ask_to_stop()
            statuses[name] = await asyncio.to_thread(installation.only(name).ended)
            installation.only(name).start()
        await grown(load, 60)
    evidence = await promises_hold(installation, load.answered)

    assert statuses == dict.fromkeys(installation.instances, 0)
    assert load.lost(evidence) == []
