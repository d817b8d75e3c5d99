"""Alive and ready: what a supervisor and a load balancer ask.

Alive means the event loop turns and nothing has given itself up; ready means every probe is well.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

Fact: TypeAlias = str | int | float | bool | None

PROBE_SECONDS_MAX: Final = 1.0
SERVICE_UNAVAILABLE: Final = 503

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What one probe found; facts are numbers and plain words, never a connection string or a person's data."""

    ok: bool
    facts: Mapping[str, Fact] = field(default_factory=dict)


class Probe(Protocol):
    """One thing a service needs in order to serve: its database, its consumer, its leadership."""

    @property
    def name(self) -> str:
        """Return the probe's name, a plain word."""

    async def check(self) -> ProbeResult:
        """Look now; may raise, may hang: both count as not well."""


@dataclass(frozen=True, slots=True)
class Death:
    """A component that cannot go on and cannot mend itself: the process must be started anew."""

    component: str
    reason: str


class Life:
    """Where a component declares itself dead, for instance a consumer stuck for 60 seconds with lag."""

    def __init__(self) -> None:
        self._death: Death | None = None
        self._mourners: list[Callable[[Death], None]] = []

    @property
    def death(self) -> Death | None:
        """The first death declared, or None."""
        return self._death

    def declare_dead(self, component: str, reason: str) -> None:
        """Give up: the process stops in good order and exits non-zero. The first declaration stays."""
        if self._death is not None:
            return
        self._death = Death(component, reason)
        # A log line says words, not sentences; a reason is a sentence of ours without values.
        log.critical("declared_dead", component=component, reason="_".join(reason.split()))
        for mourner in self._mourners:
            mourner(self._death)

    def on_death(self, mourner: Callable[[Death], None]) -> None:
        """Tell `mourner` of the death, at once if it has happened."""
        self._mourners.append(mourner)
        if self._death is not None:
            mourner(self._death)


class Health:
    """Answers `/health/live` and `/health/ready`."""

    def __init__(
        self, life: Life, probes: Sequence[Probe] = (), probe_seconds_max: float = PROBE_SECONDS_MAX
    ) -> None:
        self.life = life
        self._probes = tuple(probes)
        self._probe_seconds_max = probe_seconds_max

    async def live(self, _request: Request) -> Response:
        """Answer 200 while nothing has declared itself dead, else 503 with the component and its reason."""
        death = self.life.death
        if death is None:
            return _answer({"alive": True}, ok=True)
        return _answer({"alive": False, "component": death.component, "reason": death.reason}, ok=False)

    async def ready(self, _request: Request) -> Response:
        """Answer 200 when every probe is well, else 503 naming those that failed."""
        results = await self.results()
        failed = [name for name, result in results.items() if not result.ok]
        probes = {name: {"ok": result.ok, **result.facts} for name, result in results.items()}
        return _answer({"ready": not failed, "failed": failed, "probes": probes}, ok=not failed)

    async def results(self) -> dict[str, ProbeResult]:
        """Ask all probes at the same time and return what each found."""
        found = await asyncio.gather(*(self._checked(probe) for probe in self._probes))
        return {probe.name: result for probe, result in zip(self._probes, found, strict=True)}

    async def _checked(self, probe: Probe) -> ProbeResult:
        try:
            async with asyncio.timeout(self._probe_seconds_max):
                return await probe.check()
        except TimeoutError:
            return ProbeResult(
                ok=False, facts={"error": "no_answer_in_time", "seconds": self._probe_seconds_max}
            )
        except Exception as error:
            log.warning("probe_failed", probe=probe.name, exc_info=error)
            return ProbeResult(ok=False, facts={"error": type(error).__name__})


def _answer(members: Mapping[str, object], *, ok: bool) -> Response:
    headers = {"cache-control": "no-store"}
    return JSONResponse(members, status_code=200 if ok else SERVICE_UNAVAILABLE, headers=headers)
