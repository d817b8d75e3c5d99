"""Run blacklist: `python -m services.blacklist run | migrate`."""

from __future__ import annotations

from hosting.collector import rest_collector

if __name__ == "__main__":
    rest_collector()
    from hosting.service import command_line
    from services.blacklist.app import NAME, SERVICE

    command_line(NAME, SERVICE)()
