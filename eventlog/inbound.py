"""Consuming: one batch of records becomes commands on own streams, each record once in effect and in order."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

import stamina
import structlog

from eventlog.accepting import interpret, open_sealed, validate
from eventlog.dead_letters import Caught, DeadLetterKeeper
from eventlog.decider import Refused
from eventlog.errors import Unavailable, UnreadableEvent
from eventlog.inbox_plan import Accepted, KeyPlan, plan_key, rounds_of
from eventlog.incoming import Heard, Incoming, Poison, RawRecord, family, unparked
from eventlog.log import EventLog
from eventlog.observe import NO_OBSERVER, Observer
from eventlog.store import InboxState, InboxStore
from eventlog.work import InboxMoved, Work

TRIES_MAX = 5
TRY_SECONDS = 0.2
PATIENCE_SECONDS = 150.0
REDO_MAX = 20

Read = Callable[[RawRecord], Incoming]
Door = Callable[[RawRecord], Awaitable[None]]

logger = structlog.get_logger("inbound")


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
        self._read = read
        self._heard = {each.type: each for each in heard}
        self._families = {family(name) for name in self._heard}
        self._doors = doors or {}
        self._patience_seconds = patience_seconds
        self._observer = observer

    async def receive(self, records: Sequence[RawRecord]) -> None:
        """Handle a batch to its end; afterwards it may be acknowledged.

        Raises Unavailable after waiting in vain (deliver the same again), TooManyDeadLetters, or
        UnreadableEvent when this release is too old for its own log.
        """
        self._letters.judge()
        async for attempt in stamina.retry_context(
            on=(Unavailable, UnreadableEvent),
            attempts=None,
            timeout=self._patience_seconds,
            wait_initial=0.1,
            wait_max=5.0,
        ):
            with attempt:
                await self._receive(records)
        self._letters.note_handled(len(records))

    async def try_one(self, record: RawRecord) -> Poison | None:
        """Handle one record an operator sends again; return what is still wrong with it, None when it is in."""
        caught = Caught()
        retry = Inbound(
            self._log,
            self._inbox,
            caught,
            read=self._read,
            heard=self._heard.values(),
            doors=self._doors,
            observer=self._observer,
        )
        await retry._receive([record])
        return caught.poisons[0] if caught.poisons else None

    async def release(self, topic: str, key: str) -> None:
        """Apply what waits parked for a key, after an operator settled the record before it."""
        await self._receive_streams([], {(topic, key)})

    async def _receive(self, records: Sequence[RawRecord]) -> None:
        at_doors = [record for record in records if record.topic in self._doors]
        incoming, dead = self._read_all([record for record in records if record.topic not in self._doors])
        if dead:
            await self._letters.keep(dead)
        await asyncio.gather(
            self._receive_streams(incoming, set()), *(self._receive_at_door(r) for r in at_doors)
        )

    def _read_all(
        self, records: Sequence[RawRecord]
    ) -> tuple[list[Incoming], list[tuple[RawRecord, Poison]]]:
        incoming, dead = [], []
        for record in records:
            try:
                incoming.append(self._read_one(record))
            except Poison as poison:
                dead.append((record, poison))
        return incoming, dead

    def _read_one(self, record: RawRecord) -> Incoming:
        message = self._read(record)
        if message.type not in self._heard and family(message.type) in self._families:
            raise Poison("unknown_version", message.type)
        return message

    async def _receive_at_door(self, record: RawRecord) -> None:
        try:
            await self._doors[record.topic](record)
        except (Poison, Refused) as no:
            poison = no if isinstance(no, Poison) else Poison("refused", no.rule)
            await self._letters.keep([(record, poison)])

    async def _receive_streams(self, incoming: Sequence[Incoming], keys: set[tuple[str, str]]) -> None:
        if not incoming and not keys:
            return
        for _ in range(REDO_MAX):
            try:
                await self._take_in(incoming, keys)
            except InboxMoved:
                continue
            return
        raise Unavailable("the inbox moved on under this batch again and again")

    async def _take_in(self, incoming: Sequence[Incoming], keys: set[tuple[str, str]]) -> None:
        by_key: dict[tuple[str, str], list[Incoming]] = defaultdict(list)
        for message in incoming:
            by_key[message.topic, message.key].append(message)
        states = await self._inbox.states([*by_key, *(keys - by_key.keys())])
        plans = [await self._plan(place, by_key[place], state) for place, state in states.items()]
        await self._inbox.park([message.parked() for plan in plans for message in plan.too_early])
        for plan in plans:
            for message in plan.altered:
                logger.error(
                    "same_sequence_other_bytes",
                    topic=message.topic,
                    key=message.key,
                    sequence=message.sequence,
                )
            if plan.too_early:
                logger.warning("gap_parked", topic=plan.topic, key=plan.key, sequence=plan.state.last)
        await open_sealed((each for plan in plans for each in plan.accepted), self._log.keyring)
        for works in rounds_of(plans, interpret):
            await self._run_round(works)
        if dead := [
            (each.message.record, each.poison) for plan in plans for each in plan.failed if each.poison
        ]:
            await self._letters.keep(dead)
        for plan in plans:
            if plan.released:
                await self._inbox.unpark(plan.topic, plan.key, plan.reached)

    async def _plan(self, place: tuple[str, str], messages: list[Incoming], state: InboxState) -> KeyPlan:
        plan = plan_key(place, messages, state)
        if state.next_parked is not None and state.next_parked <= plan.reached + 1:
            parked = await self._inbox.parked_from(*place, plan.reached + 1)
            plan.released = True
            read, dead = self._read_all([unparked(record) for record in parked])
            if not dead:
                plan.accept(read)
        for accepted in plan.accepted:
            validate(accepted, self._heard.get(accepted.message.type), self._observer)
        await self._inbox.park([message.parked() for message in plan.stop_at_poison()])
        return plan

    async def _run_round(self, works: Sequence[tuple[Work, list[Accepted]]]) -> None:
        outcomes = await asyncio.gather(*(self._log.run(work) for work, _ in works), return_exceptions=True)
        for (work, accepted), outcome in zip(works, outcomes, strict=True):
            if isinstance(outcome, (Unavailable, UnreadableEvent, InboxMoved)):
                raise outcome
            if isinstance(outcome, Exception):
                await self._isolate(accepted)
            elif isinstance(outcome, BaseException):
                raise outcome
            else:
                self._note_refusals(work, outcome)

    async def _isolate(self, accepted: Sequence[Accepted]) -> None:
        """Redo a failed chain message by message, to find and keep aside the one that cannot be handled."""
        plans = [
            plan_key(
                (each.message.topic, each.message.key), [each.message], InboxState(each.message.sequence - 1)
            )
            for each in accepted
        ]
        failed: set[tuple[str, str]] = set()
        for plan, each in zip(plans, accepted, strict=True):
            place = (plan.topic, plan.key)
            if place in failed:
                await self._inbox.park([each.message.parked()])
                continue
            plan.accepted[:] = [each]
            if not await self._try_alone(plan, each):
                failed.add(place)

    async def _try_alone(self, plan: KeyPlan, each: Accepted) -> bool:
        trouble = ""
        for _ in range(TRIES_MAX):
            try:
                await self._run_alone(plan)
            except (Unavailable, UnreadableEvent, InboxMoved):
                raise
            except Exception as failure:  # noqa: BLE001 - whatever a handler raises is kept as a dead letter
                trouble = type(failure).__name__
                await asyncio.sleep(TRY_SECONDS)
            else:
                return True
        await self._letters.keep([(each.message.record, Poison("exception", trouble))], attempts=TRIES_MAX)
        return False

    async def _run_alone(self, plan: KeyPlan) -> None:
        for works in rounds_of([plan], interpret):
            for work, _ in works:
                self._note_refusals(work, await self._log.run(work))

    def _note_refusals(self, work: Work, results: Sequence[Any]) -> None:
        for result in results:
            if result.refused is not None:
                self._observer.count("refused_notes_total", rule=result.refused.rule)
                logger.warning("note_refused", stream=work.stream, rule=result.refused.rule)
