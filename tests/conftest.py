"""Fixtures for every test: the real engines, started once a run and only when a test asks for them."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import pytest

from operate.settings import Settings, read_settings
from operate.stack.databases import create_database, drop_database
from operate.stack.guard import temporary_home
from operate.stack.local import Engines, start_engines
from operate.stack.topics import drop_topics
from tests.order import turn

if TYPE_CHECKING:
    from tests.system.installation import LiveInstallation


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests in order."""
    items.sort(key=turn)


@pytest.fixture(scope="session")
def engine_settings() -> Iterator[Settings]:
    """A home of this run's own; it is removed with all its processes at the end, however the run ends."""
    with temporary_home() as home:
        yield dataclasses.replace(read_settings(), home=home)


@pytest.fixture(scope="session")
def postgres_only(engine_settings: Settings) -> Engines:
    """PostgreSQL, without waiting for a broker that the test does not need."""
    return start_engines(dataclasses.replace(engine_settings, kafka=engine_settings.kafka or "not started"))


@pytest.fixture(scope="session")
def engines(engine_settings: Settings) -> Engines:
    """One PostgreSQL and one Kafka for the whole run, or those that AMENDS_POSTGRES and AMENDS_KAFKA name."""
    return start_engines(engine_settings)


@pytest.fixture(scope="session")
def shared_installation(engines: Engines) -> Iterator[LiveInstallation]:
    """One installation for all modules that leave it as whole as they found it; at the end it is judged."""
    # Not above: the pure tests have this file too and no use for the services.
    from tests.system import installation, judging  # noqa: PLC0415

    with installation.live_installation(engines) as live:
        yield live
        installation.finished(lambda: judging.promises_hold(live))


@pytest.fixture
async def database(postgres_only: Engines) -> AsyncIterator[str]:
    """The DSN of a fresh, empty database."""
    name = f"test_{secrets.token_hex(6)}"
    yield await create_database(postgres_only, name)
    await drop_database(postgres_only, name)


@pytest.fixture
async def topic_prefix(engines: Engines) -> AsyncIterator[str]:
    """A fresh prefix for topic names, with its dot; topics that begin with it are deleted afterwards."""
    prefix = f"t{secrets.token_hex(4)}."
    yield prefix
    await drop_topics(engines.kafka, prefix)
