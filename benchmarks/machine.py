"""What a run was taken on: figures without it mean nothing."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import psutil

LIBRARIES: Final = ("aiokafka", "asyncpg", "faststream", "pydantic", "cryptography", "uvloop")
KAFKA: Final = "4.3.0"
POSTGRESQL: Final = "18"


def about(date: str, rounds: int) -> dict[str, Any]:
    """Return machine, versions, date and rounds of a run."""
    return {
        "date": date,
        "rounds": rounds,
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gigabytes": round(psutil.virtual_memory().total / 1e9, 1),
        "load_before": [round(each, 2) for each in os.getloadavg()],
        "kernel": platform.release(),
        "python": platform.python_version(),
        "kafka": KAFKA,
        "postgresql": POSTGRESQL,
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
