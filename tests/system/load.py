"""Complaints without end at both doors, from callers who try again until they are answered, as real ones do."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
from aiokafka.errors import KafkaError

from tests.system.complaints import ONGOING_EN, ONGOING_ZH, PAST_EN, RUDE_ZH, complaint
from tests.system.contacts import Sender, sender_to
from tests.system.folding import event_of
from tests.system.installation import LiveInstallation
from tests.system.negotiations import REFUND_ZH
from tests.system.people import AGENT, PLATFORM, People, people_at
from tests.system.promises import Evidence

TEXTS: Final = (ONGOING_ZH, PAST_EN, RUDE_ZH, ONGOING_EN, REFUND_ZH)
CALLERS: Final = 4
PAUSE_SECONDS: Final = 0.02
CONTACT_PAUSE_SECONDS: Final = 0.08
AGAIN_SECONDS: Final = 0.1


@dataclass(slots=True)
class Load:
    """What was brought in and confirmed: complaints answered over HTTP, contacts the broker has taken."""

    answered: list[str] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    reported: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.answered) + len(self.reported)

    def lost(self, evidence: Evidence) -> list[str]:
        """Return what was confirmed and is not in intake's log exactly once."""
        rows = evidence.logs["intake"].rows
        references = [event_of(row).reference for row in rows if row.type == "complaint.registered"]
        acknowledged = [row.stream for row in rows if row.type == "complaint.acknowledged"]
        return [
            *(each for each in self.reported if references.count(each) != 1),
            *(each for each in self.acknowledged if acknowledged.count(f"complaint-{each}") != 1),
        ]


@asynccontextmanager
async def load_on(installation: LiveInstallation, instances: int = 1) -> AsyncIterator[Load]:
    """Bring complaints in until the block ends; whoever is not answered then is answered still."""
    load, done = Load(), asyncio.Event()
    async with sender_to(installation) as sender, asyncio.TaskGroup() as group:
        for number in range(CALLERS):
            group.create_task(_call(installation, load, done, number % instances))
        group.create_task(_report(sender, load, done))
        try:
            yield load
        finally:
            done.set()


async def _call(installation: LiveInstallation, load: Load, done: asyncio.Event, instance: int) -> None:
    async with people_at(installation, intake=instance) as people:
        for text in itertools.cycle(TEXTS):
            if done.is_set():
                return
            answer = await _insisted(people, load, "/v1/complaints", complaint(text))
            load.answered.append(answer["complaint"])
            await _acknowledge(people, load, answer["complaint"])
            await asyncio.sleep(PAUSE_SECONDS)


async def _acknowledge(people: People, load: Load, one: str) -> None:
    """Let the front desk acknowledge; before the classifier has spoken it may not."""
    await _insisted(people, load, f"/v1/complaints/{one}/acknowledgement", None, patient=True)
    load.acknowledged.append(one)


async def _insisted(
    people: People, load: Load, path: str, body: dict[str, Any] | None, *, patient: bool = False
) -> dict[str, Any]:
    """Ask the same under the same key until it is answered: a dead service, a lost answer, a 503 do not count."""
    key = f"{path.strip('/').replace('/', '-')}-{(body or {}).get('reference', '')}"
    while True:
        try:
            who = AGENT if patient else PLATFORM
            answer = await people.ask(who, "POST", path, body=body, headers={"idempotency-key": key})
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.is_success:
            found: dict[str, Any] = answer.json()
            return found
        if answer is not None and answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            early = patient and answer.json()["rule"] == "not_classified"
            assert early, f"{path}: {answer.status_code} {answer.text}"
        await asyncio.sleep(AGAIN_SECONDS)


async def _report(sender: Sender, load: Load, done: asyncio.Event) -> None:
    for text in itertools.cycle(TEXTS):
        register = complaint(text, channel="web", source="web-form")
        while True:
            try:
                await sender.contact(register)
            except KafkaError:
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                break
        load.reported.append(register["reference"])
        if done.is_set():
            return
        await asyncio.sleep(CONTACT_PAUSE_SECONDS)
