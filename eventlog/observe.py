"""What the engine says about itself in numbers. The names are a closed list; who listens is not its business."""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias

# Things that happened. Labels: commands_total command, outcome · dead_letters_total topic, cause ·
# ignored_total type · refused_notes_total rule.
CounterName: TypeAlias = Literal[
    "commands_total",
    "dead_letters_total",
    "ignored_total",
    "refused_notes_total",
    "timers_fired_total",
]

# How things stand now. Label: projection_lag follower (the projection's or reaction's name).
GaugeName: TypeAlias = Literal[
    "relay_position",
    "log_position",
    "consumer_lag",
    "consumer_age_seconds",
    "parked_records",
    "leader_epoch",
    "projection_lag",
    "quarantined_streams",
    "events_set_aside",
]

# How large things were: seconds for one append, commands in one flush.
MeasureName: TypeAlias = Literal["append_seconds", "flush_size"]


class Observer(Protocol):
    """Hears numbers. Never raises for a known name with its labels, never blocks, holds no personal data."""

    def count(self, name: CounterName, value: int = 1, **labels: str) -> None:
        """Add `value` things that happened."""

    def gauge(self, name: GaugeName, value: float, **labels: str) -> None:
        """Say how things stand now."""

    def measure(self, name: MeasureName, value: float, **labels: str) -> None:
        """Say how large one thing was, in the unit its name ends in."""


class _NoObserver:
    def count(self, name: CounterName, value: int = 1, **labels: str) -> None:
        pass

    def gauge(self, name: GaugeName, value: float, **labels: str) -> None:
        pass

    def measure(self, name: MeasureName, value: float, **labels: str) -> None:
        pass


NO_OBSERVER: Observer = _NoObserver()
