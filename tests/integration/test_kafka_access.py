"""A broker as production has it: TLS, a login, rights. What Amends does there, and what it says when it may not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner

from contracts.topics import COMPLAINT, CONTACT, dead_letter_topic
from eventlog.errors import Unavailable
from eventlog.kafka.access import AccessRefused, KafkaAccess
from eventlog.kafka.ahead import ahead_of_log
from eventlog.kafka.publisher import Publisher
from eventlog.memory import memory_storage
from hosting.consuming import Consuming
from hosting.health import Life
from operate.commands.topic import app
from operate.errors import OperateError
from operate.stack.local import Engines
from operate.stack.topics import ensure_topics
from tests.support.certificates import Authority
from tests.support.consuming import Consumer
from tests.support.guarded import OPERATOR, PASSWORD, Guarded, guarded_broker
from tests.support.kafka import as_public, public
from tests.support.records import record

TOPICS = (COMPLAINT, CONTACT, dead_letter_topic(CONTACT, "intake"))
PROMPT_SECONDS = 10.0
LOOK_SECONDS = 0.05


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """One for the module; its topics and rights are made as `deploy/` prints them."""

    async def furnished(broker: Guarded) -> None:
        await ensure_topics(broker.access(OPERATOR), TOPICS)
        await broker.grant()

    with guarded_broker(tmp_path_factory.mktemp("certificates")) as broker:
        asyncio.run(furnished(broker))
        yield broker


@asynccontextmanager
async def publishing(access: KafkaAccess) -> AsyncIterator[Publisher]:
    publisher = Publisher(access, client_id="test")
    try:
        yield publisher
    finally:
        await publisher.close()


def consuming_as(access: KafkaAccess) -> Consuming:
    return Consuming(access, client="amends-intake", topics=[CONTACT.name], group="intake")


async def until_any(look: Callable[[], Awaitable[Sequence[Any]]]) -> Sequence[Any]:
    """Return what is found once there is something; neither a consumer nor a log line can be awaited."""
    for _ in range(int(PROMPT_SECONDS / LOOK_SECONDS)):
        if found := await look():
            return found
        await asyncio.sleep(LOOK_SECONDS)
    raise AssertionError("nothing came")


async def refused(access: KafkaAccess) -> str:
    """What a publisher is told, in seconds and not at the end of somebody's patience."""
    async with publishing(access) as publisher, asyncio.timeout(PROMPT_SECONDS):
        with pytest.raises(AccessRefused) as no:
            await publisher.publish([public(COMPLAINT.name, "complaint-1")])
    return str(no.value)


async def test_service_publishes_and_looks_at_its_own_topic_with_the_rights_that_deploy_prints(
    guarded: Guarded,
) -> None:
    intake = guarded.access("intake")
    async with publishing(intake) as publisher:
        await publisher.publish(
            [public(COMPLAINT.name, "complaint-1", headers=[("ce_id", b"complaint-1@1")])]
        )

    found = await ahead_of_log(intake, [COMPLAINT.name], memory_storage().log, id_header="ce_id")

    assert found == "complaint-1@1"


async def test_service_hears_over_tls_what_a_platform_with_its_own_login_sends(guarded: Guarded) -> None:
    consumer = Consumer(memory_storage())
    consuming = consuming_as(guarded.access("intake"))
    await consuming.join(consumer.inbound, Life())
    async with publishing(guarded.access("platform")) as publisher:
        await publisher.publish([as_public(record("k", 1, "heard"), CONTACT.name)])

    noted = await until_any(lambda: consumer.noted("k"))
    await consuming.stop()

    assert noted == ("heard",)


async def test_wrong_password_is_told_with_its_setting_and_never_shown(guarded: Guarded) -> None:
    said = await refused(guarded.access("intake", kafka_password="hunter2"))

    assert "refuses this login: check AMENDS_KAFKA_USER, AMENDS_KAFKA_PASSWORD" in said
    assert "hunter2" not in said


