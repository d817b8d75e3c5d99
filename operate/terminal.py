"""How commands speak to the operator: one console for people, plain JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping

import typer
from rich.console import Console
from rich.markup import escape

from operate.errors import OperateError

OUT = Console()
ERR = Console(stderr=True)


def command_app(*, no_args_is_help: bool = False) -> typer.Typer:
    """Return the app of one command file: without completion, and without locals in a traceback (personal data)."""
    return typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=no_args_is_help)


def print_json(document: Mapping[str, object]) -> None:
    """Print one JSON document, nothing else, to standard output."""
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True))


def print_failure(error: OperateError) -> None:
    """Say what failed and what to do, on standard error."""
    ERR.print(f"[bold red]✗[/] {escape(error.message)}", highlight=False, soft_wrap=True)
    ERR.print(f"  [bold]What to do:[/] {escape(error.remedy)}", highlight=False, soft_wrap=True)
