"""The engines of one stack: start or join them, stop them, say how they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from operate.errors import OperateError
from operate.settings import Settings
from operate.stack import kafka, postgres
from operate.stack.home import Home
from operate.stack.lock import alone
from operate.stack.progress import Silent, Watcher
from operate.stack.state import Running, StackState, read_state, write_state

_SILENT = Silent()
_ATTEMPTS = 2


@dataclass(frozen=True, slots=True)
class Engines:
    """Where the engines are, whoever runs them.

    `postgres_admin_dsn` may create roles and databases (locally over the Unix socket); `postgres_dsn` is the same
    server by TCP and password, the way services connect. `home` is the stack's folder.
    """

    kafka: str
    postgres_admin_dsn: str
    postgres_dsn: str
    home: Path


def start_engines(settings: Settings, watcher: Watcher = _SILENT) -> Engines:
    """Start the engines that have no address in `settings`, or join those that run already.

    Safe to call from several processes at once. The engines outlive the caller. Raises OperateError.
    """
    home = Home(settings.home)
    home.create()
    with alone(home.lock_file, watcher):
        state = read_state(home.state_file)
        if settings.kafka is None:
            state = _ensured(home, state, kafka.NAME, lambda last: _start_kafka(home, settings, last, watcher))
        if settings.postgres is None:
            state = _ensured(home, state, postgres.NAME, lambda last: _start_postgres(home, last, watcher))
    return engines_of(settings, state)


def stop_engines(home_path: Path, watcher: Watcher = _SILENT) -> None:
    """Stop whatever runs in this home; nothing is left, and a home that never ran is no error."""
    home = Home(home_path)
    if not home.state_file.exists():
        return
    with alone(home.lock_file, watcher):
        state = read_state(home.state_file)
        for name, stop in ((kafka.NAME, kafka.stop), (postgres.NAME, postgres.stop)):
            running = state.members.get(name)
            if running and running.alive:
                watcher.step(f"Stopping {name}")
                stop(running)
            if running:
                state = state.with_member(name, running.model_copy(update={"child": None}))
        write_state(home.state_file, state)


def engines_of(settings: Settings, state: StackState) -> Engines:
    """Return the addresses: those of `settings`, else those of the stack's own engines. Raises OperateError."""
    home = Home(settings.home)
    server = None if settings.postgres else _member(state, postgres.NAME)
    return Engines(
        kafka=settings.kafka or kafka.address(_member(state, kafka.NAME)),
        postgres_admin_dsn=postgres.admin_dsn(home, server) if server else settings.postgres or "",
        postgres_dsn=postgres.tcp_dsn(home, server) if server else settings.postgres or "",
        home=settings.home,
    )


def _member(state: StackState, name: str) -> Running:
    running = state.members.get(name)
    if running is None or not running.alive:
        raise OperateError(f"The local stack's {name} does not run.", "Run `amends up`.")
    return running


def _ensured(
    home: Home, state: StackState, name: str, start: Callable[[Running | None], Running]
) -> StackState:
    last = state.members.get(name)
    if last and last.alive:
        return state
    return _noted(home, state, name, start(last))


def _noted(home: Home, state: StackState, name: str, running: Running) -> StackState:
    after = state.with_member(name, running)
    write_state(home.state_file, after)
    return after
