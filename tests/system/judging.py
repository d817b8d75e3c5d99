"""The verdict over an installation: wait until it is settled, gather what it left behind, name what was broken."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from tests.system import canaries, promises
from tests.system.folding import READ_MODELS
from tests.system.installation import DECLARED, LiveInstallation
from tests.system.promises import Evidence
from tests.system.reading import log_of, published, settled

NAMED_MAX: Final = 20


async def gathered(installation: LiveInstallation, acknowledged: Collection[str] = ()) -> Evidence:
    """Return everything the promises speak of, as it stands now."""
    return Evidence(
        logs={name: await log_of(installation, name) for name in DECLARED},
        records={name: await published(installation, name) for name in DECLARED},
        models={name: await _model(installation, name) for name in READ_MODELS},
        timers={name: await _timers(installation, name) for name in DECLARED},
        acknowledged=acknowledged,
        now=await domain_time(installation),
    )


async def promises_hold(
    installation: LiveInstallation, acknowledged: Collection[str] = (), *, seconds: float = 60.0
) -> Evidence:
    """Fail with every promise that was broken; return the evidence when none was."""
    try:
        await settled(installation, seconds=seconds)
    except AssertionError as unsettled:
        # What never comes to rest has lost something: name the promise, not only the symptom.
        found = promises.broken(await gathered(installation, acknowledged))
        raise AssertionError(f"{unsettled}; {found[:NAMED_MAX]}") from None
    evidence = await gathered(installation, acknowledged)
    found = promises.broken(evidence) + canaries.found_in(await canaries.everywhere(installation))
    assert found == [], "\n".join(found[:NAMED_MAX])
    return evidence


async def domain_time(installation: LiveInstallation) -> datetime:
    """Return the installation's own time."""
    ((now,),) = await installation.rows("intake", "SELECT eventlog.now()")
    found: datetime = now
    return found.astimezone(UTC)


async def _model(installation: LiveInstallation, name: str) -> dict[str, tuple[Any, ...]]:
    service, _, _, columns = READ_MODELS[name]
    rows = await installation.rows(service, f"SELECT {columns} FROM {name}")  # noqa: S608 - names of our own
    plain = [tuple(str(each) if isinstance(each, UUID) else each for each in row) for row in rows]
    return {row[0]: row for row in plain}


async def _timers(installation: LiveInstallation, service: str) -> dict[tuple[str, str], datetime]:
    rows = await installation.rows(service, "SELECT stream, name, due_at FROM eventlog.timers")
    return {(row["stream"], row["name"]): row["due_at"] for row in rows}
