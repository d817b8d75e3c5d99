"""Records that can never be handled: kept aside whole and sealed, counted, and in nobody's way (R11, R12)."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Final

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from contracts.topics import COMPLAINT, CONTACT, ESCALATION
from eventlog.ids import derived_id
from tests.system import promises
from tests.system.canaries import everywhere, found_in
from tests.system.complaints import (
    CANARY_NAMES,
    PAST_EN,
    complaint,
    heard,
    offered,
    registered,
)
from tests.system.contacts import Sender, sender_to
from tests.system.installation import LiveInstallation, finished, until
from tests.system.judging import gathered
from tests.system.people import CARE_SENIOR, OPERATOR, People
from tests.system.reading import Record, records_of, settled, unread
from tests.system.spoiling import KINDS, Raw, a_contact, as_another, as_sent, with_headers

HEARER: Final = {COMPLAINT.name: "escalation", ESCALATION.name: "intake", CONTACT.name: "intake"}
EACH: Final = 2
FLOOD: Final = 200
WIDE_BYTES: Final = 4_194_304
Place = tuple[str, int, int]


@pytest.fixture(scope="module", autouse=True)
def wide_topics(installation: LiveInstallation) -> None:
    """Let the topics take what their contract would not, as a broker set up wrongly does."""
    finished(lambda: _widen(installation))


async def _widen(installation: LiveInstallation) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=installation.engines.kafka)
    await admin.start()
    limit = {"max.message.bytes": str(WIDE_BYTES)}
    try:
        for topic in HEARER:
            resource = ConfigResource(ConfigResourceType.TOPIC, installation.topic(topic), configs=limit)
            await admin.alter_configs([resource])
    finally:
        await admin.close()


@pytest.fixture
async def sender(installation: LiveInstallation) -> AsyncIterator[Sender]:
    async with sender_to(installation, WIDE_BYTES) as found:
        yield found


async def sent(sender: Sender, topic: str, raw: Raw) -> Place:
    return await sender.send(topic, raw.key, raw.value, raw.headers.items())


async def said_of(installation: LiveInstallation, topic: str, one: str) -> list[Raw]:
    """Return the records of a complaint on a topic, in order."""

    async def so() -> list[Record]:
        return [record for record in await records_of(installation, topic) if record.key.endswith(one)]

    return [as_sent(record) for record in await until(so, f"something of {one} is on {topic}")]


async def dead(installation: LiveInstallation, service: str) -> dict[Place, Any]:
    rows = await installation.rows(service, "SELECT * FROM eventlog.dead_letters")
    prefix = installation.prepared.topic_prefix
    return {(row["topic"].removeprefix(prefix), row["partition"], row["record_offset"]): row for row in rows}


async def all_read(installation: LiveInstallation) -> None:
    async def so() -> bool:
        return not await unread(installation)

    await until(so, "everything on the topics is read", every=0.1)


async def copies(installation: LiveInstallation, topic: str, count: int) -> list[Record]:
    """Wait for the copies of dead letters on their own topic."""

    async def so() -> list[Record]:
        found = await records_of(installation, f"{topic}.{HEARER[topic]}.dlq")
        return found if len(found) >= count else []

    return await until(so, f"{count} copies lie on the dead-letter topic of {topic}")


def place_of(copy: Record, installation: LiveInstallation) -> Place:
    topic = copy.header("x-original-topic").removeprefix(installation.prepared.topic_prefix)
    return topic, int(copy.header("x-original-partition")), int(copy.header("x-original-offset"))


async def test_poison_of_every_kind_is_kept_aside_and_hurts_nobody(
    installation: LiveInstallation, people: People, sender: Sender
) -> None:
    model = await registered(people, complaint(PAST_EN))
    await offered(people, model, "care")
    models = {
        topic: (await said_of(installation, topic, model))[0] for topic in (COMPLAINT.name, ESCALATION.name)
    }
    injected: dict[str, set[Place]] = {topic: set() for topic in HEARER}
    good = []
    for number in range(EACH):
        for kind, spoil in KINDS.items():
            stranger = str(derived_id("stranger", kind, str(number)))
            for topic, raw in models.items():
                injected[topic].add(await sent(sender, topic, spoil(as_another(raw, model, stranger))))
            injected[CONTACT.name].add(await sent(sender, CONTACT.name, spoil(a_contact())))
            good.append(await registered(people, complaint(PAST_EN)))
    await all_read(installation)
    kept = {name: await dead(installation, name) for name in ("intake", "escalation")}
    copied = {topic: await copies(installation, topic, len(places)) for topic, places in injected.items()}
    await settled(installation)

    assert kept["escalation"].keys() == injected[COMPLAINT.name]
    assert kept["intake"].keys() == injected[ESCALATION.name] | injected[CONTACT.name]
    for topic, found in copied.items():
        assert {place_of(copy, installation) for copy in found} == injected[topic]
        assert len(found) == len(injected[topic])
    assert all(row["sealed_value"] for rows in kept.values() for row in rows.values())
    assert await _broken(installation, [model, *good], injected) == []
    assert found_in(await everywhere(installation)) == []


async def _broken(
    installation: LiveInstallation, acknowledged: list[str], injected: dict[str, set[Place]]
) -> list[str]:
    """Judge the promises over everything but what we have planted on the topics."""
    evidence = await gathered(installation, acknowledged)
    planted = {place for places in injected.values() for place in places}
    records = {
        name: [r for r in found if (r.topic, r.partition, r.offset) not in planted]
        for name, found in evidence.records.items()
    }
    return promises.broken(replace(evidence, records=records))


async def test_dead_letter_shows_nothing_of_what_people_wrote(
    installation: LiveInstallation, people: People
) -> None:
    for service in ("intake", "escalation"):
        shown = json.dumps(
            await people.get(OPERATOR, "/v1/operations/dead-letters", service=service), ensure_ascii=False
        )
        for name in CANARY_NAMES:
            assert name not in shown
    refused = await people.ask(CARE_SENIOR, "GET", "/v1/operations/dead-letters", service="intake")

    assert refused.status_code == 403


async def test_foreign_header_of_any_bytes_is_no_poison(
    installation: LiveInstallation, sender: Sender, people: People
) -> None:
    raw = with_headers(a_contact(), **{"x-trace": b"\xff\xfe", "x-null": None})
    reference = json.loads(raw.value)["reference"]
    before = await dead(installation, "intake")
    await sent(sender, CONTACT.name, raw)

    async def so() -> bool:
        rows = await installation.rows(
            "intake",
            "SELECT 1 FROM eventlog.events WHERE position(convert_to($1, 'UTF8') IN body) > 0",
            reference,
        )
        return bool(rows)

    assert await until(so, "the contact is registered")
    assert await dead(installation, "intake") == before


@pytest.mark.parametrize("settle", ["requeue", "drop"])
async def test_successors_wait_for_a_dead_letter_until_it_is_settled(
    installation: LiveInstallation, people: People, sender: Sender, settle: str
) -> None:
    model = await registered(people, complaint(PAST_EN))
    await offered(people, model, "care")
    stranger = str(derived_id("waiting", settle))
    said = [as_another(raw, model, stranger) for raw in await said_of(installation, COMPLAINT.name, model)]
    registered_, classified, promised, *_ = said
    for raw in (registered_, KINDS["bad JSON"](classified), promised):
        await sent(sender, COMPLAINT.name, raw)
    number = await _letter_of(people, stranger)
    waiting = await until(lambda: _parked(installation, stranger), "the successor waits")
    unmended = await people.ask(
        OPERATOR, "POST", f"/v1/operations/dead-letters/{number}/requeue", body={}, service="escalation"
    )
    mended = {"mended_value": base64.b64encode(classified.value).decode()} if settle == "requeue" else None
    settled_as = await people.post(
        OPERATOR, f"/v1/operations/dead-letters/{number}/{settle}", mended, service="escalation"
    )
    noted = [each["fact"]["kind"] for each in await heard(people, stranger, "noted", 2 if mended else 1)]

    async def released() -> bool:
        return await _parked(installation, stranger) == 0

    assert await until(released, "the successors are released")
    assert waiting == 1
    assert unmended.json()["rule"] == "still_fails"
    assert settled_as["settled_as"] == ("requeued" if settle == "requeue" else "dropped")
    assert noted == (["registered", "classified"] if settle == "requeue" else ["registered"])
    assert await _inbox(installation, stranger) == 3


async def _letter_of(people: People, stranger: str) -> int:
    async def so() -> int | None:
        found = await people.get(OPERATOR, "/v1/operations/dead-letters?after=0", service="escalation")
        return next(
            (each["number"] for each in found["dead_letters"] if each["key"] == f"complaint-{stranger}"), None
        )

    return await until(so, f"a dead letter of {stranger}") or 0


async def _parked(installation: LiveInstallation, stranger: str) -> int:
    query = "SELECT count(*) FROM eventlog.parked WHERE key = $1"
    ((count,),) = await installation.rows("escalation", query, f"complaint-{stranger}")
    return int(count)


async def _inbox(installation: LiveInstallation, stranger: str) -> int:
    query = "SELECT last_sequence FROM eventlog.inbox WHERE key = $1"
    ((last,),) = await installation.rows("escalation", query, f"complaint-{stranger}")
    return int(last)


async def test_too_much_poison_stops_the_consumer_with_an_alarm_and_loses_nothing(
    installation: LiveInstallation, people: People, sender: Sender
) -> None:
    raw = (await said_of(installation, COMPLAINT.name, await registered(people, complaint(PAST_EN))))[0]
    for number in range(FLOOD):
        await sent(sender, COMPLAINT.name, replace(raw, key=f"flood-{number}"))
    stopped = installation.only("escalation")
    after = await registered(people, complaint(PAST_EN))
    exit_status = await asyncio.to_thread(stopped.ended)

    async def routed() -> bool:
        if not stopped.is_alive:
            stopped.start()  # as whoever supervises it would, once an operator has looked
        query = "SELECT 1 FROM eventlog.events WHERE stream = $1 AND type = 'escalation.routed'"
        return bool(await installation.rows("escalation", query, f"escalation-{after}"))

    assert await until(routed, "what came behind the poison is handled", seconds=90)
    assert exit_status == 1
    assert b"declared_dead" in stopped.log.read_bytes()
    assert await all_dead(installation) >= FLOOD


async def all_dead(installation: LiveInstallation) -> int:
    return len(await dead(installation, "escalation"))
