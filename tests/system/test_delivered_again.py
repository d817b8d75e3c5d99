"""Whatever order and however often records come: each fact once, in the order it was said (R2, R3, R5)."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from contracts.topics import COMPLAINT, TOPICS
from eventlog.ids import derived_id
from tests.system.complaints import (
    PAST_EN,
    PAST_ZH,
    closed_well,
    complaint,
    events,
    heard,
    offered,
    registered,
    step,
)
from tests.system.contacts import Sender, sender_to
from tests.system.flags import phone, proposed
from tests.system.installation import DECLARED, LiveInstallation, until
from tests.system.judging import promises_hold
from tests.system.negotiations import agreed, payment_order, signed, talks, told_paid
from tests.system.people import CARE_SENIOR, OPERATOR, People
from tests.system.reading import Record, heads, records_of, settled, unread

HEARD_BY_SOMEBODY: Final = [topic.name for topic in TOPICS if topic.consumers and topic.producer in DECLARED]


@pytest.fixture
async def sender(installation: LiveInstallation) -> AsyncIterator[Sender]:
    async with sender_to(installation) as found:
        yield found


async def a_few(people: People) -> list[str]:
    """Return complaints, some of them brought to their end."""
    ones = [await registered(people, complaint(text)) for text in (PAST_EN, PAST_ZH) * 3]
    for one in ones:
        await offered(people, one, "care")
        await step(people, CARE_SENIOR, one, "handover/acceptance")
    for one in ones[:3]:
        await closed_well(people, one, CARE_SENIOR)
    return ones


async def something_on_every_topic(people: People) -> None:
    """Let a few complaints come in, a settlement be made and paid, and a flag be proposed."""
    await a_few(people)
    one = await agreed(people)
    await signed(people, one)
    await told_paid(people, one, await payment_order(people, one))
    await talks(people, one, "archived")
    await proposed(people, phone())


async def all_read(installation: LiveInstallation) -> None:
    async def so() -> bool:
        return not await unread(installation)

    await until(so, "everything on the topics is read", every=0.1)


async def test_full_replay_of_any_topic_changes_nothing(
    installation: LiveInstallation, people: People, sender: Sender
) -> None:
    await something_on_every_topic(people)
    await settled(installation)
    before, after = await heads(installation), {}
    for topic in HEARD_BY_SOMEBODY:
        lying = await records_of(installation, topic)
        assert lying, topic
        for record in lying:
            await sender.again(record)
        await all_read(installation)
        after[topic] = await heads(installation)

    assert after == dict.fromkeys(HEARD_BY_SOMEBODY, before)
    await promises_hold(installation)


async def test_records_delivered_twice_and_in_any_order_change_nothing(
    installation: LiveInstallation, people: People, sender: Sender
) -> None:
    await something_on_every_topic(people)
    await settled(installation)
    before = await heads(installation)
    for topic in HEARD_BY_SOMEBODY:
        known = list({record.id: record for record in await records_of(installation, topic)}.values())
        muddle = known * 2
        random.Random(7).shuffle(muddle)
        for record in muddle:
            await sender.again(record)
    await all_read(installation)

    assert await heads(installation) == before
    assert {name: await parked(installation, name) for name in DECLARED} == dict.fromkeys(DECLARED, 0)


async def test_republished_records_are_the_same_bytes_and_change_nothing(
    installation: LiveInstallation, people: People
) -> None:
    one = (await a_few(people))[0]
    await settled(installation)
    before, lying = await heads(installation), await records_of(installation, COMPLAINT.name)
    sent = await people.post(
        OPERATOR, "/v1/operations/republish", {"stream": f"complaint-{one}"}, service="intake"
    )
    await all_read(installation)
    again = (await records_of(installation, COMPLAINT.name))[len(lying) :]
    by_hand = [
        record for record in await records_of(installation, COMPLAINT.name) if record.key.endswith(one)
    ]

    assert sent["republished"] == len({record.id for record in by_hand})
    assert len(by_hand) == 2 * sent["republished"]
    assert len({(record.id, record.value) for record in by_hand}) == sent["republished"]
    assert again
    assert await heads(installation) == before


async def test_same_sequence_with_other_bytes_is_an_alarm_and_no_effect(
    installation: LiveInstallation, people: People, sender: Sender
) -> None:
    one = (await a_few(people))[0]
    await settled(installation)
    before = await heads(installation)
    mine = [record for record in await records_of(installation, COMPLAINT.name) if record.key.endswith(one)]
    last = max(mine, key=lambda record: record.sequence)
    await sender.again(replace(last, value=last.value.replace(b"answered", b"refused_")))
    await all_read(installation)

    assert await heads(installation) == before
    assert b"same_sequence_other_bytes" in installation.logs()["escalation-1.log"]


async def test_records_of_a_new_stream_in_any_order_are_noted_in_the_order_said(
    installation: LiveInstallation, people: People, sender: Sender
) -> None:
    one = (await a_few(people))[0]
    await settled(installation)
    twin = str(derived_id("twin", one))
    said = [_renamed(record, one, twin) for record in await records_of(installation, COMPLAINT.name)]
    firsts = list({record.sequence: record for record in said if record.key == f"complaint-{twin}"}.values())
    for number in (3, 2, 3, 1, 5, 4, 1):
        await sender.again(firsts[number - 1])
    await heard(people, twin, "routed")
    await all_read(installation)
    noted = [
        event for event in await events(people, twin, "escalation") if event["type"] == "escalation.noted"
    ]

    assert [event["cause"] for event in noted] == sorted(event["cause"] for event in noted)
    assert [event["data"]["fact"]["kind"] for event in noted][:2] == ["registered", "classified"]
    assert await parked(installation, "escalation") == 0


def _renamed(record: Record, one: str, other: str) -> Record:
    """Return a record as another complaint would have it."""
    headers = tuple((name, value.replace(one.encode(), other.encode())) for name, value in record.headers)
    value = record.value.replace(one.encode(), other.encode())
    return replace(record, key=record.key.replace(one, other), headers=headers, value=value)


async def test_first_sight_of_a_stream_above_one_waits_for_what_came_before(
    installation: LiveInstallation, people: People
) -> None:
    installation.only("escalation").stop()
    one = await registered(people, complaint(PAST_EN))
    lost = await _only_the_last_is_left(installation, one)
    installation.only("escalation").start()
    installation.only("escalation").wait_ready()

    async def waiting() -> int:
        return await parked(installation, "escalation")

    await until(waiting, "the record above the gap is parked")
    await people.post(OPERATOR, "/v1/operations/republish", {"stream": f"complaint-{one}"}, service="intake")
    (route, *_) = await heard(people, one, "routed")

    async def none_waits() -> bool:
        return await parked(installation, "escalation") == 0

    await until(none_waits, "nothing is parked any more")
    causes = [event["cause"] for event in await events(people, one, "escalation") if event["cause"]]

    assert lost >= 1
    assert route["rule"] == "past_serious"
    assert causes[:2] == [f"complaint-{one}@1", f"complaint-{one}@2"]
    assert b"gap_parked" in installation.logs()["escalation-1.log"]


async def _only_the_last_is_left(installation: LiveInstallation, one: str) -> int:
    """Take all but the last record of a complaint from its partition, as a lost disk would; return how many."""

    async def three() -> list[Record]:
        mine = [
            record for record in await records_of(installation, COMPLAINT.name) if record.key.endswith(one)
        ]
        return mine if len(mine) >= 3 else []

    mine = await until(three, "registered, classified and promised are published")
    admin = AIOKafkaAdminClient(bootstrap_servers=installation.engines.kafka)
    await admin.start()
    try:
        place = TopicPartition(installation.topic(COMPLAINT.name), mine[-1].partition)
        await admin.delete_records({place: RecordsToDelete(before_offset=mine[-1].offset)})
    finally:
        await admin.close()
    return len(mine) - 1


async def parked(installation: LiveInstallation, service: str) -> int:
    ((count,),) = await installation.rows(service, "SELECT count(*) FROM eventlog.parked")
    return int(count)
