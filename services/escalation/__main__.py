"""Run escalation: `python -m services.escalation run | migrate`."""

from __future__ import annotations

from hosting.service import command_line
from services.escalation.app import NAME, SERVICE

if __name__ == "__main__":
    command_line(NAME, SERVICE)()
