"""The engines of one stack: start or join them, stop them, say where they are."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from eventlog.kafka.access import KafkaAccess
from operate.errors import OperateError
from operate.kafka_access import access_with
from operate.settings import Settings
from operate.stack import kafka, postgres
from operate.stack.engine import Engine, Site
from operate.stack.home import Home
from operate.stack.lock import alone
from operate.stack.progress import Silent, Watcher
from operate.stack.state import Running, StackState, read_state, write_state

_SILENT = Silent()
_DISK_BYTES_MIN = 500_000_000


@dataclass(frozen=True, slots=True)
class Engines:
    """Where the engines are, whoever runs them.

    `postgres_admin_dsn` may create roles and databases (locally over the Unix socket); `postgres_dsn` is the same
    server by TCP and password, the way services connect. `home` is the stack's folder. `kafka_settings`
    are the variables that a broker which is not ours asks for.
    """

    kafka: str
    postgres_admin_dsn: str
    postgres_dsn: str = field(repr=False)
    home: Path
    kafka_settings: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def access(self) -> KafkaAccess:
        """How to reach the broker. Raises OperateError where its settings cannot be used."""
        return access_with(self.kafka, self.kafka_settings)


def start_engines(settings: Settings, watcher: Watcher = _SILENT) -> Engines:
    """Start the engines that have no address in `settings`, or join those that run already.

    Safe to call from several processes at once. The engines outlive the caller. Raises OperateError.
    """
    home = Home(settings.home)
    home.create()
    wanted = _own_engines(settings)
    if wanted:
        _check_disk(home)
    site = Site(home, settings.cache, watcher)
    with alone(home.lock_file, watcher):
        missing = [engine for engine in wanted if not _is_alive(home, engine)]
        for engine in missing:
            _launch(site, engine, _last(home, engine))
        if missing:
            watcher.step("Waiting until they serve")
        for engine in wanted:
            _settle(site, engine)
        return engines_of(settings)


def stop_engines(home_path: Path, watcher: Watcher = _SILENT, *, keep: bool = True) -> None:
    """Stop the engines that run in this home; no process is left. A home that never ran is no error.

    With `keep` false the home is removed next.
    """
    home = Home(home_path)
    if not home.path.is_dir():
        return
    with alone(home.lock_file, watcher):
        for engine in (kafka, postgres):
            if _is_alive(home, engine):
                watcher.step(f"Stopping {engine.NAME}")
            _stop(home, engine, keep=keep)


def engines_of(settings: Settings) -> Engines:
    """Return the addresses: those of `settings`, else those of the engines that run. Raises OperateError."""
    home = Home(settings.home)
    server = None if settings.postgres else _member(home, postgres)
    return Engines(
        kafka=settings.kafka or kafka.address(_member(home, kafka)),
        postgres_admin_dsn=postgres.admin_dsn(home, server) if server else settings.postgres or "",
        postgres_dsn=postgres.tcp_dsn(home, server) if server else settings.postgres or "",
        home=settings.home,
        kafka_settings=settings.kafka_settings if settings.kafka else {},
    )


def _own_engines(settings: Settings) -> list[Engine]:
    wanted: list[Engine] = []
    if settings.kafka is None:
        wanted.append(kafka)
    if settings.postgres is None:
        wanted.append(postgres)
    return wanted


def _check_disk(home: Home) -> None:
    free = shutil.disk_usage(home.path).free
    if free < _DISK_BYTES_MIN:
        raise OperateError(
            f"Only {free // 1_000_000} MB are free where {home.path} lies; the engines need {_DISK_BYTES_MIN // 1_000_000}.",
            "Free some disk space, or set AMENDS_HOME to a folder on another disk.",
        )


def _settle(site: Site, engine: Engine) -> None:
    """Wait for an engine; if it fails (a port taken meanwhile, a dying predecessor), once more on fresh ports."""
    try:
        engine.wait_ready(site, _member(site.home, engine))
        # One that was killed a moment ago still answers while it dies: look twice.
        _member(site.home, engine)
    except OperateError:
        _stop(site.home, engine)
        again = _launch(site, engine, None)
        engine.wait_ready(site, again)


def _launch(site: Site, engine: Engine, last: Running | None) -> Running:
    running = engine.launch(site, last)
    _note(site.home, engine, running)
    return running


def _stop(home: Home, engine: Engine, *, keep: bool = True) -> None:
    last = _last(home, engine)
    engine.stop(home, last, keep=keep)
    if last:
        _note(home, engine, last.model_copy(update={"child": None}))


def _note(home: Home, engine: Engine, running: Running) -> None:
    write_state(home.state_file, _state(home).with_member(engine.NAME, running))


def _member(home: Home, engine: Engine) -> Running:
    running = _last(home, engine)
    if running is None or not running.alive:
        raise OperateError(f"The local stack's {engine.NAME} does not run.", "Run `amends up`.")
    return running


def _is_alive(home: Home, engine: Engine) -> bool:
    last = _last(home, engine)
    return last is not None and last.alive


def _last(home: Home, engine: Engine) -> Running | None:
    return _state(home).members.get(engine.NAME)


def _state(home: Home) -> StackState:
    return read_state(home.state_file)
