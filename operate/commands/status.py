"""Show what runs locally: engines and services, their addresses, processes and health."""

from __future__ import annotations

import typer

from operate.terminal import command_app

app = command_app()


@app.command()
def status(as_json: bool = typer.Option(False, "--json", help="Print one JSON document.")) -> None:
    """Show what runs locally."""
    print(as_json)
