"""Measure, side by side with the naive peer, on real engines: `python -m benchmarks`."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer
import uvloop
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from benchmarks.figures import NOISE_PERCENT, Figure, Run
from benchmarks.machine import about
from benchmarks.measuring import Plan, measure_append, measure_hop, measure_latency
from benchmarks.picture import draw
from benchmarks.site import Site
from eventlog.clock import Clock
from operate.settings import read_settings
from operate.stack.guard import temporary_engines
from operate.stack.local import Engines


class Part(StrEnum):
    """What can be measured by itself."""

    APPEND = "append"
    HOP = "hop"
    LATENCY = "latency"


PARTS: Final[dict[Part, Callable[[Site, Plan], Awaitable[list[Figure]]]]] = {
    Part.APPEND: measure_append,
    Part.HOP: measure_hop,
    Part.LATENCY: measure_latency,
}
RESULTS: Final = Path(__file__).with_name("results")

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
out = Console()


@app.command()
def bench(
    *,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds; medians of at least five mean something.")] = 5,
    seconds: Annotated[float, typer.Option(min=0.5, help="Seconds measured in each append sample.")] = 3.0,
    only: Annotated[list[Part] | None, typer.Option(help="Measure only this; may be given again.")] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="One short round: does it run, not how fast.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Measure append, hop and latency against the naive peer, and write results and a picture."""
    wanted = [name for name in PARTS if not only or name in only]
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with (
        temporary_engines(read_settings()) as engines,
        Progress(*columns, console=Console(stderr=True)) as bar,
    ):
        task = bar.add_task("starting")
        plan = Plan(
            1 if quick else rounds, 1.0 if quick else seconds, lambda told: bar.update(task, description=told)
        )
        run = uvloop.run(_measured(engines, plan, wanted))
    if not quick:
        _kept(run, wanted)
    out.print_json(json.dumps(run.as_dict())) if as_json else out.print(_table(run))


async def _measured(engines: Engines, plan: Plan, wanted: list[Part]) -> Run:
    told = about(Clock().real_now().date().isoformat(), plan.rounds)
    with tempfile.TemporaryDirectory() as folder:
        site = Site(engines, Path(folder))
        await site.prepare()
        return Run(told, [figure for name in wanted for figure in await PARTS[name](site, plan)])


def _kept(run: Run, wanted: list[Part]) -> None:
    RESULTS.mkdir(exist_ok=True)
    name = f"{run.about['date']}-{'-'.join(wanted)}.json"
    (RESULTS / name).write_text(json.dumps(run.as_dict(), indent=1) + "\n", encoding="utf-8")
    draw(run, RESULTS / ("latest.png" if len(wanted) == len(PARTS) else f"{'-'.join(wanted)}.png"))


def _table(run: Run) -> Table:
    table = Table(
        title=f"Side by side, {run.about['rounds']} rounds, medians; under {NOISE_PERCENT} % is noise"
    )
    for heading in ("figure", "unit", "ours", "naive", "ratio", "asked", ""):
        table.add_column(heading, justify="left" if heading in {"figure", "unit"} else "right")
    for each in run.figures:
        asked = f"≤ {each.at_most:.0f}" if each.at_most is not None else _shown(each.ratio_asked)
        met = {True: "[green]met[/]", False: "[red]missed[/]", None: ""}[each.is_met]
        table.add_row(
            each.name,
            each.unit,
            _shown(each.median("ours")),
            _shown(each.median("naive")),
            _shown(each.ratio),
            asked,
            met,
        )
    return table


def _shown(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"  # noqa: PLR2004 - where a decimal stops mattering


if __name__ == "__main__":
    app()
