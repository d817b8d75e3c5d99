"""An installation of a test's own: services as separate processes, killed and started at will, and looked into."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

import asyncpg

from eventlog.keys.postgres import MIGRATIONS as KEY_MIGRATIONS
from eventlog.postgres.migrate import engine_migrations, migrate, migrations_in
from hosting.service import Service as Declared
from operate.settings import REPOSITORY
from operate.stack import child
from operate.stack.databases import drop_database
from operate.stack.installation import Installation, prepare_installation, service_environment
from operate.stack.local import Engines
from operate.stack.logs import last_lines
from operate.stack.ports import LOCALHOST, free_port
from operate.stack.services import SERVICES, Service, is_ready
from operate.stack.state import Running
from operate.stack.topics import drop_topics
from services.blacklist.app import SERVICE as BLACKLIST
from services.compensation.app import SERVICE as COMPENSATION
from services.escalation.app import SERVICE as ESCALATION
from services.intake.app import SERVICE as INTAKE

if TYPE_CHECKING:
    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record]

T = TypeVar("T")
Look: TypeAlias = Callable[..., Awaitable[list[asyncpg.Record]]]

DECLARED: Final[dict[str, Declared]] = {
    "intake": INTAKE,
    "escalation": ESCALATION,
    "compensation": COMPENSATION,
    "blacklist": BLACKLIST,
}
KNOWN: Final[dict[str, Service]] = {service.name: service for service in SERVICES}
LOOK_AGAIN_SECONDS: Final = 0.05
READY_SECONDS: Final = 90.0
STOP_SECONDS: Final = 25.0


async def until(
    condition: Callable[[], Awaitable[T | None]],
    what: str,
    *,
    seconds: float = 45.0,
    every: float = LOOK_AGAIN_SECONDS,
) -> T:
    """Return the first true answer of `condition`; fails with `what` and the last answer after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (answer := await condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}; last seen: {answer!r}")
        await asyncio.sleep(every)
    return answer


def finished(work: Callable[[], Awaitable[T]]) -> T:
    """Run a coroutine to its end from a fixture that is not one, whatever loop the test has."""

    async def run() -> T:
        return await work()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, run()).result()


