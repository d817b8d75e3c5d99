"""The local stack's promises, on the real engines."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import MessageSizeTooLargeError

from contracts.topics import COMPLAINT, CONTACT, all_topics
from operate.settings import REPOSITORY, Settings, read_settings
from operate.stack import child
from operate.stack.databases import dsn_of
from operate.stack.guard import temporary_home
from operate.stack.home import Home
from operate.stack.installation import prepare_installation
from operate.stack.local import Engines, engines_of, start_engines
from operate.stack.state import read_state
from operate.stack.topics import ensure_topics
from operate.stack.whole import stop_all
from tests import engines as faults

NO_BROKER = "not started"


async def test_a_record_sent_is_a_record_heard(engines: Engines, topic_prefix: str) -> None:
    topic = f"{topic_prefix}{COMPLAINT.name}"
    await ensure_topics(engines.kafka, [COMPLAINT], prefix=topic_prefix)

    await send(engines, topic, b"heard")

    assert await first_heard(engines, topic) == b"heard"


async def test_a_record_above_the_topics_limit_is_refused(engines: Engines, topic_prefix: str) -> None:
    await ensure_topics(engines.kafka, [COMPLAINT], prefix=topic_prefix)

    with pytest.raises(MessageSizeTooLargeError):
        await send(engines, f"{topic_prefix}{COMPLAINT.name}", b"x" * (COMPLAINT.max_bytes + 1))


async def test_topics_have_the_limits_of_the_contract_and_making_them_twice_is_quiet(
    engines: Engines, topic_prefix: str
) -> None:
    for _ in range(2):
        await ensure_topics(engines.kafka, all_topics(), prefix=topic_prefix)

    settings = await settings_of(engines, f"{topic_prefix}{CONTACT.name}")

    assert settings.items() >= CONTACT.settings.items()


async def test_no_topic_comes_to_be_by_writing_to_it(engines: Engines) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=engines.kafka)
    await admin.start()
    try:
        [broker] = await admin.describe_configs([ConfigResource(ConfigResourceType.BROKER, "1")])
    finally:
        await admin.close()

    found = {entry[0]: entry[1] for entry in broker.resources[0][4]}
    assert found["auto.create.topics.enable"] == "false"


async def test_postgresql_is_durable_and_tells_no_statement_to_its_log(database: str) -> None:
    connection = await asyncpg.connect(database)
    try:
        found = {name: await connection.fetchval("SELECT current_setting($1)", name) for name in ASKED}
    finally:
        await connection.close()

    assert found == ASKED


ASKED = {
    "fsync": "on",
    "synchronous_commit": "on",
    "max_connections": "200",
    "log_min_error_statement": "panic",
}


async def test_a_services_role_enters_its_own_database_and_no_other(engines: Engines, tmp_path: Path) -> None:
    installation = await prepare_installation(engines, tmp_path, topic_prefix="roles.")

    assert await who_am_i(installation.dsns["intake"]) == "amends_roles_intake"
    for closed in ("amends_roles_escalation", "amends_roles_keys", "postgres", "template1"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await who_am_i(dsn_of(installation.dsns["intake"], closed))


async def test_a_wrong_password_opens_nothing(engines: Engines, tmp_path: Path) -> None:
    installation = await prepare_installation(engines, tmp_path, topic_prefix="roles.")
    own = installation.dsns["intake"]

    with pytest.raises(asyncpg.InvalidPasswordError):
        await who_am_i(dsn_of(own, "amends_roles_intake", role="amends_roles_intake", password="guess"))


@pytest.fixture
def own_stack() -> Iterator[Settings]:
    """Settings for a stack of the test's own, removed afterwards."""
    with temporary_home() as home:
        yield Settings(kafka=None, postgres=None, home=home, cache=read_settings({}).cache)


def test_a_killed_stack_comes_back_on_the_same_addresses_with_its_data(own_stack: Settings) -> None:
    engines = start_engines(own_stack)
    asyncio.run(leave_a_trace(engines))
    faults.kill(engines, "kafka")
    faults.kill(engines, "postgres")

    again = start_engines(own_stack)

    assert again == engines
    assert asyncio.run(trace_of(again)) == (b"trace", 1)


def test_two_that_start_at_once_share_one_stack(own_stack: Settings) -> None:
    program = "import sys, json; from operate.cli import main; main()"
    command = [sys.executable, "-c", program, "up", "--engines-only", "--json"]
    environment = {"AMENDS_HOME": str(own_stack.home), "AMENDS_KAFKA": NO_BROKER, "PATH": "/usr/bin:/bin"}
    both = [
        subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE) for _ in range(2)
    ]

    said = [json.loads(each.communicate()[0]) for each in both]

    pids = {member["pid"] for each in said for member in each["members"] if member["name"] == "postgres"}
    assert len(pids) == 1
    assert psutil.pid_exists(pids.pop())


