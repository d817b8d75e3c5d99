"""The results as a table for people."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table

from benchmarks.results import Judgement, Measure, Results, Series

_WHOLE_FROM = 100


def table(results: Results) -> Table:
    """Return one line for each measure: medians with the smallest and the largest sample, and what was asked."""
    again = sum(figure.taken_again for figure in results.figures)
    made = Table(
        title=f"{results.rounds} rounds: medians, in brackets the smallest and the largest; under 15 % is noise",
        title_justify="left",
        caption=f"{again} samples taken again: the host had taken the processors away" if again else None,
        caption_justify="left",
    )
    made.add_column("figure")
    for column in ("measure", "ours", "peer", "ratio", "asked", ""):
        made.add_column(column, justify="right")
    for figure in results.figures:
        for number, (name, measure) in enumerate(figure.measures.items()):
            judgement = _judgement(results.judgements, figure.name, name)
            made.add_row(figure.title if number == 0 else "", *_cells(name, measure, judgement))
        made.add_section()
    return made


def shown(value: float) -> str:
    """Return a number with as many digits as mean something."""
    return f"{value:,.0f}" if value >= _WHOLE_FROM else f"{value:.1f}"


def _cells(name: str, measure: Measure, judgement: Judgement | None) -> Iterable[str]:
    yield f"{name}, {measure.unit}"
    yield _series(measure.ours)
    yield _series(measure.naive)
    yield f"{measure.ratio:.2f}"
    yield judgement.asked if judgement else ""
    yield "" if judgement is None else "[green]✓[/]" if judgement.met else "[bold red]✗[/]"


def _series(series: Series) -> str:
    return f"{shown(series.median)} ({shown(series.min)} to {shown(series.max)})"


def _judgement(judgements: Iterable[Judgement], figure: str, measure: str) -> Judgement | None:
    found = (each for each in judgements if each.figure == figure and each.measure == measure)
    return next(found, None)
