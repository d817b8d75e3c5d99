"""Watch complaints written for this project live through the real services, and see that the totals reconcile."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated

import typer

from operate.demo.ground import ground
from operate.demo.running import run
from operate.demo.tales import chosen, load
from operate.settings import read_settings
from operate.stack.progress import watching
from operate.terminal import ERR, OUT, command_app

app = command_app()


@app.command()
def demo(
    *,
    complaints: Annotated[int, typer.Option("--complaints", min=1)] = 272,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything running.")] = False,
) -> None:
    settings = read_settings()
    began = time.monotonic()
    with watching(ERR) as watcher, ground(settings, watcher, keep=keep) as place:
        t = time.monotonic()
        OUT.print("setup", t - began)
        outcome = asyncio.run(run(place, chosen(load(), complaints), watcher))
        OUT.print("run", time.monotonic() - t)
    OUT.print(outcome.days, outcome.played, outcome.fed.refused, outcome.checks)
    OUT.print(outcome.telling)
    OUT.print("total", time.monotonic() - began)
