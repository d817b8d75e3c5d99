"""Load, fold, decide, append: the loop that exists once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from eventlog.aggregate import Aggregate, Catalogue
from eventlog.appending import Appender
from eventlog.clock import Clock
from eventlog.decider import Refused
from eventlog.deciding import Decided, decide_steps
from eventlog.errors import Contended
from eventlog.flush import ANY_VERSION, Chain, Verdict
from eventlog.gather import Gatherer, Turns
from eventlog.keys import Keyring
from eventlog.message import Command
from eventlog.observe import NO_OBSERVER, Observer
from eventlog.recorded import Recorded, Row
from eventlog.store import LogStore
from eventlog.tail import Tail
from eventlog.work import Folded, InboxMoved, Result, Step, Work

ATTEMPTS_MAX = 50
STATES_CACHED = 50_000


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
        self._states: OrderedDict[str, Folded] = OrderedDict()
        self._states_cached = states_cached
        self._turns = Turns()
        self._loads: Gatherer[tuple[str, int], list[Row]] = Gatherer(self._load_all)
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
        if len(work.steps) > 1:
            _refuse_twins(work)
        with self._appender:
            if not work.steps:
                return await self._advance(work)
            async with self._turns.of(work.stream):
                return await self._run(work)

    async def state(self, stream: str) -> Folded:
        """Return the folded state of a stream as it stands in the log now: a query sees its own writes."""
        return await self._refreshed(self.catalogue.of(stream), stream)

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
            folded = self._guess(aggregate, work.stream, is_new=is_new) or await self._refreshed(
                aggregate, work.stream
            )
            steps = [step for step in work.steps if step.command_id not in settled] if settled else work.steps
            decided = decide_steps(aggregate, work.stream, folded, steps)
            if (refused := decided.refused_steps) and (known := await self._answers(refused)):
                # What was done before stays done, even where a rule would forbid it by now.
                settled |= known
                continue
            if not decided.writes(work):
                fresh = await self._refreshed(aggregate, work.stream)
                if fresh.version == folded.version:
                    return _merged(work, decided, settled, None)
                continue
            keys = await self._keys(decided.persons)
            verdict, position = await self._appender.append(decided.chain(work, keys))
            match verdict:
                case Verdict.WRITTEN:
                    self._remember(work.stream, decided.folded)
                    return _merged(work, decided, settled, position)
                case Verdict.VERSION_CONFLICT:
                    is_new = False
                    await self._catch_up(aggregate, work.stream, folded)
                case Verdict.COMMAND_KNOWN:
                    settled |= await self._answers(steps)
                case Verdict.TIMER_GONE:
                    return [Result(work.stream, folded.version, dropped=True) for _ in work.steps]
                case Verdict.INBOX_MOVED:
                    raise InboxMoved(work.stream)
        raise Contended(f"{work.stream} changed {ATTEMPTS_MAX} times under one command; send it again")

    async def _advance(self, work: Work) -> list[Result]:
        """Move the inbox past what nobody here listens to, touching no stream."""
        verdict, _ = await self._appender.append(Chain(work.stream, ANY_VERSION, inbox=work.inbox))
        if verdict is not Verdict.WRITTEN:
            raise InboxMoved(work.stream)
        return []

    def _guess(self, aggregate: Aggregate[Any, Any, Any], stream: str, *, is_new: bool) -> Folded | None:
        held = self._states.get(stream)
        if held is not None:
            self._states.move_to_end(stream)
            return held
        return Folded(aggregate.decider.initial, 0, 0) if is_new else None

    async def _refreshed(self, aggregate: Aggregate[Any, Any, Any], stream: str) -> Folded:
        held = self._states.get(stream) or Folded(aggregate.decider.initial, 0, 0)
        rows = await self._loads.submit((stream, held.version))
        if rows:
            codec = aggregate.codec
            held = Folded(
                aggregate.decider.fold((codec.closed(row) for row in rows), held.state),
                rows[-1].version,
                max((row.public_sequence or 0 for row in rows), default=0) or held.public_sequence,
            )
        self._remember(stream, held)
        return held

    async def _catch_up(self, aggregate: Aggregate[Any, Any, Any], stream: str, folded: Folded) -> None:
        """After a conflict read what is new, not the whole stream: a long one would cost its square."""
        if (await self._refreshed(aggregate, stream)).version == folded.version:
            self._states.pop(stream, None)  # ahead of the log itself: nothing held can be right

    def _remember(self, stream: str, folded: Folded) -> None:
        held = self._states.get(stream)
        if folded.version == 0 or (held is not None and held.version > folded.version):
            return
        self._states[stream] = folded
        self._states.move_to_end(stream)
        while len(self._states) > self._states_cached:
            self._states.popitem(last=False)

    async def _keys(self, persons: set[str]) -> Mapping[str, Any]:
        cached = {person: key for person in persons if (key := self.keyring.cached_for(person)) is not None}
        return cached if len(cached) == len(persons) else await self.keyring.for_persons(persons)

    async def _answers(self, steps: Iterable[Step]) -> dict[UUID, Result]:
        ids = [step.command_id for step in steps if step.command_id is not None]
        found = await self.store.known(ids) if ids else {}
        return {known.id: Result(known.stream, known.version, known=True) for known in found.values()}

    async def _load_all(self, wanted: Sequence[tuple[str, int]]) -> Sequence[list[Row]]:
        lowest: dict[str, int] = {}
        for stream, after in wanted:
            lowest[stream] = min(after, lowest.get(stream, after))
        found = await self.store.load(lowest)
        return [[row for row in found[stream] if row.version > after] for stream, after in wanted]


def _refuse_twins(work: Work) -> None:
    ids = [step.command_id for step in work.steps if step.command_id is not None]
    if len(ids) != len(set(ids)):
        raise ValueError(f"two steps on {work.stream} carry the same command id")


def _merged(
    work: Work, decided: Decided, settled: Mapping[UUID, Result], position: int | None
) -> list[Result]:
    """Return one result per step of the work, in its order: decided now, or known from before."""
    decided_now = decided.results(work.stream, position)
    if not settled:
        return decided_now
    results = iter(decided_now)
    return [
        settled[step.command_id] if step.command_id in settled else next(results)  # type: ignore[index]
        for step in work.steps
    ]


__all__ = ["EventLog", "Folded", "InboxMoved", "Refused", "Result", "Step", "Work"]
