"""Check a settlement's evidence offline: a bundle, or a signed agreement alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from operate.errors import OperateError
from operate.evidence.bundle import ITEM, Checked, check_file
from operate.evidence.listing import fingerprint_in
from operate.terminal import OUT, command_app, print_json

app = command_app(no_args_is_help=True)


@app.callback()
def evidence() -> None:
    """Check a settlement's evidence offline. It needs the file and none of our services."""


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="The bundle (zip) or the signed agreement (PDF).")],
    *,
    certificates: Annotated[
        list[Path] | None,
        typer.Option(
            "--certificate",
            help="A certificate of the company (PEM or DER) as you have it from the company; more than one after a "
            "renewal. Whoever signed must be one of them.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document for programs.")] = False,
) -> None:
    """Say of each part whether it holds; exit 1 if one does not."""
    known = frozenset(_fingerprint(each) for each in certificates or ())
    checked = check_file(_content(file), file.name, known)
    if as_json:
        print_json(_document(file, checked))
    else:
        _print(file, checked)
    if not checked.is_whole:
        raise typer.Exit(1)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise OperateError(f"{file} cannot be read: {error.strerror}.", "Check the path.") from None


def _fingerprint(file: Path) -> str:
    content = _content(file)
    if content.count(b"-----BEGIN CERTIFICATE-----") > 1:
        # An issuer's certificate in a chain signs no list: which of them is the company's own is the reader's word.
        raise OperateError(
            f"{file} holds more than one certificate.",
            "Give each of the company's own in a file, --certificate for each.",
        )
    found = fingerprint_in(content)
    if found is None:
        raise OperateError(f"{file} holds no certificate.", "Give an X.509 certificate, as PEM or DER.")
    return found


def _document(file: Path, checked: Checked) -> dict[str, object]:
    return {
        "file": file.name,
        "whole": checked.is_whole,
        "findings": [
            {"rule": each.rule, "place": each.place, "well": each.is_well, "en": each.en, "zh": each.zh}
            for each in checked.findings
        ],
        "notes": [
            {"rule": each.rule, "place": each.place, "en": each.en, "zh": each.zh} for each in checked.notes
        ],
    }


def _print(file: Path, checked: Checked) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, style="cyan", max_width=24)
    table.add_column(overflow="fold")
    listed = [each for each in checked.findings if each.rule == ITEM and each.is_well]
    if listed:
        texts = (
            f"{len(listed)} files are what the manifest says.\n[dim]{len(listed)} 个文件与清单逐字节一致。[/]"
        )
        table.add_row("[green]✓[/]", "manifest.json", texts)
    for each in (each for each in checked.findings if each not in listed):
        mark = "[green]✓[/]" if each.is_well else "[bold red]✗[/]"
        table.add_row(mark, escape(each.place), f"{escape(each.en)}\n[dim]{escape(each.zh)}[/]")
    for note in checked.notes:
        table.add_row("·", escape(note.place), f"{escape(note.en)}\n[dim]{escape(note.zh)}[/]")
    OUT.print(table)
    broken = [each for each in checked.findings if not each.is_well]
    if broken:
        OUT.print(
            f"\n[bold red]{escape(file.name)} does not hold: {len(broken)} of {len(checked.findings)} checks fail.[/]"
        )
        OUT.print(f"[red]证据不成立：{len(checked.findings)} 项检查中有 {len(broken)} 项未通过。[/]")
    else:
        OUT.print(
            f"\n[bold green]{escape(file.name)} holds: all {len(checked.findings)} checks pass.[/] 证据成立。"
        )
