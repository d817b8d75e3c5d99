"""Group commit without a timer: while one batch is under way, the next gathers by itself."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

# How many callers go on before the event loop looks at its connections again: some milliseconds of theirs.
TOLD_AT_ONCE = 32


class Gatherer(Generic[T, R]):
    """Runs one batch at a time and gives each caller its own result, or raises it where it is an exception.

    Sleeping to gather more costs latency and, measured, throughput too. `share` says how many items the
    next batch may take of those waiting; taking at most half of all that is outstanding keeps client and
    database busy at the same time. Of a large batch the callers go on in slices: all at once they would keep
    the loop from sending the rest of the next batch, for which the database then waits.
    """

    def __init__(
        self,
        run: Callable[[Sequence[T]], Awaitable[Sequence[R | Exception]]],
        *,
        share: Callable[[int], int] | None = None,
    ) -> None:
        self._run = run
        self._share = share or (lambda waiting: waiting)
        self._waiting: deque[tuple[T, asyncio.Future[R]]] = deque()
        self._worker: asyncio.Task[None] | None = None
        self._telling: set[asyncio.Task[None]] = set()

    async def submit(self, item: T) -> R:
        """Return the item's result, or raise what its batch raised."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._worker is None:
            self._worker = asyncio.create_task(self._work())
        return await future

    async def submit_each(self, items: Sequence[T]) -> list[R | BaseException]:
        """Return for each item its result, or what its batch raised; all wait in one task."""
        loop = asyncio.get_running_loop()
        futures: list[asyncio.Future[R]] = [loop.create_future() for _ in items]
        self._waiting.extend(zip(items, futures, strict=True))
        if self._worker is None and futures:
            self._worker = asyncio.create_task(self._work())
        return await asyncio.gather(*futures, return_exceptions=True)

    async def _work(self) -> None:
        try:
            while self._waiting:
                count = max(1, min(len(self._waiting), self._share(len(self._waiting))))
                taken = [self._waiting.popleft() for _ in range(count)]
                # What was cancelled before its turn has nobody left to ask for it.
                if batch := [each for each in taken if not each[1].done()]:
                    await self._settle(batch)
        finally:
            self._worker = None

    async def _settle(self, batch: list[tuple[T, asyncio.Future[R]]]) -> None:
        try:
            results = await self._run([item for item, _ in batch])
        except BaseException as failure:
            for _, future in batch:
                if not future.done():
                    future.set_exception(failure)
            if not isinstance(failure, Exception):
                raise
            return
        told = [(future, result) for (_, future), result in zip(batch, results, strict=True)]
        if len(told) <= TOLD_AT_ONCE:
            _tell(told)
        else:
            telling = asyncio.create_task(_tell_in_slices(told))
            self._telling.add(telling)
            telling.add_done_callback(self._telling.discard)


async def _tell_in_slices(told: Sequence[tuple[asyncio.Future[R], R | Exception]]) -> None:
    for start in range(0, len(told), TOLD_AT_ONCE):
        _tell(told[start : start + TOLD_AT_ONCE])
        await asyncio.sleep(0)


def _tell(told: Iterable[tuple[asyncio.Future[R], R | Exception]]) -> None:
    for future, result in told:
        if future.done():
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)


class Turns:
    """One holder a name at a time, in order of arrival; names nobody holds cost nothing."""

    def __init__(self) -> None:
        self._queues: dict[str, deque[asyncio.Future[None]]] = {}

    def of(self, name: str) -> AbstractAsyncContextManager[None]:
        """Wait for the name's turn on entering, hold it inside."""
        return _Turn(self, name)

    def is_free(self, name: str) -> bool:
        """Tell whether nobody holds the name."""
        return name not in self._queues

    def hold(self, name: str) -> None:
        """Take the turn of a name that is free; `pass_on` must follow."""
        self._queues[name] = deque()

    async def take(self, name: str) -> None:
        """Return when it is the name's turn; `pass_on` must follow."""
        queue = self._queues.get(name)
        if queue is None:
            self.hold(name)
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(turn)
        try:
            await turn
        except BaseException:
            self._step_aside(name, turn)
            raise

    def pass_on(self, name: str) -> None:
        """Let the next one have the name."""
        queue = self._queues[name]
        while queue:
            turn = queue.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        del self._queues[name]

    def _step_aside(self, name: str, turn: asyncio.Future[None]) -> None:
        if turn.done() and not turn.cancelled():
            self.pass_on(name)
        elif turn in (queue := self._queues.get(name, deque())):
            # It is gone from the queue when the holder let go after the cancellation and before this.
            queue.remove(turn)


class _Turn(AbstractAsyncContextManager[None]):
    """A held turn. Every command takes one, and a generator's context costs it five times as much."""

    __slots__ = ("_name", "_turns")

    def __init__(self, turns: Turns, name: str) -> None:
        self._turns = turns
        self._name = name

    async def __aenter__(self) -> None:
        await self._turns.take(self._name)

    async def __aexit__(self, *_: object) -> None:
        self._turns.pass_on(self._name)
