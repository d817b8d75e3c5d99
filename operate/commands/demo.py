"""Watch complaints live through the real services over a real Kafka, and see that the totals reconcile."""

from __future__ import annotations

import asyncio
import signal
import time
from typing import Annotated, Final

import typer

from operate.demo.account import document
from operate.demo.ground import Ground, ground
from operate.demo.printing import printed
from operate.demo.running import Outcome, run
from operate.demo.tales import chosen, load
from operate.settings import read_settings
from operate.stack.progress import watching
from operate.terminal import ERR, OUT, command_app, print_json

# As README.md has it: nobody needs to have the environment's folder on the path.
AMENDS: Final = ".venv/bin/amends"

app = command_app()


@app.command()
def demo(
    *,
    complaints: Annotated[
        int | None, typer.Option("--complaints", min=1, help="Fewer than all of the corpus.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave everything running afterwards, to look around.")
    ] = False,
) -> None:
    """Watch complaints written for this project live through the real services; exit 1 if totals do not reconcile.

    It has an installation of its own, fresh each time, and joins the engines of `amends up` where they run.
    """
    # Whoever ends us by a signal wants no services left behind either.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    settings, began = read_settings(), time.monotonic()
    tales = load()
    if complaints is not None:
        tales = chosen(tales, complaints)
    with watching(ERR) as watcher, ground(settings, watcher, keep=keep) as place:
        outcome = asyncio.run(run(place, tales, watcher))
    if as_json:
        print_json(document(outcome))
    else:
        for piece in printed(outcome):
            OUT.print(piece, highlight=False)
        OUT.print(f"\nIn {time.monotonic() - began:.0f} s.", highlight=False)
        _say_where_to_look(place, outcome, keep=keep)
    if not outcome.reconciles:
        raise typer.Exit(1)


def _say_where_to_look(place: Ground, outcome: Outcome, *, keep: bool) -> None:
    told = outcome.telling.chosen.complaint
    if not keep:
        lines = [
            f"{AMENDS} demo --keep   the same, and everything stays up to look around 运行后保留环境",
            f"{AMENDS} up            an installation of your own; then send a complaint, see README.md 自建环境",
            *_settled(outcome),
            f"{place.folder}/logs   what the services logged: no personal data in it 服务日志",
        ]
    else:
        home, prefix = place.folder, place.installation.topic_prefix
        lines = [
            f"export AMENDS_HOME={home}",
            f"TOKEN=$({AMENDS} token --role lead --desk care --actor lead-care-1)",
            f'curl -H "Authorization: Bearer $TOKEN" {place.addresses["intake"]}/v1/complaints/{told}',
            f'curl -H "Authorization: Bearer $TOKEN" {place.addresses["escalation"]}/v1/groups',
            f'curl -H "Authorization: Bearer $TOKEN" {place.addresses["compensation"]}/v1/negotiations',
            f'curl -H "Authorization: Bearer $TOKEN" {place.addresses["blacklist"]}/v1/flags',
            f"AMENDS_HOME={place.installation.engines.home} {AMENDS} topic tail {prefix}amends.complaint.v1 --from-beginning",
            f"{', '.join(f'{address}/docs' for address in place.addresses.values())}    every door, described",
            *_settled(outcome),
            f"AMENDS_HOME={place.installation.engines.home} {AMENDS} down   stops it all 全部停止",
        ]
    OUT.print("\n[bold cyan]接下来[/] [bold]Where to look next[/]", highlight=False)
    for line in lines:
        OUT.print(f"  {line}", highlight=False, soft_wrap=True, markup=False)


def _settled(outcome: Outcome) -> list[str]:
    told = outcome.agreement
    if told is None:
        return []
    return [
        f"{AMENDS} evidence check {told.bundle}   anybody can, without us 离线校验证据",
        f"{told.pdf}   the settlement, signed by both 双方签署的和解协议",
    ]
