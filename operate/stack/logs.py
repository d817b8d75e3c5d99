"""What processes printed, shortened for an error message."""

from __future__ import annotations

from pathlib import Path

_TAIL_BYTES = 4096


def last_lines(path: Path, count: int = 3) -> str:
    """Return the last lines of a log file, joined; "nothing" when there are none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
            tail = file.read().decode(errors="replace")
    except FileNotFoundError:
        return "nothing"
    return " | ".join(line.strip() for line in tail.splitlines()[-count:]) or "nothing"
