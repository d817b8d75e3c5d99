"""The figures of one run: what is asked, every sample taken, and what came out. Ratios, not promises."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

# Measured ratios move by as much from run to run; a smaller difference means nothing.
NOISE_PERCENT: Final = 15


@dataclass(slots=True)
class Figure:
    """One row: samples of both peers in `unit`, and what is asked of their ratio or of ours alone.

    `ratio_asked` is ours by naive; `at_most` is for ours alone (latency).
    """

    name: str
    unit: str
    ratio_asked: float | None = None
    at_most: float | None = None
    samples: dict[str, list[float]] = field(default_factory=lambda: {"ours": [], "naive": []})

    def median(self, peer: str) -> float | None:
        """Return the median of a peer's samples, None without any."""
        taken = self.samples[peer]
        return statistics.median(taken) if taken else None

    @property
    def ratio(self) -> float | None:
        """Ours by naive, of medians."""
        ours, naive = self.median("ours"), self.median("naive")
        return ours / naive if ours is not None and naive else None

    @property
    def is_met(self) -> bool | None:
        """Whether what is asked is reached; None where nothing is asked."""
        ours = self.median("ours")
        if self.at_most is not None:
            return ours is not None and ours <= self.at_most
        if self.ratio_asked is None:
            return None
        return self.ratio is not None and self.ratio >= self.ratio_asked

    def as_dict(self) -> dict[str, Any]:
        """Return the row as it is written to the results."""
        return {
            "name": self.name,
            "unit": self.unit,
            "samples": {peer: [round(each, 3) for each in taken] for peer, taken in self.samples.items()},
            "medians": {peer: self.median(peer) for peer in self.samples},
            "spread": {peer: _spread(taken) for peer, taken in self.samples.items()},
            "ratio": self.ratio,
            "ratio_asked": self.ratio_asked,
            "at_most": self.at_most,
            "met": self.is_met,
        }


@dataclass(frozen=True, slots=True)
class Run:
    """All figures of one run with the machine and the versions they were taken on."""

    about: Mapping[str, Any]
    figures: Sequence[Figure]

    def as_dict(self) -> dict[str, Any]:
        """Return the run as one JSON document."""
        return {"about": dict(self.about), "figures": [each.as_dict() for each in self.figures]}


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _spread(taken: Sequence[float]) -> list[float] | None:
    return [round(min(taken), 3), round(max(taken), 3)] if taken else None
