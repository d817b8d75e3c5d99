"""The operator's command line, `amends <command>`: finds the commands and imports only the one that runs."""

from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path

import typer

from operate.errors import OperateError
from operate.terminal import command_app, print_failure

COMMANDS = Path(__file__).parent / "commands"
# Whatever follows the command's name, its own `--help` too, belongs to the command's own app.
_PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "allow_interspersed_args": False}


def build_app(folder: Path = COMMANDS) -> typer.Typer:
    """Return the root app with one entry per file of `folder`, none of them imported yet."""
    app = command_app(no_args_is_help=True)
    app.callback(help="Amends: service recovery, from the complaint to a fair and provable end.")(_root)
    for file in sorted(folder.glob("[a-z]*.py")):
        _add(app, file)
    return app


def main() -> None:
    """Run the command line; a failure the operator can mend is told in two sentences, without a traceback."""
    try:
        build_app()(prog_name="amends")
    except OperateError as error:
        print_failure(error)
        sys.exit(1)


def _root() -> None:
    pass


def _add(app: typer.Typer, file: Path) -> None:
    name = file.stem.replace("_", "-")

    @app.command(name, help=_summary(file), add_help_option=False, context_settings=_PASS_ON)
    def run(context: typer.Context) -> None:
        module = importlib.import_module(f"operate.commands.{file.stem}")
        module.app(args=context.args, prog_name=f"amends {name}")


def _summary(file: Path) -> str:
    docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return docstring.partition("\n")[0]


if __name__ == "__main__":
    main()
