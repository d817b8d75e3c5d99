"""The services of one stack beside its engines: start or join them, stop everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from operate.stack import services
from operate.stack.home import Home
from operate.stack.installation import Installation, service_environment
from operate.stack.local import stop_engines
from operate.stack.lock import alone
from operate.stack.ports import free_port
from operate.stack.progress import Silent, Watcher
from operate.stack.services import SERVICES, Service
from operate.stack.state import Running, read_state, write_state

_SILENT = Silent()


def start_services(
    home_path: Path, installation: Installation, watcher: Watcher = _SILENT
) -> dict[str, Running]:
    """Start every service that does not run yet, each with its schema brought up to date, and wait for all.

    The services outlive the caller. Raises OperateError.
    """
    home = Home(home_path)
    with alone(home.lock_file, watcher):
        state = read_state(home.state_file)
        last = {service.name: state.members.get(service.name) for service in SERVICES}
        missing = [each for each in SERVICES if not _is_alive(last[each.name])]
        environments = {each.name: _environment(installation, each, last[each.name]) for each in missing}
        if missing:
            watcher.step("Bringing the databases up to date")
            _migrate(home, missing, environments)
        for service in missing:
            watcher.step(f"Starting {service.name}")
            log = _log(home, service)
            _note(home, service, services.launch(service, environments[service.name], log))
        running = {service.name: read_state(home.state_file).members[service.name] for service in SERVICES}
        for service in SERVICES:
            watcher.step(f"Waiting until {service.name} is ready")
            services.wait_ready(service, running[service.name], _log(home, service))
    return running


def stop_all(home_path: Path, watcher: Watcher = _SILENT) -> None:
    """Stop the services, then the engines; no process is left. A home that never ran is no error."""
    home = Home(home_path)
    if not home.path.is_dir():
        return
    with alone(home.lock_file, watcher):
        for service in reversed(SERVICES):
            last = read_state(home.state_file).members.get(service.name)
            if last and last.alive:
                watcher.step(f"Stopping {service.name}")
            if last:
                services.stop(last)
                _note(home, service, last.model_copy(update={"child": None}))
    stop_engines(home_path, watcher)


def _is_alive(last: Running | None) -> bool:
    return last is not None and last.alive


def _environment(installation: Installation, service: Service, last: Running | None) -> dict[str, str]:
    return service_environment(installation, service, free_port(last.port if last else service.port))


def _migrate(home: Home, missing: Sequence[Service], environments: Mapping[str, Mapping[str, str]]) -> None:
    """Migrate side by side: most of it is each process's own start."""
    with ThreadPoolExecutor(len(missing)) as threads:
        begun = [
            threads.submit(services.migrate, each, environments[each.name], _log(home, each))
            for each in missing
        ]
    for each in begun:
        each.result()


def _log(home: Home, service: Service) -> Path:
    return home.logs / f"{service.name}.log"


def _note(home: Home, service: Service, running: Running) -> None:
    write_state(home.state_file, read_state(home.state_file).with_member(service.name, running))
