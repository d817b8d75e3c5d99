"""The decider: pure functions that turn a command and a state into events, and events into a state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from eventlog.message import Command, Event

S = TypeVar("S")
C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """A command that a rule forbids; `rule` is stable and public (`style.md` 1).

    `detail` says in one English clause what was found, without personal data. Titles and remedies in
    both languages live in each service's `policies/refusals.toml`.
    """

    def __init__(self, rule: str, detail: str = "") -> None:
        super().__init__(rule if not detail else f"{rule}: {detail}")
        self.rule = rule
        self.detail = detail


def no_timers(_state: object) -> Mapping[str, datetime]:
    """Return no timers: the answer of an aggregate without clocks."""
    return {}


@dataclass(frozen=True, slots=True)
class Decider(Generic[S, C, E]):
    """One aggregate, whole: its category, its events and its pure functions.

    `decide` answers `[]` when what is asked is already so and raises `Refused` when a rule forbids it.
    `evolve` records and never judges. `timers` says which durable timers a state wants (name to due
    time); the engine arms and cancels the difference in the same transaction as the events. `timer_rules` is raised
    with every release in which `timers` wants of states there may be already what it did not want before: the
    leader then arms that once (`rearming`).
    """

    category: str
    initial: S
    events: tuple[type[E], ...]
    decide: Callable[[C, S], Sequence[E]]
    evolve: Callable[[S, E], S]
    timers: Callable[[S], Mapping[str, datetime]] = no_timers
    timer_rules: int = 1

    def fold(self, events: Iterable[E], state: S | None = None) -> S:
        """Return the state after `events`, starting from `state` or from the initial one."""
        folded = self.initial if state is None else state
        for event in events:
            folded = self.evolve(folded, event)
        return folded

    def stream(self, key: str) -> str:
        """Return the stream id `category-key`, which is also Kafka key and CloudEvents subject."""
        return f"{self.category}-{key}"
