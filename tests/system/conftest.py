"""The installation of a module, its own or the shared one; a test that fails shows what its processes said last."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterator

import pytest

from operate.stack.local import Engines
from tests.order import SHARING
from tests.system.installation import LiveInstallation, finished, live_installation
from tests.system.people import People, people_at
from tests.system.reading import settled


@pytest.fixture(scope="module")
def installation(request: pytest.FixtureRequest) -> Iterator[LiveInstallation]:
    """All services as a process each: with nothing in their logs yet, or, for `SHARING`, with nothing under way."""
    if request.module.__name__ in SHARING:
        shared: LiveInstallation = request.getfixturevalue("shared_installation")
        finished(lambda: settled(shared))
        yield shared
        return
    engines: Engines = request.getfixturevalue("engines")
    with live_installation(engines) as live:
        yield live


@pytest.fixture
async def people(installation: LiveInstallation) -> AsyncIterator[People]:
    """Everybody who works with the installation, each with a token."""
    async with people_at(installation) as found:
        yield found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Function) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    live = getattr(item, "funcargs", {}).get("installation")
    if report.failed and isinstance(live, LiveInstallation):
        report.sections.append(("what the services said last", live.last_words()))
    return report
