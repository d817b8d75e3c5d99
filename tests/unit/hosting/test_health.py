from __future__ import annotations

import asyncio
from dataclasses import dataclass

import httpx
import pytest

from hosting.health import Death, Life, ProbeResult
from tests.unit.hosting.conftest import Lines
from tests.unit.hosting.sample import CANARY, Sample


@dataclass
class Well:
    name: str = "database"

    async def check(self) -> ProbeResult:
        return ProbeResult(ok=True, facts={"pool": 5})


@dataclass
class Ill:
    name: str = "consumer"

    async def check(self) -> ProbeResult:
        return ProbeResult(ok=False, facts={"age_seconds": 61.5, "lag": 12})


@dataclass
class Hanging:
    name: str = "keys"

    async def check(self) -> ProbeResult:
        await asyncio.sleep(30)  # far beyond what a probe may take
        return ProbeResult(ok=True)


@dataclass
class Raising:
    name: str = "leader"

    async def check(self) -> ProbeResult:
        raise ValueError(CANARY)


async def asked(sample: Sample, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=sample.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://sample") as client:
        return await client.get(path)


async def test_ready_when_every_probe_is_well(sample: Sample) -> None:
    sample.probes = [Well()]

    answer = await asked(sample, "/health/ready")

    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "failed": [], "probes": {"database": {"ok": True, "pool": 5}}}


async def test_not_ready_names_the_probe_and_its_facts(sample: Sample) -> None:
    sample.probes = [Well(), Ill()]

    answer = await asked(sample, "/health/ready")

    assert (answer.status_code, answer.json()["failed"]) == (503, ["consumer"])
    assert answer.json()["probes"]["consumer"] == {"ok": False, "age_seconds": 61.5, "lag": 12}


async def test_probe_that_hangs_or_raises_is_not_well(sample: Sample, lines: Lines) -> None:
    sample.probes = [Hanging(), Raising(), Well()]

    answer = await asyncio.wait_for(asked(sample, "/health/ready"), timeout=2)

    assert answer.json()["failed"] == ["keys", "leader"]
    assert CANARY not in answer.text


async def test_alive_until_a_component_declares_itself_dead(sample: Sample, lines: Lines) -> None:
    before = await asked(sample, "/health/live")
    sample.life.declare_dead("consumer", "stuck")
    after = await asked(sample, "/health/live")

    assert [before.status_code, after.status_code] == [200, 503]
    assert after.json() == {"alive": False, "component": "consumer", "reason": "stuck"}


def test_reason_of_a_death_stands_in_the_log(lines: Lines) -> None:
    Life().declare_dead("consumer", "51 of the last 200 records were poison; look at them, then restart")

    assert lines.last()["reason"].startswith("51_of_the_last_200_records")


@pytest.mark.parametrize("early", [True, False])
def test_death_is_told_once_to_those_before_and_after(lines: Lines, *, early: bool) -> None:
    life = Life()
    told: list[Death] = []
    if early:
        life.on_death(told.append)

    life.declare_dead("relay", "wedged")
    life.declare_dead("consumer", "stuck")
    if not early:
        life.on_death(told.append)

    assert [Death("relay", "wedged")] == told
