"""From commands to a chain ready to be written: decide in order on the speculative state, then seal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from eventlog.aggregate import Aggregate
from eventlog.decider import Refused
from eventlog.flush import Chain, KnownCommand, NewEvent, TimerChange
from eventlog.keys import PersonKey
from eventlog.message import Event
from eventlog.work import Folded, Result, Step, Work


class Decision(NamedTuple):
    """One step's answer."""

    step: Step
    events: tuple[Event, ...]
    refused: Refused | None
    version: int


class Decided(NamedTuple):
    """All steps of a chain decided, before anything is encoded or written."""

    aggregate: Aggregate[Any, Any, Any]
    stream: str
    before: Folded
    folded: Folded
    decisions: tuple[Decision, ...]
    messages: tuple[Any, ...]

    @property
    def persons(self) -> set[str]:
        """The persons whose keys are needed to seal the events."""
        codec = self.aggregate.codec
        return {person for each in self.decisions for event in each.events for person in codec.persons(event)}

    @property
    def refused_steps(self) -> list[Step]:
        """The steps a rule forbids on this state."""
        return [each.step for each in self.decisions if each.refused is not None]

    def writes(self, work: Work) -> bool:
        """Tell whether anything must be written: a lone refusal leaves no trace."""
        return bool(work.inbox or work.fired) or any(
            each.events or (each.refused is None and each.step.command_id) for each in self.decisions
        )

    def chain(self, work: Work, keys: Mapping[str, PersonKey | None]) -> Chain:
        """Encode and seal the events for the versions they will have."""
        return Chain(
            stream=self.stream,
            expected=self.before.version,
            events=self._new_events(keys),
            commands=[
                KnownCommand(each.step.command_id, self.stream, each.version, len(each.events))
                for each in self.decisions
                if each.refused is None and each.step.command_id is not None
            ],
            inbox=work.inbox,
            timers=self._timers(),
            fired=work.fired,
        )

    def results(self, stream: str, position: int | None) -> list[Result]:
        """Return one result per step; `position` is where the chain's last event stands."""
        results: list[Result] = []
        for each in reversed(self.decisions):
            place = position if each.events else None
            results.append(Result(stream, each.version, each.events, place, each.refused))
            if position is not None:
                position -= len(each.events)
        return results[::-1]

    def merged(self, work: Work, settled: Mapping[UUID, Result], position: int | None) -> list[Result]:
        """Return one result per step of the work, in its order: decided now, or known from before."""
        decided_now = self.results(work.stream, position)
        if not settled:
            return decided_now
        results = iter(decided_now)
        return [
            settled[step.command_id] if step.command_id in settled else next(results)  # type: ignore[index]
            for step in work.steps
        ]

    def _new_events(self, keys: Mapping[str, PersonKey | None]) -> list[NewEvent]:
        codec, made = self.aggregate.codec, []
        version, sequence = self.before.version, self.before.public_sequence
        messages = iter(self.messages)
        key = self.stream.split("-", 1)[1]
        for each in self.decisions:
            for event in each.events:
                version += 1
                encoded = codec.encode(event, f"{self.stream}@{version}", keys)
                message = next(messages)
                if message is not None:
                    sequence += 1
                made.append(
                    NewEvent(
                        version=version,
                        type=event.TYPE,
                        schema_version=event.VERSION,
                        at=event.at,
                        correlation_id=key,
                        causation_id=each.step.causation_id,
                        public_type=None if message is None else message.TYPE,
                        public_schema=None if message is None else message.SCHEMA,
                        public_sequence=None if message is None else sequence,
                        body=encoded.body,
                        public=None if message is None else encoded.public(message),
                    )
                )
        return made

    def _timers(self) -> list[TimerChange]:
        wanted = self.aggregate.decider.timers(self.folded.state)
        # A timer that has just fired still counts as held: with the same due time it is not armed again,
        # or a command that changes nothing would make it fire for ever.
        held = self.aggregate.decider.timers(self.before.state) if self.before.version else {}
        armed = [TimerChange(name, due) for name, due in wanted.items() if held.get(name) != due]
        return armed + [TimerChange(name, None) for name in held if name not in wanted]


class Ready(NamedTuple):
    """One work of many, decided and sealed: it only needs to be written."""

    work: Work
    decided: Decided
    chain: Chain


def decide_steps(
    aggregate: Aggregate[Any, Any, Any], stream: str, folded: Folded, steps: Sequence[Step]
) -> Decided:
    """Decide the steps in order, each on the state the former ones lead to."""
    decider, state, version, sequence = (
        aggregate.decider,
        folded.state,
        folded.version,
        folded.public_sequence,
    )
    decisions, messages = [], []
    for step in steps:
        events: tuple[Event, ...] = ()
        refused: Refused | None = None
        try:
            events = tuple(decider.decide(step.command, state))
        except Refused as refusal:
            refused = refusal
        state = decider.fold(events, state)
        version += len(events)
        made = [aggregate.outgoing(stream, event) for event in events]
        sequence += sum([message is not None for message in made])
        messages.extend(made)
        decisions.append(Decision(step, events, refused, version))
    return Decided(
        aggregate, stream, folded, Folded(state, version, sequence), tuple(decisions), tuple(messages)
    )
