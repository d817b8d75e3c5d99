"""What to do with the records of one key: pure arithmetic on sequences, then chains for the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from eventlog.incoming import Heard, Incoming, Poison
from eventlog.message import Command
from eventlog.store import InboxAdvance, InboxState
from eventlog.work import Step, Work


@dataclass(slots=True)
class Accepted:
    """A record whose turn it is, on its way from bytes to a command."""

    message: Incoming
    heard: Heard | None = None
    body: Any = None
    opened: dict[str, Any] = field(default_factory=dict)
    poison: Poison | None = None


@dataclass(slots=True)
class KeyPlan:
    """The records of one (topic, key), sorted into what is next, too early, old, or altered."""

    topic: str
    key: str
    state: InboxState
    accepted: list[Accepted] = field(default_factory=list)
    too_early: list[Incoming] = field(default_factory=list)
    altered: list[Incoming] = field(default_factory=list)
    failed: list[Accepted] = field(default_factory=list)
    released: bool = False

    @property
    def reached(self) -> int:
        """The sequence the inbox will stand at when all accepted records are in."""
        return self.accepted[-1].message.sequence if self.accepted else self.state.last

    def accept(self, messages: Sequence[Incoming]) -> None:
        """Take records that follow without a gap."""
        for message in messages:
            if message.sequence == self.reached + 1:
                self.accepted.append(Accepted(message))

    def stop_at_poison(self) -> list[Incoming]:
        """Cut the plan off at the first poison record; return its successors, which must wait for it."""
        for place, each in enumerate(self.accepted):
            if each.poison is not None:
                rest = [later.message for later in self.accepted[place + 1 :]]
                self.failed, self.accepted = [each], self.accepted[:place]
                return rest
        return []


def plan_key(place: tuple[str, str], messages: Sequence[Incoming], state: InboxState) -> KeyPlan:
    """Sort the records of one key: at most `last` is a duplicate, `last + 1` is next, above waits parked."""
    plan = KeyPlan(*place, state)
    for message in sorted(messages, key=lambda each: each.sequence):
        if message.sequence == plan.reached + 1:
            plan.accepted.append(Accepted(message))
        elif message.sequence > plan.reached:
            plan.too_early.append(message)
        elif message.sequence == state.last and state.hash and message.hash != state.hash:
            plan.altered.append(message)
    return plan


Interpret = Callable[[Accepted], tuple[str, Command] | None]


def rounds_of(plans: Sequence[KeyPlan], interpret: Interpret) -> Iterator[list[tuple[Work, list[Accepted]]]]:
    """Yield rounds of work to be run one after the other; within a round each own stream has one chain.

    Usually there is one round. A key whose records go to several own streams needs one per change of
    stream, because its inbox may only move step by step.
    """
    segments = [list(_segments(plan, interpret)) for plan in plans]
    for number in range(max((len(each) for each in segments), default=0)):
        merged: dict[str, _Segment] = {}
        for segment in (each[number] for each in segments if number < len(each)):
            if segment.stream in merged:
                merged[segment.stream].take_in(segment)
            else:
                merged[segment.stream] = segment
        yield [(segment.work(), segment.accepted) for segment in merged.values()]


@dataclass(slots=True)
class _Segment:
    stream: str
    steps: list[Step]
    advances: list[InboxAdvance]
    accepted: list[Accepted]

    def take_in(self, other: _Segment) -> None:
        self.steps.extend(other.steps)
        self.advances.extend(other.advances)
        self.accepted.extend(other.accepted)

    def work(self) -> Work:
        # The first record of a stream is sequence 1: then the own stream is most likely new as well.
        is_new = all(advance.expected == 0 for advance in self.advances)
        return Work(self.stream, self.steps, inbox=self.advances, is_new=is_new)


def _segments(plan: KeyPlan, interpret: Interpret) -> Iterator[_Segment]:
    last, current = plan.state.last, None
    for accepted in plan.accepted:
        message = accepted.message
        spoken = interpret(accepted)
        stream = spoken[0] if spoken else (current.stream if current else "")
        if current is None or (spoken and current.steps and current.stream != stream):
            if current is not None:
                yield current
                last = current.advances[0].last
            current = _Segment(stream, [], [], [])
        if spoken:
            current.stream = stream
            current.steps.append(Step(spoken[1], None, message.id))
        current.accepted.append(accepted)
        current.advances = [InboxAdvance(plan.topic, plan.key, last, message.sequence, message.hash)]
    if current is not None:
        if not current.steps:
            current.stream = f"{plan.topic}/{plan.key}"
        yield current
