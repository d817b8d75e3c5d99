"""Run compensation: `python -m services.compensation run | migrate`."""

from __future__ import annotations

from hosting.service import command_line
from services.compensation.app import NAME, SERVICE

if __name__ == "__main__":
    command_line(NAME, SERVICE)()
