"""Python's cyclic collector, set for a service: many small objects a message, nearly none of them in a cycle."""

from __future__ import annotations

import gc
from typing import Final

# The interpreter's own threshold has the collector walk tens of thousands of held states many times a second:
# a third of all processor time at full load. What hangs in cycles here is little and can wait.
YOUNG_OBJECTS_MAX: Final = 100_000
YOUNG_RUNS_MAX: Final = 20
MIDDLE_RUNS_MAX: Final = 50


def rest_collector() -> None:
    """Let it rest while the process loads what it will keep: a fifth of that time. Call it before all else."""
    gc.disable()


def calm_collector() -> None:
    """Take what start-up made out of the collector's sight, and have it look at the rest less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS_MAX, YOUNG_RUNS_MAX, MIDDLE_RUNS_MAX)
    gc.enable()
