"""Register the complaints of a file: JSON Lines, or CSV with the register's members as columns."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from operate.development import development_token, local_address
from operate.errors import OperateError
from operate.registering.lines import lines_of
from operate.registering.sending import Door, Sent, send_all
from operate.settings import Settings, own_environment, read_settings
from operate.terminal import ERR, OUT, command_app, print_json
from shared_kernel.roles import PLATFORM

REFUSALS_SHOWN = 50
ACTOR = "amends-register"
_TOKEN_SECONDS = 12 * 3600

app = command_app()


@app.command()
def register(
    file: Annotated[Path, typer.Argument(help="complaints.jsonl or complaints.csv", show_default=False)],
    *,
    url: Annotated[
        str | None, typer.Option("--url", help="Where intake listens; the local stack, if not given.")
    ] = None,
    token_file: Annotated[
        Path | None, typer.Option("--token-file", help="A file with the token to show; needed with --url.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Register the complaints of a file, each line by itself; exit 1 if any was refused.

    JSON Lines: one register a line, as POST /v1/complaints takes it. CSV: the first line names the members,
    with dots where they lie deeper (complainant.phone, product.price.amount); an empty cell is an absent
    member. Lines are sent several at a time. Sending a file again is safe: what is registered is told as
    already known.
    """
    door = _door(read_settings(), url, token_file)
    total = sum(1 for _ in lines_of(file))
    with _progress() as bars:
        task = bars.add_task("Registering 受理", total=total)
        sent = asyncio.run(send_all(door, lines_of(file), _mover(bars, task)))
    if as_json:
        print_json(_document(sent))
    else:
        _show(sent)
    if sent.refused_lines:
        raise typer.Exit(1)


def _door(settings: Settings, url: str | None, token_file: Path | None) -> Door:
    language = "zh" if own_environment().get("LANG", "").startswith("zh") else "en"
    if token_file is not None:
        token = _token_in(token_file)
    elif url is None:
        token = development_token(settings, actor=ACTOR, roles=[PLATFORM], seconds=_TOKEN_SECONDS)
    else:
        raise OperateError("--url needs a token.", "Give it with --token-file; its issuer makes it.")
    return Door(url or local_address(settings, "intake"), token, language)


def _token_in(file: Path) -> str:
    try:
        token = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        token = ""
    if not token:
        raise OperateError(f"{file} holds no token.", "Put the token into it, and nothing else.")
    return token


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=ERR, transient=True, disable=not ERR.is_terminal)


def _mover(bars: Progress, task: object) -> Callable[[Sent], None]:
    def move(sent: Sent) -> None:
        bars.update(task, completed=sent.lines)  # type: ignore[arg-type]  # the library's own id

    return move


def _document(sent: Sent) -> dict[str, object]:
    return {
        "registered": sent.registered,
        "known": sent.known,
        "refused": sent.refused_lines,
        "refusals": [asdict(each) for each in sorted(sent.refusals)],
        "passed_over": dict(sent.passed_over),
    }


def _show(sent: Sent) -> None:
    if sent.refusals:
        OUT.print(_refusals_table(sent))
    if len(sent.refusals) > REFUSALS_SHOWN:
        OUT.print(
            f"… and {len(sent.refusals) - REFUSALS_SHOWN} more; --json lists them all.", highlight=False
        )
    for member, count in sent.passed_over.most_common():
        OUT.print(
            f"[yellow]![/] {escape(member)} is no member of the register and was passed over ({count} times)",
            highlight=False,
        )
    OUT.print(
        f"[bold]{sent.registered}[/] registered 已受理 · [bold]{sent.known}[/] already known 已存在 · "
        f"[bold]{sent.refused_lines}[/] refused 被拒绝",
        highlight=False,
    )


def _refusals_table(sent: Sent) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("line 行", "member 字段", "rule 规则", "what to do 处理办法"):
        table.add_column(column, overflow="fold")
    for each in sorted(sent.refusals)[:REFUSALS_SHOWN]:
        table.add_row(
            str(each.line),
            escape(each.field or "(whole line)"),
            f"[red]{escape(each.rule)}[/]",
            escape(each.remedy),
        )
    return table
