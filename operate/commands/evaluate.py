"""Measure the classifier on labelled complaints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from operate.errors import OperateError
from operate.evaluate import evaluate_classifier
from operate.terminal import OUT, command_app, print_json

app = command_app()


@app.callback()
def evaluate() -> None:
    """Measure what software decides against what people labelled."""


@app.command("classify")
def classify(
    file: Annotated[Path, typer.Argument(help="labelled complaints, one JSON object a line")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="print the figures for a machine")] = False,
) -> None:
    """Compare what the rules read out of each text with its labels, per language and label."""
    if not file.is_file():
        raise OperateError(f"There is no file {file}.", "Name a file with labelled complaints.")
    report = evaluate_classifier(file)
    if as_json:
        print_json(report.as_dict())
    else:
        OUT.print(report.table())
