"""The results as a picture: what each peer reaches, how far the samples lie apart, and by how much they differ."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib import pyplot as plt

from benchmarks.results import Measure, Measured, Results
from benchmarks.table import shown

OURS: Final = "#1f5f8b"
NAIVE: Final = "#b9c3cb"
_HEIGHT: Final = 0.38
_ROW_INCHES: Final = 0.52
_DOTS_PER_INCH: Final = 150


def draw(results: Results, path: Path) -> None:
    """Draw a whole run into a PNG file."""
    mpl.use("Agg")
    mpl.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False})
    panels = _panels(results.figures)
    rows = [len(bars) for _, _, bars in panels]
    figure, axes = plt.subplots(
        len(panels),
        figsize=(9.5, 1.6 + _ROW_INCHES * sum(rows) + 0.75 * len(rows)),
        gridspec_kw={"height_ratios": rows},
        layout="constrained",
    )
    for axis, (title, unit, bars) in zip(axes, panels, strict=True):
        _panel(axis, title, unit, bars)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", frameon=False, ncols=2)
    figure.suptitle(
        "Amends' engine beside a naive peer with the same duties", x=0.01, ha="left", weight="bold"
    )
    figure.supxlabel(_footer(results), x=0.01, ha="left", size=7.5, color="#555555")
    figure.savefig(path, dpi=_DOTS_PER_INCH)
    plt.close(figure)


_Bar = tuple[str, Measure]


def _panels(figures: Sequence[Measured]) -> list[tuple[str, str, list[_Bar]]]:
    appends = [
        (each.title.removeprefix("append, "), each) for each in figures if each.name.startswith("append")
    ]
    hop = next(each for each in figures if each.name == "hop")
    latency = next(each for each in figures if each.name == "latency")
    return [
        (
            "Commands taken and published by one service",
            "commands/s",
            [(title, each.measures["published"]) for title, each in appends],
        ),
        ("Through two services", "complaints/s", [(hop.title, hop.measures["throughput"])]),
        (
            f"Latency of {latency.title}: less is better",
            "ms",
            [(name, latency.measures[name]) for name in ("p50", "p99")],
        ),
    ]


def _panel(axis: Any, title: str, unit: str, bars: Sequence[_Bar]) -> None:
    widest = max(max(measure.ours.max, measure.naive.max) for _, measure in bars)
    for place, (_, measure) in enumerate(bars):
        for side, series, colour, label in (
            (-0.5, measure.ours, OURS, "Amends"),
            (0.5, measure.naive, NAIVE, "naive peer"),
        ):
            height = place + side * _HEIGHT
            axis.barh(
                height, series.median, _HEIGHT, color=colour, label=label if place == 0 else None, zorder=2
            )
            axis.plot([series.min, series.max], [height, height], color="#222222", linewidth=0.8, zorder=3)
            axis.text(series.max + widest * 0.01, height, shown(series.median), va="center", size=8)
        axis.text(widest * 1.16, place, f"× {measure.ratio:.1f}", va="center", ha="right", weight="bold")
    axis.set_yticks(range(len(bars)), [name for name, _ in bars])
    axis.set_xlim(0, widest * 1.17)
    axis.invert_yaxis()
    axis.set_title(title, loc="left", size=9.5)
    axis.set_xlabel(unit)
    axis.tick_params(axis="y", length=0)


def _footer(results: Results) -> str:
    machine, versions = results.machine, results.versions
    return (
        f"{results.date:%Y-%m-%d}, commit {results.commit} · {machine.cores} cores {machine.processor}, "
        f"{machine.memory_gib:g} GiB · Python {versions['python']}, PostgreSQL {versions['postgresql']}, "
        f"Kafka {versions['kafka']}\nBars: medians of {results.rounds} rounds; lines: smallest to largest; "
        "×: Amends over peer, the median of the rounds"
    )
