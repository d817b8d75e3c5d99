from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from eventlog.gather import TOLD_AT_ONCE, Gatherer, Turns


class Batches:
    """Doubles what it is given, one batch at a time, each as soon as it is let through."""

    def __init__(self) -> None:
        self.seen: list[list[int]] = []
        self.through = asyncio.Semaphore(0)
        self.failing: Exception | None = None

    async def run(self, items: Sequence[int]) -> list[int | Exception]:
        self.seen.append(list(items))
        await self.through.acquire()
        if self.failing is not None:
            raise self.failing
        return [ValueError(str(item)) if item < 0 else 2 * item for item in items]


async def settled() -> None:
    """Let everything that can run, run."""
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.fixture
def batches() -> Batches:
    return Batches()


async def test_what_comes_while_a_batch_runs_is_the_next_batch(batches: Batches) -> None:
    gatherer = Gatherer(batches.run)
    first = asyncio.create_task(gatherer.submit(1))
    await settled()
    later = [asyncio.create_task(gatherer.submit(n)) for n in (2, 3)]
    await settled()
    batches.through.release()
    batches.through.release()

    assert await asyncio.gather(first, *later) == [2, 4, 6]
    assert batches.seen == [[1], [2, 3]]


async def test_a_batch_takes_its_share_only(batches: Batches) -> None:
    gatherer = Gatherer(batches.run, share=lambda _waiting: 2)
    batches.through = asyncio.Semaphore(9)

    results = await asyncio.gather(*(gatherer.submit(n) for n in range(5)))

    assert results == [0, 2, 4, 6, 8]
    assert batches.seen == [[0, 1], [2, 3], [4]]


async def test_a_large_batch_tells_its_callers_in_slices_while_the_next_one_is_under_way(
    batches: Batches,
) -> None:
    gatherer = Gatherer(batches.run)
    large = [asyncio.create_task(gatherer.submit(n)) for n in range(2 * TOLD_AT_ONCE + 1)]
    first = large[0]
    await settled()
    later = asyncio.create_task(gatherer.submit(-1))
    await settled()
    batches.through.release()
    await first
    told = sum(each.done() for each in large)

    assert told <= TOLD_AT_ONCE
    assert batches.seen[1:] == [[-1]]
    assert await asyncio.gather(*large) == [2 * n for n in range(2 * TOLD_AT_ONCE + 1)]
    batches.through.release()
    assert isinstance((await asyncio.gather(later, return_exceptions=True))[0], ValueError)


async def test_a_failed_batch_reaches_each_of_its_callers_and_no_other(batches: Batches) -> None:
    gatherer = Gatherer(batches.run)
    batches.failing = RuntimeError("broken")
    doomed = [asyncio.create_task(gatherer.submit(n)) for n in (1, 2)]
    await settled()
    batches.through.release()
    failures = await asyncio.gather(*doomed, return_exceptions=True)
    batches.failing = None
    batches.through.release()

    assert await gatherer.submit(3) == 6
    assert [str(each) for each in failures] == ["broken", "broken"]


async def test_an_exception_among_the_results_reaches_its_own_caller_only(batches: Batches) -> None:
    gatherer = Gatherer(batches.run)
    batches.through.release()

    good, bad, other = await asyncio.gather(
        gatherer.submit(1), gatherer.submit(-7), gatherer.submit(2), return_exceptions=True
    )

    assert (good, other) == (2, 4)
    assert isinstance(bad, ValueError)


async def test_a_cancelled_caller_hurts_no_other_in_its_batch(batches: Batches) -> None:
    gatherer = Gatherer(batches.run)
    leaver, stayer = (asyncio.create_task(gatherer.submit(n)) for n in (1, 2))
    await settled()
    leaver.cancel()
    batches.through.release()

    assert await stayer == 4
    assert leaver.cancelled()


async def test_what_is_cancelled_before_its_batch_is_not_run(batches: Batches) -> None:
    gatherer = Gatherer(batches.run)
    first = asyncio.create_task(gatherer.submit(1))
    await settled()
    leaver = asyncio.create_task(gatherer.submit(2))
    await settled()
    leaver.cancel()
    await settled()
    batches.through.release()
    batches.through.release()

    assert (await first, await gatherer.submit(3)) == (2, 6)
    assert batches.seen == [[1], [3]]


async def test_turns_of_one_name_come_in_order_of_arrival() -> None:
    turns, order = Turns(), []

    async def take(number: int) -> None:
        async with turns.of("a"):
            order.append(number)
            await settled()
            order.append(number)

    await asyncio.gather(*(take(n) for n in range(4)))

    assert order == [0, 0, 1, 1, 2, 2, 3, 3]


async def test_turns_of_other_names_do_not_wait() -> None:
    turns = Turns()

    async with turns.of("a"), asyncio.timeout(1), turns.of("b"):
        pass


async def test_whoever_gives_up_waiting_lets_the_next_one_pass() -> None:
    turns, order = Turns(), []
    held = asyncio.Event()

    async def take(name: str) -> None:
        async with turns.of("a"):
            order.append(name)
            await held.wait()

    holder, leaver, patient = (asyncio.create_task(take(name)) for name in ("holder", "leaver", "patient"))
    await settled()
    leaver.cancel()
    await settled()
    held.set()
    await asyncio.gather(holder, patient)

    assert order == ["holder", "patient"]


async def test_giving_up_at_the_very_moment_the_holder_lets_go_is_a_plain_cancellation() -> None:
    turns, held = Turns(), asyncio.Event()

    async def take() -> None:
        async with turns.of("a"):
            await held.wait()

    holder = asyncio.create_task(take())
    await settled()
    leaver = asyncio.create_task(take())
    await settled()
    held.set()
    await asyncio.sleep(0)
    leaver.cancel()
    outcomes = await asyncio.gather(holder, leaver, return_exceptions=True)

    assert outcomes[0] is None
    assert isinstance(outcomes[1], asyncio.CancelledError), outcomes[1]
    async with asyncio.timeout(1), turns.of("a"):
        pass


async def test_being_cancelled_first_and_passed_over_then_is_a_plain_cancellation() -> None:
    turns = Turns()

    async def take() -> None:
        async with turns.of("a"):
            pass

    async with turns.of("a"):
        leaver = asyncio.create_task(take())
        await settled()
        leaver.cancel()
    outcome = (await asyncio.gather(leaver, return_exceptions=True))[0]

    assert isinstance(outcome, asyncio.CancelledError), outcome
