"""`python -m benchmarks`: measure the engine and its naive peer side by side, on engines of its own."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Self

import typer
import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks import picture
from benchmarks.append import Span, open_append_bench
from benchmarks.figures import Figure, figures, hop_figure
from benchmarks.peers import PEERS, PeerName
from benchmarks.plan import FULL, PARTS, QUICK, Part, Plan
from benchmarks.results import FOLDER, Results, commit, file_name, judged, machine, measured, versions
from benchmarks.rounds import measure
from benchmarks.site import Site
from benchmarks.table import table
from eventlog.clock import Clock
from operate.errors import OperateError
from operate.settings import Settings, read_settings
from operate.stack.guard import temporary_engines
from operate.stack.local import Engines
from operate.stack.progress import watching
from operate.terminal import print_failure

ERR = Console(stderr=True)
OUT = Console()
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def bench(
    *,
    rounds: Annotated[int | None, typer.Option(min=1, help="Rounds to take medians of (5).")] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="A minute that shows all works; saves nothing.")
    ] = False,
    only: Annotated[str | None, typer.Option(help="append, hop or latency.", metavar="PART")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the document instead of the table.")] = False,
) -> None:
    """Measure, print a table, and save document and picture below benchmarks/results.

    Takes some twelve minutes. Leave the machine alone meanwhile: what else runs is measured too.
    """
    if only is not None and only not in PARTS:
        raise typer.BadParameter(f"{only} is none of {', '.join(PARTS)}", param_hint="--only")
    plan = QUICK if quick else FULL
    plan = replace(plan, rounds=rounds or plan.rounds)
    parts = [part for part in PARTS if only in {None, part}]
    try:
        results = _run(read_settings(), plan, parts)
    except OperateError as error:
        print_failure(error)
        raise typer.Exit(1) from None
    if as_json:
        typer.echo(results.model_dump_json(indent=2))
    else:
        OUT.print(table(results))
    if not quick:
        _save(results, only)


def _run(settings: Settings, plan: Plan, parts: list[Part]) -> Results:
    with watching(ERR) as watcher, temporary_engines(settings, watcher) as engines:
        watcher.close()
        return uvloop.run(_measured(engines, settings, plan, parts))


async def _measured(engines: Engines, settings: Settings, plan: Plan, parts: list[Part]) -> Results:
    load_before = os.getloadavg()[0]
    async with AsyncExitStack() as stack:
        site = Site(engines, Path(stack.enter_context(tempfile.TemporaryDirectory())))
        await site.prepare()
        span = Span(plan.warm_up_seconds, plan.append_seconds)
        bench = await stack.enter_async_context(open_append_bench(site, span)) if "append" in parts else None
        todo = figures(site, bench, plan, parts)
        begin = stack.enter_context(_Bar(len(todo) * plan.rounds * len(PEERS)))
        broker_warm_up = hop_figure(site, plan)

        async def warm_up() -> None:
            # Kafka's virtual machine compiles what is hot: the first half minute is slower for everybody.
            for peer in PEERS:
                begin(broker_warm_up, peer)
                await broker_warm_up.take(peer)

        samples = await measure(todo, plan.rounds, begin, warm_up)
        found = [(figure, measured(figure, samples[figure.name])) for figure in todo]
        return Results(
            date=Clock().real_now().replace(microsecond=0),
            commit=commit(),
            rounds=plan.rounds,
            machine=machine(load_before),
            versions=await versions(engines, own_kafka=settings.kafka is None),
            figures=[each for _, each in found],
            judgements=[judgement for figure, each in found for judgement in judged(figure, each)],
        )


def _save(results: Results, part: str | None) -> None:
    FOLDER.mkdir(exist_ok=True)
    document = FOLDER / file_name(results, part)
    document.write_text(results.model_dump_json(indent=2) + "\n", encoding="utf-8")
    ERR.print(f"Saved {document}", highlight=False)
    if part is None:
        picture.draw(results, FOLDER / "latest.png")
        ERR.print(f"Drew {FOLDER / 'latest.png'}", highlight=False)


class _Bar:
    """How far the run is. It moves between samples only: drawing during one would be measured."""

    def __init__(self, samples: int) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(
            *columns, console=ERR, auto_refresh=False, transient=True, disable=not ERR.is_terminal
        )
        self._total = samples + len(PEERS)
        self._task = self._progress.add_task("", total=self._total)
        self._begun = 0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def __call__(self, figure: Figure, peer: PeerName) -> None:
        """Say which sample begins."""
        text = f"{figure.title}: {peer}"
        self._progress.update(self._task, completed=self._begun, description=text)
        self._progress.refresh()
        self._begun += 1
        if not ERR.is_terminal:
            ERR.print(f"· {self._begun}/{self._total} {text}", highlight=False)


if __name__ == "__main__":
    sys.exit(app())
