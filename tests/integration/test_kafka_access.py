"""A broker as production has it: TLS, a login, rights. What Amends does there, and what it says when it may not."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import CreateAclsRequest
from structlog.testing import capture_logs
from typer.testing import CliRunner

from contracts.topics import COMPLAINT, CONTACT, dead_letter_topic
from deploy.topics import commands
from eventlog.errors import Unavailable
from eventlog.kafka.access import AccessRefused, KafkaAccess
from eventlog.kafka.ahead import ahead_of_log
from eventlog.kafka.publisher import Publisher
from eventlog.memory import memory_storage
from hosting.consuming import Consuming
from hosting.health import Life
from hosting.settings import KafkaSettings
from operate.commands.topic import app
from operate.errors import OperateError
from operate.settings import read_settings
from operate.stack import kafka
from operate.stack.engine import Site
from operate.stack.guard import temporary_home
from operate.stack.home import Home
from operate.stack.local import Engines
from operate.stack.progress import Silent
from operate.stack.topics import ensure_topics
from tests.support.certificates import Authority
from tests.support.consuming import Consumer
from tests.support.kafka import as_public, public
from tests.support.records import record

TOPICS = (COMPLAINT, CONTACT, dead_letter_topic(CONTACT, "intake"))
USERS = ("operator", "intake", "platform")
PASSWORD = "correct-horse-{}"  # of whom
PROMPT_SECONDS = 10.0
LOOK_SECONDS = 0.05


@dataclass(frozen=True)
class Guarded:
    """A broker that asks for TLS, a login and rights."""

    brokers: str
    authority: Authority

    def access(self, user: str, **other: str | Path) -> KafkaAccess:
        given: dict[str, str | Path] = {
            "kafka": self.brokers,
            "kafka_tls": "true",
            "kafka_ca_file": self.authority.file,
            "kafka_user": user,
            "kafka_password": PASSWORD.format(user),
        }
        return KafkaSettings.model_validate({**given, **other}).kafka_access()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """One for the module, on the local stack's engine; its topics and rights are made as `deploy/` prints them."""
    folder = tmp_path_factory.mktemp("certificates")
    authority = Authority(folder)
    with temporary_home() as path:
        home = Home(path)
        home.create()
        site = Site(home, read_settings().cache, Silent())
        running = kafka.launch(site, None, listener(folder, authority))
        kafka.wait_ready(site, running)
        found = Guarded(kafka.address(running), authority)
        asyncio.run(furnished(found))
        yield found
        kafka.stop(home, running)


def listener(folder: Path, authority: Authority) -> kafka.Listener:
    certificate, key = authority.issue("broker")
    both = folder / "broker.pem"
    both.write_bytes(key.read_bytes() + certificate.read_bytes())
    module = "org.apache.kafka.common.security.scram.ScramLoginModule"
    login = f'{module} required username="operator" password="{PASSWORD.format("operator")}";'
    return kafka.Listener(
        protocol="SASL_SSL",
        settings={
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(both),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(authority.file),
            "sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
            "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": login,
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            # The controller's own listener is plain and for this machine alone.
            "super.users": "User:operator;User:ANONYMOUS",
        },
        users=[f"[name={user},password={PASSWORD.format(user)}]" for user in USERS],
    )


async def furnished(guarded: Guarded) -> None:
    """Make the topics, and grant what `deploy/topics.py` prints for them."""
    access = guarded.access("operator")
    await ensure_topics(access, TOPICS)
    admin = AIOKafkaAdminClient(**access.options)
    await admin.start()
    names = {topic.name for topic in TOPICS}
    right = re.compile(r"principal (User:\w+) --operation (\w+) --operation Describe --(topic|group) (\S+)$")
    kinds, operations = {"topic": 2, "group": 3}, {"Read": 3, "Write": 4}
    for line in commands():
        found = right.search(line)
        if found and (found[4] in names or found[3] == "group"):
            for operation in (operations[found[2]], 8):
                request = CreateAclsRequest(kinds[found[3]], found[4], 3, found[1], "*", operation, 3)
                answer = await admin._send_request_to_node(1, request)
                assert [code for code, _ in answer.creation_responses] == [0]
    await admin.close()


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

    assert "does not speak TLS with us: set AMENDS_KAFKA to its TLS listener" in said


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