async def test_login_of_a_kind_the_broker_has_not_is_told_with_its_setting(guarded: Guarded) -> None:
    said = await refused(guarded.access("intake", kafka_mechanism="SCRAM-SHA-256"))

    assert "set AMENDS_KAFKA_MECHANISM" in said


async def test_certificate_of_an_unknown_authority_is_told_with_its_setting(
    guarded: Guarded, tmp_path: Path
) -> None:
    stranger = Authority(tmp_path, "stranger")

    said = await refused(guarded.access("intake", kafka_ca_file=stranger.file))

    assert "shows a certificate that is not trusted" in said
    assert "set AMENDS_KAFKA_CA_FILE" in said


async def test_tls_listener_spoken_to_in_plain_is_told_soon(guarded: Guarded) -> None:
    said = await refused(KafkaAccess(guarded.brokers))

    assert "set AMENDS_KAFKA_TLS=true" in said


async def test_plain_listener_spoken_to_over_tls_is_told_soon(engines: Engines, guarded: Guarded) -> None:
    said = await refused(replace(guarded.access("intake"), brokers=engines.kafka))

    assert "does not speak TLS with us" in said
    assert "set AMENDS_KAFKA to its TLS listener" in said


async def test_listener_with_logins_spoken_to_without_one_is_told_soon(guarded: Guarded) -> None:
    full = guarded.access("intake")
    assert full.security is not None

    said = await refused(replace(full, security=replace(full.security, login=None)))

    assert "set AMENDS_KAFKA_USER and AMENDS_KAFKA_PASSWORD" in said


async def test_right_that_is_not_granted_is_told_with_where_rights_are_printed(guarded: Guarded) -> None:
    async with publishing(guarded.access("platform")) as publisher:
        with pytest.raises(AccessRefused, match=r"denies this user a right .* deploy/topics\.py"):
            await publisher.publish([public(COMPLAINT.name, "complaint-1")])


async def test_consumer_that_may_not_log_in_says_why_and_goes_on_trying(guarded: Guarded) -> None:
    wrong = guarded.access("intake", kafka_password="hunter2")
    consuming = consuming_as(wrong)

    with capture_logs() as lines:
        joining = asyncio.create_task(consuming.join(Consumer(memory_storage()).inbound, Life()))
        await until_any(lambda: asyncio.sleep(0, lines[3:]))
    joining.cancel()
    await asyncio.wait([joining])
    await consuming.stop()

    assert {line["event"] for line in lines} == {"kafka_access_refused", "consumer_not_started"}
    assert all("AMENDS_KAFKA_PASSWORD" in str(line["exc_info"]) for line in lines)
    assert "hunter2" not in str(lines)


async def test_operator_watches_a_topic_with_a_login_of_their_own(guarded: Guarded, tmp_path: Path) -> None:
    async with publishing(guarded.access("intake")) as publisher:
        await publisher.publish([public(COMPLAINT.name, "complaint-1")])
    (tmp_path / "password").write_text(PASSWORD.format("operator"))
    environment = {
        "AMENDS_KAFKA": guarded.brokers,
        "AMENDS_KAFKA_TLS": "true",
        "AMENDS_KAFKA_CA_FILE": str(guarded.authority.file),
        "AMENDS_KAFKA_USER": "operator",
        "AMENDS_KAFKA_PASSWORD_FILE": str(tmp_path / "password"),
    }

    arguments = ["tail", COMPLAINT.name, "--from-beginning", "--count", "1"]
    said = await asyncio.to_thread(CliRunner().invoke, app, arguments, env=environment)

    assert said.exit_code == 0
    assert "at offset 0" in said.output


async def test_reader_of_a_topic_and_maker_of_topics_are_told_the_same(guarded: Guarded) -> None:
    wrong = guarded.access("intake", kafka_password="hunter2")

    with pytest.raises(Unavailable, match="AMENDS_KAFKA_PASSWORD"):
        await ahead_of_log(wrong, [COMPLAINT.name], memory_storage().log, id_header="ce_id")
    with pytest.raises(OperateError, match="AMENDS_KAFKA_PASSWORD"):
        await ensure_topics(wrong, TOPICS)
