"""One service of the hop in a process of its own: the engine's as `hosting` composes it, or the peer's.

The run that started it speaks with it in lines of JSON: first what to open, then what to send.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import asyncpg
import structlog
import uvloop
from pydantic import BaseModel, SecretStr

from benchmarks import complaint, routing
from benchmarks.load import Load, Stock, send
from benchmarks.naive.service import NaiveParts, NaiveService
from benchmarks.peers import DOOR, Execute, PeerName, execute_naive, execute_ours, open_keyring
from benchmarks.site import POOL_SIZE, streams_in
from eventlog.aggregate import Aggregate, Catalogue
from eventlog.incoming import Heard
from eventlog.keys import Keyring
from eventlog.message import Command
from eventlog.observe import NO_OBSERVER
from hosting.collector import calm_collector
from hosting.health import Life
from hosting.running import Parts, Running
from hosting.settings import ServiceSettings

Role: TypeAlias = Literal["complaint", "routing"]

TOPICS: Final = (complaint.TOPIC, routing.TOPIC, DOOR)
PERSONS: Final = 1000
_LOOK_AGAIN_SECONDS: Final = 0.02


class Opening(BaseModel):
    """What a process is to be. Without `holds_states` the engine forgets what it folded and loads each stream."""

    role: Role
    peer: PeerName
    kafka: str
    database: str
    keys_database: str
    secrets: Path
    topic_prefix: str
    holds_states: bool = True


@dataclass(frozen=True, slots=True)
class _Role:
    aggregate: Aggregate[Any, Any, Any]
    topic: str
    hears: str
    heard: tuple[Heard, ...]


_ROLES: Final[dict[Role, _Role]] = {
    "complaint": _Role(complaint.COMPLAINT, complaint.TOPIC, DOOR, ()),
    "routing": _Role(routing.ROUTING, routing.TOPIC, complaint.TOPIC, (routing.HEARD,)),
}


@asynccontextmanager
async def opened(opening: Opening) -> AsyncIterator[tuple[Execute, Stock]]:
    """Run a service until the block ends; it is consuming when the block begins."""
    service = _naive if opening.peer == "naive" else _ours
    async with service(opening) as (execute, keyring):
        persons = [key.person for key in await keyring.new_persons(PERSONS)]
        yield execute, Stock(persons, await streams_in(opening.database))


@asynccontextmanager
async def _ours(opening: Opening) -> AsyncIterator[tuple[Execute, Keyring]]:
    role = _ROLES[opening.role]
    parts = Parts(
        name=opening.role,
        catalogue=Catalogue(role.aggregate),
        topics={role.aggregate.category: role.topic},
        hears=(role.hears,),
        heard=role.heard,
        on_timer=_no_timer,
        reactions=lambda _running: (),
    )
    settings = ServiceSettings(
        kafka=opening.kafka,
        database=SecretStr(opening.database),
        keys_database=SecretStr(opening.keys_database),
        secrets_dir=opening.secrets,
        port=1,
        topic_prefix=opening.topic_prefix,
    )
    calm_collector()
    async with Running(parts, settings, observer=NO_OBSERVER, life=Life()).open() as running:
        if not opening.holds_states:
            running.log._states.kept = 0  # noqa: SLF001 - no service ever wants this
        await _until(lambda: running.consuming.joined)
        yield execute_ours(running.log), running.keyring


@asynccontextmanager
async def _naive(opening: Opening) -> AsyncIterator[tuple[Execute, Keyring]]:
    role = _ROLES[opening.role]
    prefix = opening.topic_prefix
    parts = NaiveParts(
        name=opening.role,
        aggregate=role.aggregate,
        topic=prefix + role.topic,
        hears=prefix + role.hears if role.heard else None,
        heard=role.heard[0] if role.heard else None,
    )
    pool = await asyncpg.create_pool(opening.database, min_size=POOL_SIZE, max_size=POOL_SIZE)
    try:
        async with (
            open_keyring(opening.keys_database, opening.secrets) as keyring,
            NaiveService(parts, pool, keyring, opening.kafka).open() as service,
        ):
            await _until(lambda: service.is_consuming)
            yield execute_naive(service.log), keyring
    finally:
        await pool.close()


async def _until(is_so: Callable[[], bool]) -> None:
    while True:
        if is_so():
            return
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)


def _no_timer(_stream: str, name: str, _due: datetime, _at: datetime) -> Command:
    raise AssertionError(f"no timer {name} is ever armed here")


async def _serve() -> None:
    lines = await _standard_input()
    async with opened(Opening.model_validate_json(await lines.readline())) as (execute, stock):
        print("open", flush=True)
        while line := await lines.readline():
            sent = await send(Load.model_validate_json(line), execute, stock)
            print(sent.model_dump_json(), flush=True)


async def _standard_input() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    return reader


if __name__ == "__main__":
    # What a service says goes to standard error; standard output is how it answers the run.
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    uvloop.run(_serve())
