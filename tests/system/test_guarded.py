"""The whole chain on a broker as production has it: each service with a login and no right but what `deploy/` prints."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from operate.stack.local import Engines
from tests.support.guarded import OPERATOR, guarded_broker
from tests.system.complaints import standing
from tests.system.contacts import sender_to
from tests.system.flags import REVIEWER, judged, phone, proposed, serial, shown
from tests.system.installation import DECLARED, LiveInstallation, discard, finished, prepare, until
from tests.system.judging import promises_hold
from tests.system.negotiations import agreed, payment_order, signed, talks, told_paid
from tests.system.people import People
from tests.system.reading import records_of


@pytest.fixture(scope="module")
def installation(
    postgres_only: Engines, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveInstallation]:
    with guarded_broker(tmp_path_factory.mktemp("certificates")) as broker:
        engines = dataclasses.replace(
            postgres_only, kafka=broker.brokers, kafka_settings=broker.environment(OPERATOR)
        )
        prepared = finished(lambda: prepare(engines, tmp_path_factory.mktemp("installation")))
        finished(lambda: broker.grant(prepared.topic_prefix))
        live = LiveInstallation(prepared)
        try:
            for name in DECLARED:
                live.add(name, **broker.environment(name))
            live.wait_ready()
            yield live
        finally:
            live.stop()
            finished(lambda: discard(prepared))


async def test_complaint_is_settled_paid_and_heard_of_by_all(people: People) -> None:
    one = await agreed(people)
    await signed(people, one)
    await told_paid(people, one, await payment_order(people, one))

    await talks(people, one, "archived")
    answered = await standing(people, one, stage="answered")
    assert answered["outcome"] == "settled"


async def test_flag_travels_back_to_the_desk(people: People) -> None:
    number = phone()
    person, _ = await proposed(people, number)
    await judged(people, REVIEWER, person, "1/confirmation", reason="Three shops, one text.")

    (later,) = await serial(people, number, 1)

    await shown(people, later, "confirmed")


async def test_contact_that_cannot_be_read_has_its_copy_on_the_dead_letter_topic(
    installation: LiveInstallation,
) -> None:
    async with sender_to(installation) as sender:
        await sender.send("amends.contact.v1", "k", b"{", [])

    async def copied() -> bool:
        return bool(await records_of(installation, "amends.contact.v1.intake.dlq"))

    await until(copied, "the letter is on the topic")


async def test_all_promises_hold_over_all_of_this(installation: LiveInstallation) -> None:
    await promises_hold(installation)
