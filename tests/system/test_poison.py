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

from contracts.topics import COMPLAINT, CONTACT, ESCALATION, FLAG, NEGOTIATION, TOPICS
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
from tests.system.flags import phone, proposed, shown
from tests.system.hearing import HEARD_TYPES
from tests.system.installation import DECLARED, LiveInstallation, finished, until
from tests.system.judging import gathered
from tests.system.negotiations import REFUND_ZH, talks
from tests.system.people import CARE_SENIOR, OPERATOR, People
from tests.system.reading import Record, records_of, settled, unread
from tests.system.spoiling import KINDS, Raw, a_contact, as_another, as_sent, with_headers

HEARERS: Final = {topic.name: topic.consumers for topic in TOPICS if topic.consumers}
# What is spoilt on each topic; only who listens to it must keep it aside.
MODELS: Final = {
    COMPLAINT.name: "amends.complaint.registered.v1",
    ESCALATION.name: "amends.escalation.routed.v1",
    NEGOTIATION.name: "amends.negotiation.opened.v1",
    FLAG.name: "amends.flag.screened.v1",
}
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
        for topic in HEARERS:
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


async def copies(installation: LiveInstallation, topic: str, hearer: str, count: int) -> list[Record]:
    """Wait for the copies of a service's dead letters on their own topic."""

    async def so() -> list[Record]:
        found = await records_of(installation, f"{topic}.{hearer}.dlq")
        return found if len(found) >= count else []

    return await until(so, f"{count} copies lie on the dead-letter topic of {topic} for {hearer}")


def place_of(copy: Record, installation: LiveInstallation) -> Place:
    topic = copy.header("x-original-topic").removeprefix(installation.prepared.topic_prefix)
    return topic, int(copy.header("x-original-partition")), int(copy.header("x-original-offset"))


async def models_of(installation: LiveInstallation, people: People) -> dict[str, tuple[str, Raw]]:
    """Return for each topic the record to be spoilt, and the id in its key."""
    person, (flagged, *_) = await proposed(people, phone())
    demanded = await registered(people, complaint(REFUND_ZH))
    await offered(people, demanded, "care")
    await talks(people, demanded, "liability_review")
    ids = {**dict.fromkeys(MODELS, demanded), FLAG.name: person}
    await shown(people, flagged, "proposed")
    found = {}
    for topic, kind in MODELS.items():
        said = await said_of(installation, topic, ids[topic])
        model = next(raw for raw in said if raw.headers["ce_type"] == kind.encode())
        # As the first of its stream: above a gap even poison waits.
        found[topic] = ids[topic], with_headers(model, ce_sequence=b"1")
    return found


def obliged(topic: str) -> list[str]:
    """Return who must keep the poison of a topic aside: those who listen to what it once was."""
    return [name for name in HEARERS[topic] if topic == CONTACT.name or MODELS[topic] in HEARD_TYPES[name]]


async def test_poison_of_every_kind_is_kept_aside_and_hurts_nobody(
    installation: LiveInstallation, people: People, sender: Sender
) -> None:
    models = await models_of(installation, people)
    injected: dict[str, set[Place]] = {topic: set() for topic in HEARERS}
    good = []
    for kind, spoil in KINDS.items():
        for topic, (one, raw) in models.items():
            stranger = str(derived_id("stranger", kind, topic))
            injected[topic].add(await sent(sender, topic, spoil(as_another(raw, one, stranger))))
        injected[CONTACT.name].add(await sent(sender, CONTACT.name, spoil(a_contact())))
        good.append(await registered(people, complaint(PAST_EN)))
    await all_read(installation)
    await settled(installation)
    kept = {name: await dead(installation, name) for name in DECLARED}

    for topic, places in injected.items():
        for name in HEARERS[topic]:
            mine = {place for place in kept[name] if place[0] == topic}
            assert mine <= places
            if name in obliged(topic):
                found = await copies(installation, topic, name, len(places))
                assert mine == places
                assert {place_of(copy, installation) for copy in found} == places
                assert len(found) == len(places)
    assert all(row["sealed_value"] for rows in kept.values() for row in rows.values())
    assert await _broken(installation, good, injected) == []
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
    for service in DECLARED:
        listed = json.dumps(
            await people.get(OPERATOR, "/v1/operations/dead-letters", service=service), ensure_ascii=False
        )
        for name in CANARY_NAMES:
            assert name not in listed
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


async def test_too_much_poison_stops_every_consumer_with_an_alarm_and_loses_nothing(
    installation: LiveInstallation, people: People, sender: Sender
) -> None:
    raw = (await said_of(installation, COMPLAINT.name, await registered(people, complaint(PAST_EN))))[0]
    for number in range(FLOOD):
        await sent(sender, COMPLAINT.name, replace(raw, key=f"flood-{number}"))
    stopped = [installation.only(name) for name in COMPLAINT.consumers]
    after = await registered(people, complaint(PAST_EN))
    statuses = await asyncio.gather(*(asyncio.to_thread(each.ended) for each in stopped))

    async def heard_by_all() -> bool:
        for each in stopped:
            if not each.is_alive:
                each.start()  # as whoever supervises it would, once an operator has looked
        query = "SELECT 1 FROM eventlog.inbox WHERE key = $1"
        known = [await installation.rows(name, query, f"complaint-{after}") for name in COMPLAINT.consumers]
        return all(known)

    assert await until(heard_by_all, "what came behind the poison is handled", seconds=120)
    assert statuses == [1] * len(stopped)
    for each in stopped:
        assert b"declared_dead" in each.log.read_bytes()
        assert len(await dead(installation, each.service.name)) >= FLOOD
