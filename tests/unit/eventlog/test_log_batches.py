"""Works handed to the log together: whatever becomes of one, the others are as if they had been alone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from eventlog import appending
from eventlog.aggregate import Catalogue
from eventlog.clock import Clock, fresh_id
from eventlog.decider import Refused
from eventlog.deciding import Decided, decide_steps
from eventlog.errors import Unavailable
from eventlog.flush import Chain, InboxAdvance, Written
from eventlog.keys import Keyring
from eventlog.log import DECIDED_AT_ONCE, EventLog, Folded, InboxMoved, Step, Work
from tests.support.account import ACCOUNT, Close, deposit, opening
from tests.support.faulty import FaultyLog

CLOSE = Close(at=deposit().at, by=deposit().by)


def work(stream: str, *amounts: int) -> Work:
    return Work(stream, [Step(deposit(amount), fresh_id()) for amount in amounts])


async def opened(log: EventLog, *streams: str) -> None:
    for stream in streams:
        await log.execute(stream, opening("p-1"), command_id=fresh_id())


async def balance(log: EventLog, stream: str) -> int:
    return int((await log.state(stream)).state.balance)


async def test_works_of_many_streams_are_one_flush_or_two(log: EventLog, store: FaultyLog) -> None:
    streams = [f"account-{n}" for n in range(40)]
    await opened(log, *streams)
    store.flushes.clear()

    outcomes = await log.run_all([work(stream, 1, 2) for stream in streams])

    assert [[result.version for result in each] for each in outcomes if isinstance(each, list)] == [
        [2, 3]
    ] * 40
    assert len(store.flushes) <= 2
    assert {3} == {await balance(log, stream) for stream in streams}


async def test_the_first_of_many_leave_for_the_store_before_the_last_are_decided(
    log: EventLog, store: FaultyLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided: list[str] = []
    started: list[int] = []
    append = store.append

    def deciding(aggregate: Any, stream: str, folded: Folded, steps: Any) -> Decided:
        decided.append(stream)
        return decide_steps(aggregate, stream, folded, steps)

    async def noting(chains: Sequence[Chain]) -> Written:
        started.append(len(decided))
        return await append(chains)

    streams = [f"account-{n}" for n in range(3 * DECIDED_AT_ONCE)]
    await opened(log, *streams)
    monkeypatch.setattr("eventlog.log.decide_steps", deciding)
    monkeypatch.setattr(store, "append", noting)

    outcomes = await log.run_all([work(stream, 1) for stream in streams])

    assert started[0] < len(streams)
    assert [result.version for each in outcomes if isinstance(each, list) for result in each] == [2] * len(
        streams
    )


async def test_a_work_decided_on_an_old_state_is_decided_again(
    log: EventLog, store: FaultyLog, keyring: Keyring
) -> None:
    await opened(log, "account-1", "account-2")
    elsewhere = EventLog(store, Catalogue(ACCOUNT), keyring, clock=Clock())
    await elsewhere.execute("account-1", deposit(10), command_id=fresh_id())

    first, second = await log.run_all([work("account-1", 1), work("account-2", 1)])

    assert isinstance(first, list)
    assert isinstance(second, list)
    assert (first[0].version, second[0].version) == (3, 2)
    assert await balance(log, "account-1") == 11


async def test_one_refused_and_one_moved_on_leave_the_third_alone(log: EventLog) -> None:
    await opened(log, "account-1", "account-2", "account-3")
    await log.execute("account-1", CLOSE, command_id=fresh_id())
    moved = Work("account-2", [Step(deposit())], inbox=[InboxAdvance("t.v1", "k", 5, 6, b"")])

    refused, behind, written = await log.run_all([work("account-1", 1), moved, work("account-3", 1)])

    assert isinstance(refused, list)
    assert isinstance(refused[0].refused, Refused)
    assert isinstance(behind, InboxMoved)
    assert isinstance(written, list)
    assert await balance(log, "account-3") == 1


async def test_a_stream_in_somebody_elses_hands_is_waited_for(log: EventLog, store: FaultyLog) -> None:
    await opened(log, "account-1")
    store.hold()
    ahead = asyncio.create_task(log.execute("account-1", deposit(5), command_id=fresh_id()))
    await store.appending.wait()
    behind = asyncio.create_task(log.run_all([work("account-1", 7)]))
    store.let_go()
    await asyncio.gather(ahead, behind)

    assert await balance(log, "account-1") == 12
    assert [row.version for row in (await store.load({"account-1": 0}))["account-1"]] == [1, 2, 3]


async def test_a_batch_that_was_given_up_leaves_its_streams_free(log: EventLog, store: FaultyLog) -> None:
    await opened(log, "account-1", "account-2")
    store.hold()
    batch = asyncio.create_task(log.run_all([work("account-1", 1), work("account-2", 1)]))
    await store.appending.wait()
    batch.cancel()
    await asyncio.wait([batch])
    store.let_go()

    await log.execute("account-1", deposit(1), command_id=fresh_id())

    assert await balance(log, "account-1") == 2


async def test_a_store_that_stays_away_is_said_of_each_work(
    log: EventLog, store: FaultyLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    await opened(log, "account-1", "account-2")
    monkeypatch.setattr(appending, "UNAVAILABLE_SECONDS_MAX", 0.05)
    store.away = 1000

    outcomes = await log.run_all([work("account-1", 1), work("account-2", 1)])

    assert [Unavailable, Unavailable] == [type(each) for each in outcomes]


async def test_two_steps_with_one_id_are_that_works_own_mistake(log: EventLog) -> None:
    await opened(log, "account-1", "account-2")
    same = fresh_id()

    twins, written = await log.run_all(
        [Work("account-1", [Step(deposit(), same), Step(deposit(), same)]), work("account-2", 1)]
    )

    assert isinstance(twins, ValueError)
    assert isinstance(written, list)
