"""Show what runs locally: engines and services, addresses, processes, health."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Annotated

import typer
from rich.table import Table

from operate.settings import read_settings
from operate.stack.status import Status
from operate.stack.status import status as status_of
from operate.terminal import OUT, command_app, print_json

_MEGABYTE = 1_000_000
_COLOURS = {"running": "green", "given": "cyan", "not ready": "yellow", "stopped": "dim"}

app = command_app()


@app.command()
def status(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False
) -> None:
    """Show what runs locally: engines and services, addresses, processes, health."""
    settings = read_settings()
    found = status_of(settings)
    if as_json:
        print_json({"home": str(settings.home), "members": [dataclasses.asdict(each) for each in found]})
        return
    OUT.print(members_table(found))
    OUT.print(f"Files: {settings.home}  (logs in logs/, keys and passwords in secrets/)", highlight=False)


def members_table(found: list[Status]) -> Table:
    """Return the table of members, for the screen."""
    table = Table("", "", "address", "process", "memory", "up for", box=None, pad_edge=False)
    for each in found:
        table.add_row(
            f"[bold]{each.name}[/]",
            f"[{_COLOURS[each.condition]}]{each.condition}[/]",
            each.address,
            str(each.pid or ""),
            f"{each.memory_bytes // _MEGABYTE} MB" if each.pid else "",
            str(timedelta(seconds=each.up_seconds)) if each.pid else "",
        )
    return table
