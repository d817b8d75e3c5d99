"""Load, fold, decide, append: the loop that exists once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias
from uuid import UUID

from eventlog.aggregate import Catalogue
from eventlog.appending import Appender
from eventlog.clock import Clock
from eventlog.decider import Refused
from eventlog.deciding import Ready, decide_steps
from eventlog.errors import Contended
from eventlog.flush import ANY_VERSION, Chain, Verdict
from eventlog.gather import Turns
from eventlog.keys import Keyring
from eventlog.loading import Loader
from eventlog.message import Command
from eventlog.observe import NO_OBSERVER, Observer
from eventlog.recorded import Recorded, Row
from eventlog.states import States
from eventlog.store import LogStore
from eventlog.tail import Tail
from eventlog.work import Folded, InboxMoved, Result, Step, Work

ATTEMPTS_MAX = 50
STATES_CACHED = 50_000
DECIDED_AT_ONCE = 64

Outcome: TypeAlias = list[Result] | BaseException


class EventLog:
    """One service's log as the rest of the service sees it.

    Any number of callers may execute at once: commands on one stream take turns, loads and appends of
    different streams share round trips. Folded states stay in a bounded cache whose versions every
    append checks, so a stale one costs a redo and never a wrong decision.
    """

    def __init__(
        self,
        store: LogStore,
        catalogue: Catalogue,
        keyring: Keyring,
        *,
        clock: Clock,
        observer: Observer = NO_OBSERVER,
        states_cached: int = STATES_CACHED,
    ) -> None:
        self.store = store
        self.catalogue = catalogue
        self.keyring = keyring
        self.clock = clock
        self.tail = Tail(store)
        self._observer = observer
        self._states = States(states_cached)
        self._loader = Loader(store, catalogue, self._states)
        self._turns = Turns()
        self._appender = Appender(store, self.tail, observer=observer)

    async def execute(
        self,
        stream: str,
        command: Command,
        *,
        command_id: UUID,
        causation_id: str | None = None,
        is_new: bool = False,
    ) -> Result:
        """Run one command. Raises Refused, Unavailable (send the same id again) or Contended."""
        work = Work(stream, (Step(command, command_id, causation_id),), is_new=is_new)
        (result,) = await self.run(work)
        outcome = "refused" if result.refused else "done" if result.events else "already"
        self._observer.count("commands_total", command=type(command).__name__, outcome=outcome)
        if result.refused is not None:
            raise result.refused
        return result

    async def run(self, work: Work) -> list[Result]:
        """Run the steps of one stream in order, written together; a refused step hurts no other.

        Raises InboxMoved when another instance took the messages, Unavailable or Contended; ValueError when
        two steps carry the same id.
        """
        work.refuse_twins()
        with self._appender:
            if not work.steps:
                return await self._advance(work)
            async with self._turns.of(work.stream):
                return await self._run(work)

    async def run_all(self, works: Sequence[Work]) -> list[Outcome]:
        """Run works of different streams side by side; return for each its results, or what it raised.

        The store writes one slice of them while the next is decided.
        """
        outcomes: dict[int, Outcome] = {}
        async with asyncio.TaskGroup() as group:
            for start in range(0, len(works), DECIDED_AT_ONCE):
                numbers = range(start, min(start + DECIDED_AT_ONCE, len(works)))
                group.create_task(self._run_slice(works, numbers, outcomes))
                # One turn of the loop for the slice to be handed in, and one for it to leave for the store.
                await asyncio.sleep(0)
                await asyncio.sleep(0)
        outcomes |= await self._run_each(works, [n for n in range(len(works)) if n not in outcomes])
        return [outcomes[number] for number in range(len(works))]

    async def state(self, stream: str) -> Folded:
        """Return the folded state of a stream as it stands in the log now: a query sees its own writes."""
        return await self._loader.folded(stream)

    async def history(self, stream: str) -> list[Recorded[Any]]:
        """Return a stream's events, opened where keys still exist."""
        return await self.opened((await self.store.load({stream: 0}))[stream])

    async def opened(self, rows: Sequence[Row]) -> list[Recorded[Any]]:
        """Decode rows of any aggregate of this log with their personal fields opened."""
        codecs = [self.catalogue.of(row.stream).codec for row in rows]
        ids: set[str] = set()
        for codec, row in zip(codecs, rows, strict=True):
            ids |= codec.key_ids([row])
        keys = await self.keyring.for_ids(ids)
        return [codec.recorded(row, codec.opened(row, keys)) for codec, row in zip(codecs, rows, strict=True)]

    async def _run(self, work: Work) -> list[Result]:
        aggregate = self.catalogue.of(work.stream)
        settled: dict[UUID, Result] = {}
        is_new = work.is_new
        for _ in range(ATTEMPTS_MAX):
            folded = self._loader.guess(work.stream, is_new=is_new) or await self._loader.folded(work.stream)
            steps = [step for step in work.steps if step.command_id not in settled] if settled else work.steps
            decided = decide_steps(aggregate, work.stream, folded, steps)
            if (refused := decided.refused_steps) and (known := await self._answers(refused)):
                # What was done before stays done, even where a rule would forbid it by now.
                settled |= known
                continue
            if not decided.writes(work):
                fresh = await self._loader.folded(work.stream)
                if fresh.version == folded.version:
                    return decided.merged(work, settled, None)
                continue
            keys = await self._keys(decided.persons)
            verdict, position = await self._appender.append(decided.chain(work, keys))
            match verdict:
                case Verdict.WRITTEN:
                    self._states.keep(work.stream, decided.folded)
                    return decided.merged(work, settled, position)
                case Verdict.VERSION_CONFLICT:
                    is_new = False
                    await self._loader.catch_up(work.stream, folded)
                case Verdict.COMMAND_KNOWN:
                    settled |= await self._answers(steps)
                case Verdict.TIMER_GONE:
                    return [Result(work.stream, folded.version, dropped=True) for _ in work.steps]
                case Verdict.INBOX_MOVED:
                    raise InboxMoved(work.stream)
        raise Contended(f"{work.stream} changed {ATTEMPTS_MAX} times under one command; send it again")

    async def _run_slice(
        self, works: Sequence[Work], numbers: Iterable[int], outcomes: dict[int, Outcome]
    ) -> None:
        """Run works; what the log no longer agrees with is missing from the outcomes.

        Those that need to wait for nothing before they are written share one task: a task for each would
        cost as much as deciding.
        """
        found = [(number, self._ready(works[number])) for number in numbers]
        outcomes |= {number: each for number, each in found if isinstance(each, Exception)}
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(self._run_each(works, [n for n, each in found if each is None]))
            # Awaited here and not in a task: a task that never began would never pass its turns on.
            outcomes |= await self._append_ready({n: each for n, each in found if isinstance(each, Ready)})
        outcomes |= waiting.result()

    async def _run_each(self, works: Sequence[Work], numbers: Sequence[int]) -> dict[int, Outcome]:
        runs = (self.run(works[number]) for number in numbers)
        return dict(zip(numbers, await asyncio.gather(*runs, return_exceptions=True), strict=True))

    def _ready(self, work: Work) -> Ready | Exception | None:
        """Decide a work that needs to wait for nothing, and hold its turn; None for every other."""
        if not work.steps or not self._turns.is_free(work.stream):
            return None
        try:
            work.refuse_twins()
            aggregate = self.catalogue.of(work.stream)
            if (folded := self._loader.guess(work.stream, is_new=work.is_new)) is None:
                return None
            decided = decide_steps(aggregate, work.stream, folded, work.steps)
            keys = self._keys_at_hand(decided.persons)
            if keys is None or decided.refused_steps or not decided.writes(work):
                return None
            ready = Ready(work, decided, decided.chain(work, keys))
        except Exception as failure:  # noqa: BLE001 - it is this work's outcome
            return failure
        self._turns.hold(work.stream)
        return ready

    async def _append_ready(self, ready: Mapping[int, Ready]) -> dict[int, Outcome]:
        """Write what was decided; what the log no longer agrees with is missing from the answer."""
        outcomes: dict[int, Outcome] = {}
        try:
            answers = await self._appender.append_each([each.chain for each in ready.values()])
        finally:
            for each in ready.values():
                self._turns.pass_on(each.work.stream)
        for (number, each), answer in zip(ready.items(), answers, strict=True):
            if isinstance(answer, BaseException):
                outcomes[number] = answer
            elif answer[0] is Verdict.WRITTEN:
                self._states.keep(each.work.stream, each.decided.folded)
                outcomes[number] = each.decided.results(each.work.stream, answer[1])
        return outcomes

    async def _advance(self, work: Work) -> list[Result]:
        """Move the inbox past what nobody here listens to, touching no stream."""
        verdict, _ = await self._appender.append(Chain(work.stream, ANY_VERSION, inbox=work.inbox))
        if verdict is not Verdict.WRITTEN:
            raise InboxMoved(work.stream)
        return []

    async def _keys(self, persons: set[str]) -> Mapping[str, Any]:
        return self._keys_at_hand(persons) or await self.keyring.for_persons(persons)

    def _keys_at_hand(self, persons: set[str]) -> Mapping[str, Any] | None:
        cached = {person: key for person in persons if (key := self.keyring.cached_for(person)) is not None}
        return cached if len(cached) == len(persons) else None

    async def _answers(self, steps: Iterable[Step]) -> dict[UUID, Result]:
        ids = [step.command_id for step in steps if step.command_id is not None]
        found = await self.store.known(ids) if ids else {}
        return {known.id: Result(known.stream, known.version, known=True) for known in found.values()}


__all__ = ["EventLog", "Folded", "InboxMoved", "Refused", "Result", "Step", "Work"]
