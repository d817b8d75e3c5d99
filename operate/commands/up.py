"""Start the local stack, or join the one that runs: PostgreSQL, Kafka, the services."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from typing import Annotated

import typer

from operate.commands.status import members_table
from operate.settings import Settings, read_settings
from operate.stack.installation import prepare_installation
from operate.stack.local import start_engines
from operate.stack.progress import Watcher, watching
from operate.stack.status import status
from operate.stack.whole import start_services
from operate.terminal import ERR, OUT, command_app, print_json

app = command_app()


@app.command()
def up(
    *,
    engines_only: Annotated[
        bool, typer.Option("--engines-only", help="PostgreSQL and Kafka without the services.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Start the local stack, or join the one that runs.

    AMENDS_KAFKA (host:port) and AMENDS_POSTGRES (an administrator's DSN) win: an engine with an address is
    used as it is. AMENDS_HOME places the folder elsewhere than in .amends.
    """
    settings = read_settings()
    began = time.monotonic()
    with watching(ERR) as watcher:
        _start(settings, watcher, engines_only=engines_only)
    found = status(settings)
    if as_json:
        print_json({"home": str(settings.home), "members": [dataclasses.asdict(each) for each in found]})
        return
    OUT.print(members_table(found))
    OUT.print(f"Up in {time.monotonic() - began:.1f} s. Stop with `amends down`.", highlight=False)


def _start(settings: Settings, watcher: Watcher, *, engines_only: bool) -> None:
    engines = start_engines(settings, watcher)
    if engines_only:
        return
    installation = asyncio.run(prepare_installation(engines, settings.home, watcher=watcher))
    start_services(settings.home, installation, watcher)
