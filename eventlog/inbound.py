"""Consuming: one batch of records becomes commands on own streams, each record once in effect and in order."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import stamina
import structlog

from eventlog.accepting import interpret, open_sealed, validate
from eventlog.dead_letters import Caught, DeadLetterKeeper
from eventlog.errors import Unavailable, UnreadableEvent
from eventlog.inbox_plan import Accepted, KeyPlan, plan_key, rounds_of
from eventlog.incoming import Heard, Incoming, Poison, RawRecord
from eventlog.log import EventLog
from eventlog.observe import NO_OBSERVER, Observer
from eventlog.reading import Read, Reading
from eventlog.store import InboxStore
from eventlog.trying import tried
from eventlog.work import InboxMoved, Work

PATIENCE_SECONDS = 150.0
PAUSE_SECONDS = 1.0
REDO_MAX = 20

Door = Callable[[RawRecord], Awaitable[None]]
Place = tuple[str, str]

logger = structlog.get_logger("inbound")


class _FoundPoison(Exception):  # noqa: N818 - names the condition
    """A chain failed and what it was made of has been tried alone: plan again, with what was found."""


class Inbound:
    """Takes raw records, decides what each is, and notes it on own streams.

    The inbox (last sequence per topic and key) moves in the same transaction as the events: what came
    before is dropped, what came too early is parked, what is poison becomes a dead letter. Transient
    trouble is waited out here: a raise goes back to the framework, which redelivers without any pause.
    """

    def __init__(
        self,
        log: EventLog,
        inbox: InboxStore,
        letters: DeadLetterKeeper,
        *,
        read: Read,
        heard: Iterable[Heard],
        doors: Mapping[str, Door] | None = None,
        patience_seconds: float = PATIENCE_SECONDS,
        observer: Observer = NO_OBSERVER,
    ) -> None:
        self._log = log
        self._inbox = inbox
        self._letters = letters
        self._reading = Reading(read, heard)
        self._doors = doors or {}
        self._patience_seconds = patience_seconds
        self._observer = observer

    async def receive(self, records: Sequence[RawRecord]) -> None:
        """Handle a batch to its end; afterwards it may be acknowledged.

        Raises Unavailable after waiting in vain (deliver the same again), TooManyDeadLetters, or
        UnreadableEvent when this release is too old for its own log.
        """
        self._letters.judge()
        try:
            async for attempt in stamina.retry_context(
                on=(Unavailable, UnreadableEvent),
                attempts=None,
                timeout=self._patience_seconds,
                wait_initial=0.1,
                wait_max=5.0,
                wait_jitter=0.1,
            ):
                with attempt:
                    await self._receive(records)
        except (Unavailable, UnreadableEvent):
            raise
        except Exception:
            # Our own mistake, or the store refuses for good: the redelivery must not run hot.
            await asyncio.sleep(PAUSE_SECONDS)
            raise
        self._letters.note_handled(len(records))

    async def try_one(self, record: RawRecord) -> Poison | None:
        """Handle one record an operator sends again; return what is still wrong with it, None when it is in."""
        caught = Caught(record, self._letters)
        retry = Inbound(
            self._log,
            self._inbox,
            caught,
            read=self._reading.read,
            heard=self._reading.heard.values(),
            doors=self._doors,
            observer=self._observer,
        )
        await retry._receive([record])
        return caught.poison

    async def release(self, topic: str, key: str) -> None:
        """Apply what waits parked for a key, after an operator settled the record before it."""
        await self._receive_streams([], {(topic, key)})

    async def _receive(self, records: Sequence[RawRecord]) -> None:
        at_doors = [record for record in records if record.topic in self._doors]
        incoming, dead = self._reading.all([each for each in records if each.topic not in self._doors])
        if dead:
            await self._letters.keep(dead)
        await _all_of(self._receive_streams(incoming, set()), *map(self._receive_at_door, at_doors))

    async def _receive_at_door(self, record: RawRecord) -> None:
        poison = await tried(partial(self._doors[record.topic], record))
        if poison is not None:
            await self._letters.keep([(record, poison)])

    async def _receive_streams(self, incoming: Sequence[Incoming], keys: set[Place]) -> None:
        found: dict[tuple[str, str, int], Poison] = {}
        redone = 0
        while (incoming or keys) and redone < REDO_MAX:
            try:
                await self._take_in(incoming, keys, found)
            except InboxMoved:
                redone += 1
            except _FoundPoison:
                continue  # every time at least one record more is in, or known to be poison
            else:
                return
        if redone:
            raise Unavailable("the inbox moved on under this batch again and again")

    async def _take_in(
        self, incoming: Sequence[Incoming], keys: set[Place], found: dict[tuple[str, str, int], Poison]
    ) -> None:
        plans = await self._planned(incoming, keys)
        accepted = [each for plan in plans for each in plan.accepted]
        for each in accepted:
            validate(each, self._reading.heard.get(each.message.type), self._observer)
        await open_sealed(accepted, self._log.keyring)
        for each in accepted:
            interpret(each)
        await self._inbox.park([later.parked() for plan in plans for later in plan.stop_at(found)])
        for works in rounds_of(plans):
            await self._run_round(works, found)
        failed = [plan.failed for plan in plans if plan.failed is not None]
        await self._letters.keep([(each.message.record, each.poison) for each in failed if each.poison])
        for plan in plans:
            if plan.released:
                await self._inbox.unpark(plan.topic, plan.key, plan.passed)

    async def _planned(self, incoming: Sequence[Incoming], keys: set[Place]) -> list[KeyPlan]:
        by_key: dict[Place, list[Incoming]] = defaultdict(list)
        for message in incoming:
            by_key[message.topic, message.key].append(message)
        states = await self._inbox.states([*by_key, *(keys - by_key.keys())])
        plans = [plan_key(place, by_key[place], state) for place, state in states.items()]
        # What is early is parked first: with what waits already it may be the run that is next.
        await self._inbox.park([message.parked() for plan in plans for message in plan.too_early])
        for plan in plans:
            if plan.meets_parked:
                waiting = await self._inbox.parked_from(plan.topic, plan.key, plan.reached + 1)
                plan.join([self._reading.parked(record) for record in waiting])
            _alarm(plan)
        return plans

    async def _run_round(
        self, works: Sequence[tuple[Work, list[Accepted]]], found: dict[tuple[str, str, int], Poison]
    ) -> None:
        outcomes = await self._log.run_all([work for work, _ in works])
        for outcome in outcomes:
            if isinstance(outcome, (Unavailable, UnreadableEvent, InboxMoved)) or (
                isinstance(outcome, BaseException) and not isinstance(outcome, Exception)
            ):
                raise outcome
        broken = []
        for (work, accepted), outcome in zip(works, outcomes, strict=True):
            if isinstance(outcome, BaseException):
                broken.append(accepted)
            else:
                self._note_refusals(work, outcome)
        if broken:
            await _all_of(*(self._isolate(accepted, found) for accepted in broken))
            raise _FoundPoison

    async def _isolate(self, accepted: Sequence[Accepted], found: dict[tuple[str, str, int], Poison]) -> None:
        """Redo a failed chain message by message, up to the one of each key that cannot be handled."""
        stopped: set[Place] = set()
        for each in accepted:
            place = (each.message.topic, each.message.key)
            if place not in stopped and (poison := await tried(partial(self._run_alone, each))):
                found[*place, each.message.sequence] = poison
                stopped.add(place)

    async def _run_alone(self, accepted: Accepted) -> None:
        work = accepted.alone()
        self._note_refusals(work, await self._log.run(work))

    def _note_refusals(self, work: Work, results: Sequence[Any]) -> None:
        for result in results:
            if result.refused is not None:
                self._observer.count("refused_notes_total", rule=result.refused.rule)
                logger.warning("note_refused", stream=work.stream, rule=result.refused.rule)


async def _all_of(*calls: Awaitable[None]) -> None:
    """Finish all calls, then raise the first one's exception: none goes on behind the back of a redo."""
    for outcome in await asyncio.gather(*calls, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome


def _alarm(plan: KeyPlan) -> None:
    for message in plan.altered:
        logger.error(
            "same_sequence_other_bytes", topic=message.topic, key=message.key, sequence=message.sequence
        )
    if plan.too_early:
        logger.warning("gap_parked", topic=plan.topic, key=plan.key, sequence=plan.reached)
