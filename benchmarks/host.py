"""The host of a virtual machine: what it takes of the processors is missing in what is measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import psutil


@dataclass(frozen=True, slots=True)
class Processors:
    """Seconds since the machine started, over all processors: in all, and of them what the host gave to others."""

    total: float
    stolen: float

    def stolen_until(self, later: Processors) -> float:
        """Return the share, 0 to 1, of the time until then that the host gave to others."""
        total = later.total - self.total
        return (later.stolen - self.stolen) / total if total > 0 else 0.0


Look: TypeAlias = Callable[[], Processors]


def look() -> Processors:
    """Return the processors as they stand. Where the system does not tell what was stolen, nothing was."""
    times = psutil.cpu_times()
    guests = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)  # counted as user time already
    return Processors(total=sum(times) - guests, stolen=getattr(times, "steal", 0.0))