class Instance:
    """One process of a service. It may end and be started again: same port, same log."""

    def __init__(self, service: Service, environment: dict[str, str], log: Path) -> None:
        self.service = service
        self.environment = environment
        self.log = log
        self.port = int(environment["AMENDS_PORT"])
        self.address = f"http://{LOCALHOST}:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, f"{self.service.name} was never started"
        return self._process

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def is_ready(self) -> bool:
        """Whether this very process serves, and not a stranger on its port."""
        return self.is_alive and is_ready(Running(child=child.known(self.process.pid), port=self.port))

    def start(self) -> None:
        """Start the process; whether it gets ready is another question (`wait_ready`)."""
        command = [sys.executable, "-m", self.service.module, "run"]
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                cwd=REPOSITORY,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def wait_ready(self, seconds: float = READY_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not self.is_ready:
            if not self.is_alive or time.monotonic() > deadline:
                raise AssertionError(f"{self.service.name} does not become ready:\n{last_lines(self.log)}")
            time.sleep(LOOK_AGAIN_SECONDS)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()

    def freeze(self) -> None:
        """Stop it in its tracks, as a stalled virtual machine does, until `thaw`."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)

    def ask_to_stop(self) -> None:
        self.process.terminate()

    def ended(self, seconds: float = STOP_SECONDS) -> int:
        """Return the exit status, waiting for the end."""
        return self.process.wait(seconds)

    def stop(self) -> int:
        """Ask it to end in good order and return the exit status."""
        if not self.is_alive:
            return self.process.returncode
        self.ask_to_stop()
        return self.ended()


class LiveInstallation:
    """Databases, topics and keys of its own on the run's engines, and the processes started on them."""

    def __init__(self, prepared: Installation) -> None:
        self.prepared = prepared
        self.instances: dict[str, list[Instance]] = {name: [] for name in DECLARED}
        (prepared.folder / "logs").mkdir(exist_ok=True)

    @property
    def engines(self) -> Engines:
        return self.prepared.engines

    def topic(self, name: str) -> str:
        """Return a topic's name in this installation."""
        return f"{self.prepared.topic_prefix}{name}"

    def add(self, name: str, **environment: str) -> Instance:
        """Start one more process of a service; `environment` wins over what it would be given."""
        service = KNOWN[name]
        given = {**service_environment(self.prepared, service, free_port()), **environment}
        log = self.prepared.folder / "logs" / f"{name}-{len(self.instances[name]) + 1}.log"
        instance = Instance(service, given, log)
        self.instances[name].append(instance)
        instance.start()
        return instance

    def only(self, name: str) -> Instance:
        """Return the one process of a service, or the first of several."""
        return self.instances[name][0]

    @property
    def every(self) -> list[Instance]:
        return [instance for instances in self.instances.values() for instance in instances]

    def wait_ready(self) -> None:
        for instance in self.every:
            instance.wait_ready()

    def stop(self) -> None:
        """End all processes, in good order if they can."""
        for instance in self.every:
            if instance.is_alive:
                instance.ask_to_stop()
        for instance in self.every:
            try:
                instance.ended()
            except subprocess.TimeoutExpired:
                instance.kill()

    def last_words(self, lines: int = 30) -> str:
        """Return the end of each process's log: what one wants to see when a test fails."""
        told = []
        for instance in self.every:
            text = instance.log.read_text("utf-8", errors="replace") if instance.log.exists() else ""
            telling = [line for line in text.splitlines() if '"event": "request"' not in line]
            told.append(f"--- {instance.log.name}\n" + "\n".join(telling[-lines:]))
        return "\n".join(told)

    def logs(self) -> dict[str, bytes]:
        """Return everything the processes have written, by the name of the file."""
        return {instance.log.name: instance.log.read_bytes() for instance in self.every}

    @asynccontextmanager
    async def database(self, name: str) -> AsyncIterator[Connection]:
        """Open a service's database (or `keys`) as the service itself would."""
        connection = await asyncpg.connect(self.prepared.dsns[name])
        try:
            yield connection
        finally:
            await connection.close()

    async def rows(self, name: str, query: str, *arguments: Any) -> list[asyncpg.Record]:
        """Return what a query finds in a service's database."""
        async with self.database(name) as connection:
            return await connection.fetch(query, *arguments)

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[Look]:
        """Return `rows` over connections that stay open: for who asks much, one question after the other."""
        async with AsyncExitStack() as stack:
            opened = {
                name: await stack.enter_async_context(self.database(name)) for name in self.prepared.dsns
            }

            async def look(name: str, query: str, *arguments: Any) -> list[asyncpg.Record]:
                return await opened[name].fetch(query, *arguments)

            yield look

    async def jump(self, seconds: float) -> None:
        """Move the installation's time forward, in all databases at once."""
        for name in DECLARED:
            await self.rows(
                name,
                "UPDATE eventlog.clock SET offset_value = offset_value + make_interval(secs => $1)",
                seconds,
            )


async def prepare(engines: Engines, folder: Path, *, allow_clock_offset: bool = False) -> Installation:
    """Make keys, databases with their schemas, and topics."""
    prefix = f"t{secrets.token_hex(4)}."
    prepared = await prepare_installation(
        engines, folder, topic_prefix=prefix, allow_clock_offset=allow_clock_offset
    )
    await migrate(prepared.dsns["keys"], migrations_in("keys", KEY_MIGRATIONS))
    for name, declared in DECLARED.items():
        own = migrations_in(name, declared.migrations)
        await migrate(prepared.dsns[name], [*engine_migrations(), *own])
    return prepared


async def discard(prepared: Installation) -> None:
    """Remove what `prepare` made, so that a run's engines carry only what is in use."""
    await drop_topics(prepared.engines.access, prepared.topic_prefix)
    for dsn in prepared.dsns.values():
        await drop_database(prepared.engines, dsn.rpartition("/")[2])


@contextmanager
def live_installation(
    engines: Engines, *, allow_clock_offset: bool = False, instances: int = 1
) -> Iterator[LiveInstallation]:
    """Prepare an installation with `instances` ready processes of each service; stop and remove it at the end."""
    with tempfile.TemporaryDirectory(prefix="amends-test-") as folder:
        prepared = finished(lambda: prepare(engines, Path(folder), allow_clock_offset=allow_clock_offset))
        live = LiveInstallation(prepared)
        try:
            for name in [*DECLARED] * instances:
                live.add(name)
            live.wait_ready()
            yield live
        finally:
            live.stop()
            finished(lambda: discard(prepared))
