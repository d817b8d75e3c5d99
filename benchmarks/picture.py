"""A run as a picture: how many times the naive peer, beside what is asked."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl

from benchmarks.figures import Run

OURS, ASKED = "#1b6e8c", "#c0392b"


def draw(run: Run, path: Path) -> None:
    """Write the picture of the run's ratios; latency stands in words below."""
    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 - the backend must be chosen first

    rows = [each for each in run.figures if each.ratio is not None and each.ratio_asked is not None][::-1]
    late = [each for each in run.figures if each.at_most is not None]
    chart, axes = plt.subplots(figsize=(8, 0.6 * len(rows) + 1.8), layout="constrained")
    bars = axes.barh(
        [each.name for each in rows], [each.ratio or 0 for each in rows], color=OURS, height=0.55
    )
    axes.bar_label(bars, labels=[f"{each.ratio:.1f}×" for each in rows], padding=4)
    for place, each in enumerate(rows):
        axes.plot([each.ratio_asked or 0.0] * 2, [place - 0.38, place + 0.38], color=ASKED, linewidth=2)
    axes.set_xlabel(
        f"times the naive peer, same duties, same run (red: asked at least) · {run.about['date']}"
    )
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(x=0.12)
    words = " · ".join(
        f"{each.name}: {each.median('ours'):.0f} ms (asked {each.at_most:.0f})" for each in late
    )
    if words:
        chart.suptitle(words, fontsize=9)
    chart.savefig(path, dpi=150)
    plt.close(chart)
