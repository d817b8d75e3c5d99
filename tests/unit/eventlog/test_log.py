from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest

from eventlog import appending
from eventlog.aggregate import Catalogue
from eventlog.appending import flushes_of
from eventlog.chain import verify
from eventlog.clock import Clock, fresh_id
from eventlog.decider import Refused
from eventlog.errors import Contended, Unavailable, UnreadableEvent
from eventlog.flush import Chain, InboxAdvance, KnownCommand
from eventlog.keys import Keyring
from eventlog.log import EventLog, Step, Work
from tests.support.account import ACCOUNT, Close, deposit, opening
from tests.support.faulty import FaultyLog

ACCOUNT_1 = "account-1"
ACCOUNT_2 = "account-2"
CLOSE = Close(at=deposit().at, by=deposit().by)


async def opened(log: EventLog, *streams: str) -> None:
    for stream in streams:
        await log.execute(stream, opening("p-1"), command_id=fresh_id())


def another(log: EventLog, keyring: Keyring) -> EventLog:
    return EventLog(log.store, Catalogue(ACCOUNT), keyring, clock=Clock())


async def test_sixty_four_commands_at_once_on_one_stream_all_land(log: EventLog) -> None:
    await opened(log, ACCOUNT_1)

    results = await asyncio.gather(
        *(log.execute(ACCOUNT_1, deposit(), command_id=fresh_id()) for _ in range(64))
    )

    assert list(range(2, 66)) == [result.version for result in results]
    assert (await log.state(ACCOUNT_1)).state.balance == 64


async def test_commands_on_many_streams_share_flushes(log: EventLog, store: FaultyLog) -> None:
    results = await asyncio.gather(
        *(log.execute(f"account-{n}", opening("p"), command_id=fresh_id(), is_new=True) for n in range(64))
    )

    assert list(range(1, 65)) == sorted(result.position or 0 for result in results)
    assert len(store.flushes) < 10


async def test_a_cancelled_command_does_not_hurt_the_next_one_on_its_stream(
    log: EventLog, store: FaultyLog
) -> None:
    await opened(log, ACCOUNT_1, ACCOUNT_2)
    store.hold()
    ahead = asyncio.create_task(log.execute(ACCOUNT_2, deposit(), command_id=fresh_id()))
    await store.appending.wait()
    leaver = asyncio.create_task(log.execute(ACCOUNT_1, deposit(5), command_id=fresh_id()))
    await asyncio.sleep(0)
    follower = asyncio.create_task(log.execute(ACCOUNT_1, deposit(7), command_id=fresh_id()))
    leaver.cancel()
    store.let_go()
    await asyncio.gather(ahead, follower)

    assert [row.version for row in (await store.load({ACCOUNT_1: 0}))[ACCOUNT_1]] == [1, 2]
    assert (await log.state(ACCOUNT_1)).state.balance == 7


async def test_a_command_cancelled_under_way_is_written_once_and_the_next_follows_it(
    log: EventLog, store: FaultyLog
) -> None:
    await opened(log, ACCOUNT_1)
    store.hold()
    leaver = asyncio.create_task(log.execute(ACCOUNT_1, deposit(5), command_id=fresh_id()))
    await store.appending.wait()
    leaver.cancel()
    follower = asyncio.create_task(log.execute(ACCOUNT_1, deposit(7), command_id=fresh_id()))
    await asyncio.sleep(0)
    store.let_go()
    await follower

    assert [row.version for row in (await store.load({ACCOUNT_1: 0}))[ACCOUNT_1]] == [1, 2, 3]
    assert (await log.state(ACCOUNT_1)).state.balance == 12


async def test_one_chain_the_store_cannot_take_costs_its_flush_nothing(
    log: EventLog, store: FaultyLog
) -> None:
    streams = [f"account-{n}" for n in range(20)]
    streams[11] = "account-\0"

    outcomes = await asyncio.gather(
        *(log.execute(each, opening("p"), command_id=fresh_id(), is_new=True) for each in streams),
        return_exceptions=True,
    )

    assert [n for n, outcome in enumerate(outcomes) if isinstance(outcome, ValueError)] == [11]
    assert await store.head() == 19
    assert (await verify(store)).is_whole


async def test_a_lost_reply_to_the_commit_neither_doubles_nor_loses(log: EventLog, store: FaultyLog) -> None:
    await opened(log, ACCOUNT_1)
    store.replies_lost = 1

    result = await log.execute(ACCOUNT_1, deposit(), command_id=fresh_id())

    assert result.known
    assert (await log.state(ACCOUNT_1)).state.balance == 1


