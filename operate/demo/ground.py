"""Where the demo plays: an installation of its own, fresh each time, on the engines of the local stack.

Its folder is `demo` in the stack's home. The engines are joined where they run, and stopped afterwards where
they did not; what an earlier demo left is cleared away first.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from eventlog.clock import Clock
from operate.settings import Settings
from operate.stack import kafka, postgres
from operate.stack.databases import drop_owned_database
from operate.stack.home import Home
from operate.stack.installation import Installation, prepare_installation
from operate.stack.local import Engines, start_engines, stop_engines
from operate.stack.lock import alone
from operate.stack.ports import LOCALHOST
from operate.stack.progress import Watcher
from operate.stack.state import read_state
from operate.stack.topics import drop_topics
from operate.stack.whole import start_services, stop_all

FOLDER: Final = "demo"
_NOTE: Final = "installation.json"


class _Left(BaseModel):
    """What a demo made that outlives its processes."""

    model_config = ConfigDict(frozen=True)

    topic_prefix: str
    databases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """A running installation with a clock that may be moved, and where its doors are."""

    installation: Installation
    addresses: dict[str, str]

    @property
    def folder(self) -> Path:
        """Its logs and secrets."""
        return self.installation.folder


def folder_of(settings: Settings) -> Path:
    """Return the demo's folder in this stack's home."""
    return settings.home / FOLDER


@contextmanager
def ground(settings: Settings, watcher: Watcher, *, keep: bool) -> Iterator[Ground]:
    """Start everything; on the way out stop what was started here, unless it is to be kept."""
    folder = folder_of(settings)
    had_engines = _engines_run(settings)
    Home(settings.home).create()
    with alone(settings.home / "demo.lock", watcher):
        try:
            yield _made(settings, folder, watcher)
        except BaseException:
            _clear(settings, folder, watcher, stop_too=not had_engines)
            raise
        if not keep:
            _clear(settings, folder, watcher, stop_too=not had_engines)


def _made(settings: Settings, folder: Path, watcher: Watcher) -> Ground:
    engines = start_engines(settings, watcher)
    _forget_the_last(engines, folder, watcher)
    Home(folder).create()
    prefix = f"demo-{Clock().real_now():%Y%m%d-%H%M%S}."
    installation = asyncio.run(_prepared(engines, folder, prefix, watcher))
    running = start_services(folder, installation, watcher)
    addresses = {name: f"http://{LOCALHOST}:{each.port}" for name, each in running.items()}
    return Ground(installation, addresses)


async def _prepared(engines: Engines, folder: Path, prefix: str, watcher: Watcher) -> Installation:
    installation = await prepare_installation(
        engines, folder, topic_prefix=prefix, allow_clock_offset=True, watcher=watcher
    )
    databases = tuple(dsn.rpartition("/")[2] for dsn in installation.dsns.values())
    left = _Left(topic_prefix=prefix, databases=databases)
    (folder / _NOTE).write_text(left.model_dump_json(), encoding="utf-8")
    return installation


def _forget_the_last(engines: Engines, folder: Path, watcher: Watcher) -> None:
    """Clear away the last demo: its services if they were kept, its topics, databases and files."""
    if not folder.is_dir():
        return
    watcher.step("Clearing away the last demo")
    stop_all(folder)
    try:
        left = _Left.model_validate_json((folder / _NOTE).read_bytes())
    except (FileNotFoundError, ValidationError):
        left = None
    if left is not None:
        asyncio.run(_dropped(engines, left))
    shutil.rmtree(folder)


async def _dropped(engines: Engines, left: _Left) -> None:
    await drop_topics(engines.access, left.topic_prefix)
    for name in left.databases:
        await drop_owned_database(engines, name)


def _clear(settings: Settings, folder: Path, watcher: Watcher, *, stop_too: bool) -> None:
    watcher.step("Stopping the demo's services")
    stop_all(folder)
    if stop_too:
        stop_engines(settings.home, watcher)


def _engines_run(settings: Settings) -> bool:
    members = read_state(Home(settings.home).state_file).members
    return any(each.NAME in members and members[each.NAME].alive for each in (kafka, postgres))
