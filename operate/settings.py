"""What the operator's environment says; the only place in `operate` that reads it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
_KAFKA, _FILE = "AMENDS_KAFKA_", "_FILE"


@dataclass(frozen=True, slots=True)
class Settings:
    """Addresses given here win: an engine with an address is used as it is, never started.

    `kafka` is `host:port`, `postgres` the DSN of a role that may create roles and databases. `home` is the
    folder of the local stack, `cache` the user's folder for downloads. `kafka_settings` are the variables
    `AMENDS_KAFKA_…` that a broker with TLS and a login asks for.
    """

    kafka: str | None
    postgres: str | None
    home: Path
    cache: Path
    kafka_settings: Mapping[str, str] = field(default_factory=dict, repr=False)


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read `AMENDS_KAFKA…`, `AMENDS_POSTGRES`, `AMENDS_HOME` and `XDG_CACHE_HOME`; an empty value counts as none."""
    given = own_environment() if environment is None else environment
    cache = given.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Settings(
        kafka=given.get("AMENDS_KAFKA") or None,
        postgres=given.get("AMENDS_POSTGRES") or None,
        home=Path(given.get("AMENDS_HOME") or REPOSITORY / ".amends").expanduser().absolute(),
        cache=Path(cache).expanduser() / "amends",
        kafka_settings={
            name: _absolute(name, text) for name, text in given.items() if name.startswith(_KAFKA) and text
        },
    )


def _absolute(name: str, text: str) -> str:
    """Return a file's name as it is found from everywhere: services run in folders of their own."""
    return str(Path(text).expanduser().absolute()) if name.endswith(_FILE) else text


def own_environment() -> dict[str, str]:
    """Return the environment of this process, for the processes it starts."""
    return dict(os.environ)  # noqa: TID251 - settings.py is where the environment is read