def test_down_leaves_no_process(own_stack: Settings) -> None:
    engines = start_engines(postgres_alone(own_stack))
    before = processes_of(engines)

    stop_all(own_stack.home)
    stop_all(own_stack.home)

    assert len(before) > 1
    assert not [process for process in before if is_running(process)]


def test_a_stack_whose_state_is_lost_is_stopped_all_the_same(own_stack: Settings) -> None:
    engines = start_engines(postgres_alone(own_stack))
    before = processes_of(engines)
    Home(own_stack.home).state_file.unlink()

    stop_all(own_stack.home)

    assert not [process for process in before if is_running(process)]


def test_given_addresses_start_nothing(own_stack: Settings) -> None:
    given = dataclasses.replace(own_stack, kafka="broker:9092", postgres="postgresql://admin@db/postgres")

    engines = start_engines(given)

    assert engines.kafka == "broker:9092"
    assert engines.postgres_admin_dsn == "postgresql://admin@db/postgres"
    assert read_state(Home(own_stack.home).state_file).members == {}


def test_a_program_that_is_killed_takes_its_temporary_engines_with_it() -> None:
    program = (
        "import dataclasses, time; from operate.settings import read_settings;"
        "from operate.stack.guard import temporary_engines;"
        f"settings = dataclasses.replace(read_settings({{}}), kafka={NO_BROKER!r});\n"
        "with temporary_engines(settings) as engines: print(engines.home, flush=True); time.sleep(60)"
    )
    killed = subprocess.Popen([sys.executable, "-c", program], cwd=REPOSITORY, stdout=subprocess.PIPE)
    assert killed.stdout is not None
    home = Path(killed.stdout.readline().decode().strip())
    started = child.leftovers("postgres", home / "postgres")

    killed.kill()
    killed.communicate()

    assert started
    assert until(lambda: not home.exists())
    assert not [process for process in started if is_running(process)]


def test_a_process_that_will_not_end_is_killed_with_its_children(tmp_path: Path) -> None:
    stubborn = ["sh", "-c", "trap '' TERM; sleep 60 & echo ready; while :; do wait; done"]
    started = child.spawn(stubborn, log=tmp_path / "log", folder=tmp_path)
    assert until(lambda: "ready" in (tmp_path / "log").read_text(encoding="utf-8"))
    family = psutil.Process(started.pid).children(recursive=True)

    child.stop(started, ask=signal.SIGTERM, patience_seconds=0.1)

    assert family
    assert not child.is_alive(started)
    assert not [process for process in family if is_running(process)]


async def send(engines: Engines, topic: str, value: bytes) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=engines.kafka, acks="all", enable_idempotence=True, max_request_size=4_000_000
    )
    await producer.start()
    try:
        await producer.send_and_wait(topic, value, key=b"complaint-1")
    finally:
        await producer.stop()


async def first_heard(engines: Engines, topic: str) -> bytes | None:
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=engines.kafka, group_id=f"{topic}.test", auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        record = await asyncio.wait_for(consumer.getone(), 20)
    finally:
        await consumer.stop()
    return bytes(record.value)


async def settings_of(engines: Engines, topic: str) -> dict[str, str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=engines.kafka)
    await admin.start()
    try:
        [answer] = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    finally:
        await admin.close()
    return {entry[0]: entry[1] for entry in answer.resources[0][4]}


async def who_am_i(dsn: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval("SELECT current_user")
    finally:
        await connection.close()


async def leave_a_trace(engines: Engines) -> None:
    await ensure_topics(engines.kafka, [COMPLAINT])
    await send(engines, COMPLAINT.name, b"trace")
    connection = await asyncpg.connect(engines.postgres_dsn)
    await connection.execute("CREATE TABLE trace AS SELECT 1 AS one")
    await connection.close()


async def trace_of(engines: Engines) -> tuple[bytes | None, int]:
    connection = await asyncpg.connect(engines.postgres_dsn)
    count = await connection.fetchval("SELECT count(*) FROM trace")
    await connection.close()
    return await first_heard(engines, COMPLAINT.name), int(count)


def postgres_alone(settings: Settings) -> Settings:
    return dataclasses.replace(settings, kafka=NO_BROKER)


def processes_of(engines: Engines) -> list[psutil.Process]:
    assert engines_of(Settings(kafka=NO_BROKER, postgres=None, home=engines.home, cache=engines.home))
    return child.leftovers("postgres", Home(engines.home).postgres)


def is_running(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def until(holds: Callable[[], bool], seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
