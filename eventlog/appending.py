"""Group commit: chains of many callers share one transaction, and none can hurt another."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import datetime

import stamina

from eventlog.errors import Unavailable
from eventlog.flush import ANY_VERSION, Chain, NewEvent, Verdict, Written
from eventlog.gather import Gatherer
from eventlog.observe import Observer
from eventlog.recorded import Row
from eventlog.store import LogStore
from eventlog.tail import Tail

FLUSH_CHAINS_MAX = 1000
# Below this the round trip costs more than the rows: halving would make two of them.
FLUSH_CHAINS_MIN = 32
UNAVAILABLE_SECONDS_MAX = 8.0

Answer = tuple[Verdict, int]


class Appender:
    """Writes chains in flushes that gather by themselves while the former one is under way."""

    def __init__(self, store: LogStore, tail: Tail, *, observer: Observer) -> None:
        self._store = store
        self._tail = tail
        self._observer = observer
        self._outstanding = 0
        self._peak = 0
        self._together = 0
        self._gatherer: Gatherer[Chain, Answer] = Gatherer(self._append_all, share=self._share)

    def __enter__(self) -> None:
        """Count one command as under way: how many there are says how large a flush should be."""
        self._outstanding += 1
        self._peak = max(self._peak, self._outstanding)

    def __exit__(self, *_: object) -> None:
        self._outstanding -= 1

    async def append(self, chain: Chain) -> Answer:
        """Write a chain; return the verdict and the position of its last event. Raises Unavailable."""
        return await self._gatherer.submit(chain)

    async def append_each(self, chains: Sequence[Chain]) -> list[Answer | BaseException]:
        """Write chains of one caller, in one flush where they fit; return for each its answer, or what was raised."""
        self._together += len(chains)
        try:
            return await self._gatherer.submit_each(chains)
        finally:
            self._together -= len(chains)

    async def _append_all(self, chains: Sequence[Chain]) -> Sequence[Answer | Exception]:
        self._observer.measure("flush_size", len(chains))
        flushes = flushes_of(chains)
        if len(flushes) == 1:
            return await self._append_flush(chains)
        answers: dict[int, Answer | Exception] = {}
        for flush in flushes:
            answers.update(zip(flush, await self._append_flush([chains[n] for n in flush]), strict=True))
        return [answers[number] for number in range(len(chains))]

    async def _append_flush(self, chains: Sequence[Chain]) -> Sequence[Answer | Exception]:
        try:
            return await self._append(chains)
        except Unavailable as trouble:
            return [trouble] * len(chains)
        except Exception as failure:  # noqa: BLE001 - it is raised where it belongs: to the chain's own caller
            if len(chains) == 1:
                return [failure]
            # One chain holds what the store cannot take: halving finds it, and the others are written.
            half = len(chains) // 2
            return [*await self._append_flush(chains[:half]), *await self._append_flush(chains[half:])]

    async def _append(self, chains: Sequence[Chain]) -> list[Answer]:
        try:
            written = await self._store.append(chains)
        except Unavailable:
            written = await self._append_again(chains)
        answers, position, rows = [], written.base_position, list[Row]()
        for chain, verdict in zip(chains, written.verdicts, strict=True):
            if verdict is Verdict.WRITTEN:
                for event in chain.events:
                    position += 1
                    rows.append(_row(position, chain.stream, event, written.recorded_at))
            answers.append((verdict, position))
        self._tail.grown_by(rows)
        self._tail.moved_to(position)
        return answers

    async def _append_again(self, chains: Sequence[Chain]) -> Written:
        # After an unknown COMMIT the same ids are sent again: the function answers "known" for what had
        # been written, and a look-up could not tell "lost" from "not yet".
        async for attempt in stamina.retry_context(
            on=Unavailable,
            attempts=None,
            timeout=UNAVAILABLE_SECONDS_MAX,
            wait_initial=0.05,
            wait_max=1.0,
            wait_jitter=0.05,
        ):
            with attempt:
                return await self._store.append(chains)
        raise AssertionError("the last attempt returns or raises")

    def _share(self, _waiting: int) -> int:
        # Half of the recent peak, so that the other half is decided meanwhile. What one caller sends together
        # is decided already, and its caller waits for the last of it.
        self._peak = max(self._outstanding, self._peak - self._peak // 32 - 1)
        return min(FLUSH_CHAINS_MAX, max(FLUSH_CHAINS_MIN, (self._peak + 1) // 2, self._together))


def _row(position: int, stream: str, event: NewEvent, recorded_at: datetime) -> Row:
    """Return what the store will read for an event: the same fields in the same order, but for place and time."""
    version, kind, schema, at, correlation, cause, public_type, public_schema, sequence, body, public = event
    return Row(
        position, stream, version, kind, schema, at, recorded_at, correlation, cause,
        public_type, public_schema, sequence, body, public,
    )  # fmt: skip


def flushes_of(chains: Sequence[Chain]) -> list[list[int]]:
    """Sort chains (by number) into flushes in which no stream, command id or inbox key comes twice.

    Verdicts are given on what stood before the flush, so the later of two must wait for the next: a command
    id sent twice at once, or a stream whose former caller gave up while its chain was under way.
    """
    names = [name for chain in chains for name in _names(chain)]
    if chains and len(set(names)) == len(names):
        return [list(range(len(chains)))]
    flushes: list[list[int]] = []
    last_flush: dict[Hashable, int] = {}
    for number, chain in enumerate(chains):
        names = _names(chain)
        flush = max((last_flush[name] + 1 for name in names if name in last_flush), default=0)
        if flush == len(flushes):
            flushes.append([])
        flushes[flush].append(number)
        last_flush.update(dict.fromkeys(names, flush))
    return flushes


def _names(chain: Chain) -> list[Hashable]:
    names: list[Hashable] = [command.id for command in chain.commands]
    names.extend((step.topic, step.key) for step in chain.inbox)
    if chain.expected != ANY_VERSION:
        names.append(chain.stream)
    return names