async def test_a_store_that_stays_away_is_named_so(
    log: EventLog, store: FaultyLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(appending, "UNAVAILABLE_SECONDS_MAX", 0.05)
    store.away = 1000

    with pytest.raises(Unavailable):
        await log.execute(ACCOUNT_1, opening("p"), command_id=fresh_id(), is_new=True)


async def test_what_was_done_before_is_answered_so_even_where_a_rule_forbids_it_now(log: EventLog) -> None:
    await opened(log, ACCOUNT_1)
    same = fresh_id()
    first = await log.execute(ACCOUNT_1, deposit(), command_id=same)
    await log.execute(ACCOUNT_1, CLOSE, command_id=fresh_id())

    again = await log.execute(ACCOUNT_1, deposit(), command_id=same)

    assert again.known
    assert first.version == again.version


async def test_a_chain_with_a_known_refused_step_writes_the_others(log: EventLog) -> None:
    await opened(log, ACCOUNT_1, ACCOUNT_2)
    done = fresh_id()
    await log.execute(ACCOUNT_1, deposit(), command_id=done)
    await log.execute(ACCOUNT_1, CLOSE, command_id=fresh_id())

    known, reopened = await log.run(Work(ACCOUNT_1, [Step(deposit(), done), Step(opening("p"), fresh_id())]))

    assert (known.known, reopened.known) == (True, False)
    assert reopened.version == 4


async def test_two_steps_with_one_id_are_a_mistake_and_said_so(log: EventLog) -> None:
    same = fresh_id()

    with pytest.raises(ValueError, match="same command id"):
        await log.run(Work(ACCOUNT_1, [Step(deposit(), same), Step(deposit(), same)]))


async def test_one_id_a_thousand_times_at_once_is_written_once(log: EventLog, store: FaultyLog) -> None:
    same = fresh_id()

    results = await asyncio.gather(
        *(
            log.execute(f"account-{n}", opening("p"), command_id=same, is_new=True)
            for n in range(appending.FLUSH_CHAINS_MAX)
        )
    )

    assert await store.head() == 1
    assert sum(not result.known for result in results) == 1


async def test_a_conflict_on_a_long_stream_reads_only_what_is_new(
    log: EventLog, keyring: Keyring, store: FaultyLog
) -> None:
    elsewhere = another(log, keyring)
    await opened(log, ACCOUNT_1)
    await log.execute(ACCOUNT_1, deposit(times=500), command_id=fresh_id())
    await elsewhere.execute(ACCOUNT_1, deposit(), command_id=fresh_id())
    store.rows_loaded = 0

    await log.execute(ACCOUNT_1, deposit(), command_id=fresh_id())

    assert store.rows_loaded == 1


async def test_a_refusal_by_a_stale_state_is_decided_again_on_the_newest(
    log: EventLog, keyring: Keyring
) -> None:
    elsewhere = another(log, keyring)
    await opened(log, ACCOUNT_1)
    await log.execute(ACCOUNT_1, CLOSE, command_id=fresh_id())
    await opened(elsewhere, ACCOUNT_1)

    result = await log.execute(ACCOUNT_1, deposit(), command_id=fresh_id())

    assert result.version == 4


async def test_a_refusal_on_the_newest_state_stands(log: EventLog) -> None:
    with pytest.raises(Refused, match="account_not_open"):
        await log.execute(ACCOUNT_1, deposit(), command_id=fresh_id(), is_new=True)


async def test_an_older_read_does_not_replace_a_newer_state(log: EventLog, store: FaultyLog) -> None:
    await opened(log, ACCOUNT_1)
    before = await log.state(ACCOUNT_1)
    await log.execute(ACCOUNT_1, deposit(), command_id=fresh_id())
    log._states.keep(ACCOUNT_1, before)
    store.flushes.clear()

    await log.execute(ACCOUNT_1, deposit(), command_id=fresh_id())

    assert store.flushes == [[ACCOUNT_1]]


async def test_the_cache_of_states_is_bounded_and_what_leaves_it_is_read_again(
    store: FaultyLog, keyring: Keyring
) -> None:
    log = EventLog(store, Catalogue(ACCOUNT), keyring, clock=Clock(), states_cached=3)
    streams = [f"account-{n}" for n in range(10)]
    await opened(log, *streams)

    for stream in streams:
        await log.execute(stream, deposit(), command_id=fresh_id())

    assert len(log._states) == 3
    assert [(await log.state(stream)).state.balance for stream in streams] == [1] * 10


async def test_an_event_no_release_here_can_read_is_named_and_not_passed_by(
    log: EventLog, keyring: Keyring, store: FaultyLog
) -> None:
    await opened(log, ACCOUNT_1)
    store.rewrite(1, schema_version=7)

    with pytest.raises(UnreadableEvent, match=r"account-1@1: no reader for account\.opened version 7"):
        await another(log, keyring).execute(ACCOUNT_1, deposit(), command_id=fresh_id())


async def test_a_stream_that_changes_all_the_time_is_given_up_as_contended(
    log: EventLog, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = another(log, keyring)
    await opened(log, ACCOUNT_1)
    append = log._appender.append

    async def overtaken(chain: Chain) -> appending.Answer:
        await elsewhere.execute(ACCOUNT_1, deposit(), command_id=fresh_id())
        return await append(chain)

    monkeypatch.setattr(log._appender, "append", overtaken)

    with pytest.raises(Contended):
        await log.execute(ACCOUNT_1, deposit(), command_id=fresh_id())


def chain(stream: str, *ids: int, key: str | None = None) -> Chain:
    inbox = [] if key is None else [InboxAdvance("t", key, 0, 1, b"")]
    return Chain(stream, 0, commands=[KnownCommand(UUID(int=n), stream, 1, 0) for n in ids], inbox=inbox)


@pytest.mark.parametrize(
    ("chains", "expected"),
    [
        ([chain("a", 1), chain("b", 2), chain("c", 3)], [[0, 1, 2]]),
        ([chain("a", 1), chain("b", 1), chain("c", 2)], [[0, 2], [1]]),
        ([chain("a", 1), chain("a", 2), chain("a", 3)], [[0], [1], [2]]),
        ([chain("a", key="k"), chain("b", key="k"), chain("b", key="m")], [[0], [1], [2]]),
        ([], []),
    ],
    ids=["all different", "one id twice", "one stream", "one inbox key, then one stream", "nothing"],
)
def test_no_name_comes_twice_within_a_flush(chains: Sequence[Chain], expected: list[list[int]]) -> None:
    assert expected == flushes_of(chains)
