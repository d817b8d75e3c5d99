"""What to do with the records of one key: pure arithmetic on sequences, then chains for the log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eventlog.flush import InboxAdvance
from eventlog.incoming import Heard, Incoming, Poison
from eventlog.message import Command
from eventlog.store import InboxState
from eventlog.work import Step, Work


@dataclass(slots=True)
class Accepted:
    """A record whose turn it is, on its way from bytes to a command (`spoken`: own stream and command)."""

    message: Incoming
    heard: Heard | None = None
    body: Any = None
    opened: dict[str, Any] = field(default_factory=dict)
    spoken: tuple[str, Command] | None = None
    poison: Poison | None = None

    def alone(self) -> Work:
        """Return the work of this record without its neighbours."""
        return _segment_of(self, self.message.sequence - 1).work()


@dataclass(slots=True)
class KeyPlan:
    """The records of one (topic, key), sorted into what is next, too early, or altered; the rest is old."""

    topic: str
    key: str
    state: InboxState
    accepted: list[Accepted] = field(default_factory=list)
    too_early: list[Incoming] = field(default_factory=list)
    altered: list[Incoming] = field(default_factory=list)
    failed: Accepted | None = None
    released: bool = False

    @property
    def reached(self) -> int:
        """The sequence the inbox will stand at when all accepted records are in."""
        return self.accepted[-1].message.sequence if self.accepted else self.state.last

    @property
    def passed(self) -> int:
        """The sequence up to which nothing has to wait parked any more."""
        return self.failed.message.sequence if self.failed is not None else self.reached

    @property
    def meets_parked(self) -> bool:
        """True when what waits parked may be next."""
        return self.state.next_parked is not None and self.state.next_parked <= self.reached + 1

    def join(self, parked: Sequence[Accepted]) -> None:
        """Take the run of parked records that follows, early ones of this batch among them."""
        self.released = True
        self.accepted.extend(parked)
        self.too_early = [message for message in self.too_early if message.sequence > self.reached]

    def stop_at(self, poison: Mapping[tuple[str, str, int], Poison]) -> list[Incoming]:
        """Cut the plan off at its first poison record; return the successors, which must wait for it."""
        for number, each in enumerate(self.accepted):
            each.poison = each.poison or poison.get((self.topic, self.key, each.message.sequence))
            if each.poison is not None:
                rest = [later.message for later in self.accepted[number + 1 :]]
                self.failed, self.accepted = each, self.accepted[:number]
                return rest
        return []


def plan_key(place: tuple[str, str], messages: Sequence[Incoming], state: InboxState) -> KeyPlan:
    """Sort the records of one key: at most `last` is a duplicate, `last + 1` is next, above waits parked."""
    plan = KeyPlan(*place, state)
    newest: Incoming | InboxState = state
    for message in sorted(messages, key=lambda each: each.sequence):
        if message.sequence == plan.reached + 1:
            plan.accepted.append(Accepted(message))
            newest = message
        elif message.sequence > plan.reached:
            plan.too_early.append(message)
        elif message.sequence == plan.reached and newest.hash and message.hash != newest.hash:
            plan.altered.append(message)
    return plan


def rounds_of(plans: Sequence[KeyPlan]) -> Iterator[list[tuple[Work, list[Accepted]]]]:
    """Yield rounds of work to be run one after the other; within a round each own stream has one chain.

    Usually there is one round. A key whose records go to several own streams needs one per change of
    stream, because its inbox may only move step by step.
    """
    segments = [list(_segments(plan)) for plan in plans]
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

    def follow_with(self, other: _Segment) -> None:
        """Go on with the next record of the same key: one step of the inbox takes both in."""
        self.stream = other.stream if other.steps else self.stream
        (first,), (second,) = self.advances, other.advances
        self.advances = [InboxAdvance(first.topic, first.key, first.expected, second.last, second.hash)]
        self.steps.extend(other.steps)
        self.accepted.extend(other.accepted)

    def work(self) -> Work:
        # The first record of a stream is sequence 1: then the own stream is most likely new as well.
        is_new = all(advance.expected == 0 for advance in self.advances)
        return Work(self.stream, self.steps, inbox=self.advances, is_new=is_new)


def _segment_of(accepted: Accepted, expected: int) -> _Segment:
    message, spoken = accepted.message, accepted.spoken
    advance = InboxAdvance(message.topic, message.key, expected, message.sequence, message.hash)
    if spoken is None:
        return _Segment(f"{message.topic}/{message.key}", [], [advance], [accepted])
    return _Segment(spoken[0], [Step(spoken[1], None, message.id)], [advance], [accepted])


def _segments(plan: KeyPlan) -> Iterator[_Segment]:
    last, current = plan.state.last, None
    for accepted in plan.accepted:
        segment = _segment_of(accepted, last)
        last = accepted.message.sequence
        if current is None:
            current = segment
        elif segment.steps and current.steps and segment.stream != current.stream:
            yield current
            current = segment
        else:
            current.follow_with(segment)
    if current is not None:
        yield current
