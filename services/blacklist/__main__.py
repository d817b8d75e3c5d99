"""Run blacklist: `python -m services.blacklist run | migrate`."""

from __future__ import annotations

from hosting.service import command_line
from services.blacklist.app import NAME, SERVICE

if __name__ == "__main__":
    command_line(NAME, SERVICE)()
