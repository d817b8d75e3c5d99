"""What becomes of a complaint's clocks: started, met, missed, stopped. Pure steps over a tuple of runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias

from services.intake.domain.complaint.values import StartedClock

ClockStatus: TypeAlias = Literal["running", "met", "missed", "stopped"]
Instance: TypeAlias = tuple[str, datetime]


@dataclass(frozen=True, slots=True)
class ClockRun:
    """A clock instance and what became of it: met in time, missed, or stopped because nothing was owed any more.

    A missed clock stays missed; `ended_at` says when what it waited for came after all.
    """

    clock: StartedClock
    status: ClockStatus = "running"
    ended_at: datetime | None = None

    @property
    def is_running(self) -> bool:
        """Say whether its timer is wanted."""
        return self.status == "running"

    @property
    def is_owed(self) -> bool:
        """Say whether what it waits for has not come: running, or missed and not yet made good."""
        return self.is_running or (self.status == "missed" and self.ended_at is None)

    @property
    def instance(self) -> Instance:
        """Name and start: what tells clock instances apart."""
        return (self.clock.name, self.clock.start)


Runs: TypeAlias = tuple[ClockRun, ...]


def started(runs: Runs, clocks: Iterable[StartedClock]) -> Runs:
    """Return the runs with these clocks running; an instance met or missed before stays as it is.

    A running or stopped instance takes the new due time: regrading asks again from the same start.
    """
    fresh = {(clock.name, clock.start): ClockRun(clock) for clock in clocks}
    kept = []
    for run in runs:
        again = fresh.pop(run.instance, None)
        kept.append(again if again is not None and run.status in {"running", "stopped"} else run)
    return (*kept, *fresh.values())


def replaced(runs: Runs, clocks: tuple[StartedClock, ...], at: datetime) -> Runs:
    """Return the runs after a regrading: these clocks run on, any other that ran is stopped."""
    listed = {(clock.name, clock.start) for clock in clocks}
    left = tuple(run if run.instance in listed else _stopped(run, at) for run in runs)
    return started(left, clocks)


def met(runs: Runs, name: str, at: datetime) -> Runs:
    """Return the runs after what the clock `name` waits for has come."""
    return tuple(_ended(run, "met", at) if run.clock.name == name else run for run in runs)


def stopped(runs: Runs, at: datetime, name: str | None = None) -> Runs:
    """Return the runs with the clock `name`, or every clock, no longer owed."""
    return tuple(_ended(run, "stopped", at) if name in {None, run.clock.name} else run for run in runs)


def missed(runs: Runs, instance: Instance) -> Runs:
    """Return the runs with one running instance marked as missed."""
    return tuple(
        replace(run, status="missed") if run.instance == instance and run.is_running else run for run in runs
    )


def _ended(run: ClockRun, status: ClockStatus, at: datetime) -> ClockRun:
    if run.is_running:
        return ClockRun(run.clock, status, at)
    return replace(run, ended_at=at) if run.is_owed else run


def _stopped(run: ClockRun, at: datetime) -> ClockRun:
    return ClockRun(run.clock, "stopped", at) if run.is_running else run
