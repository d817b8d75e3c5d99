"""What the operator's environment says; the only place in `operate` that reads it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Settings:
    """Addresses given here win: an engine with an address is used as it is, never started.

    `kafka` is `host:port`, `postgres` the DSN of a role that may create roles and databases. `home` is the
    folder of the local stack, `cache` the user's folder for downloads.
    """

    kafka: str | None
    postgres: str | None
    home: Path
    cache: Path


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read `AMENDS_KAFKA`, `AMENDS_POSTGRES`, `AMENDS_HOME` and `XDG_CACHE_HOME`; an empty value counts as none."""
    given = own_environment() if environment is None else environment
    cache = given.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Settings(
        kafka=given.get("AMENDS_KAFKA") or None,
        postgres=given.get("AMENDS_POSTGRES") or None,
        home=Path(given.get("AMENDS_HOME") or REPOSITORY / ".amends").expanduser().absolute(),
        cache=Path(cache).expanduser() / "amends",
    )


def own_environment() -> dict[str, str]:
    """Return the environment of this process, for the processes it starts."""
    return dict(os.environ)  # noqa: TID251 - settings.py is where the environment is read
