"""Given, when, then: a rule read aloud. Shipped with the engine so that every service tests alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from eventlog.decider import Decider, Refused
from eventlog.message import Command, Event

S = TypeVar("S")
C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Outcome(Generic[E]):
    """What a command led to: events, or the refusal."""

    events: tuple[E, ...]
    refused: Refused | None

    def then(self, *expected: E) -> None:
        """Assert exactly these events."""
        assert self.refused is None, f"refused: {self.refused}"
        assert list(expected) == list(self.events)

    def then_types(self, *expected: type[E]) -> tuple[E, ...]:
        """Assert the events' types in order and return the events for a closer look."""
        assert self.refused is None, f"refused: {self.refused}"
        assert [kind.__name__ for kind in expected] == [type(event).__name__ for event in self.events]
        return self.events

    def then_nothing(self) -> None:
        """Assert that it was already so."""
        self.then()

    def then_refused(self, rule: str) -> None:
        """Assert a refusal by the rule's name."""
        assert self.refused is not None, f"not refused, but {[type(e).__name__ for e in self.events]}"
        assert rule == self.refused.rule


@dataclass(frozen=True, slots=True)
class Given(Generic[S, C, E]):
    """A history that a command meets."""

    decider: Decider[S, C, E]
    history: tuple[E, ...]

    @property
    def state(self) -> S:
        """The state folded from the history."""
        return self.decider.fold(self.history)

    def when(self, command: C) -> Outcome[E]:
        """Decide the command on the folded history."""
        try:
            return Outcome(tuple(self.decider.decide(command, self.state)), None)
        except Refused as refused:
            return Outcome((), refused)

    def having(self, *commands: C) -> Given[S, C, E]:
        """Return the history after these commands, each of which must be accepted."""
        history, state = [*self.history], self.state
        for command in commands:
            events: Sequence[E] = self.decider.decide(command, state)
            history += events
            state = self.decider.fold(events, state)
        return Given(self.decider, tuple(history))


@dataclass(frozen=True, slots=True)
class Scenario(Generic[S, C, E]):
    """`given = Scenario(DECIDER).given` at the top of a test module."""

    decider: Decider[S, C, E]

    def given(self, *history: E) -> Given[S, C, E]:
        """Start from a history of events."""
        return Given(self.decider, history)
