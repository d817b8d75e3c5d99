"""The promises of the log, on both stores."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from eventlog.chain import verify
from eventlog.clock import fresh_id
from eventlog.decider import Refused
from eventlog.flush import InboxAdvance
from eventlog.keys import Keyring
from eventlog.log import EventLog, InboxMoved, Step, Work
from eventlog.message import ERASED
from eventlog.store import Storage
from tests.support.account import NOON, TELLER, Opened, Remind, SetReminder, deposit, opening

ACCOUNT_1 = "account-00000000-0000-8000-8000-000000000001"
ACCOUNT_2 = "account-00000000-0000-8000-8000-000000000002"


async def opened_account(log: EventLog, stream: str = ACCOUNT_1) -> str:
    (key,) = await log.keyring.new_persons(1)
    await log.execute(stream, opening(key.person), command_id=fresh_id())
    return key.person


async def test_versions_and_positions_are_gapless(log: EventLog, storage: Storage) -> None:
    await opened_account(log)

    await log.execute(ACCOUNT_1, deposit(times=3), command_id=fresh_id())

    rows = await storage.log.read(0, 100)
    assert [row.version for row in rows] == [1, 2, 3, 4]
    assert [row.position for row in rows] == [1, 2, 3, 4]
    assert await storage.log.head() == 4


async def test_same_command_id_again_returns_the_first_result(log: EventLog, storage: Storage) -> None:
    await opened_account(log)
    same = fresh_id()
    first = await log.execute(ACCOUNT_1, deposit(), command_id=same)

    second = await log.execute(ACCOUNT_1, deposit(), command_id=same)

    assert (first.known, second.known) == (False, True)
    assert first.version == second.version
    assert await storage.log.head() == 2


async def test_same_command_id_for_another_stream_meets_the_first_result(
    log: EventLog, storage: Storage
) -> None:
    await opened_account(log)
    await opened_account(log, ACCOUNT_2)
    same = fresh_id()
    await log.execute(ACCOUNT_1, deposit(), command_id=same)

    second = await log.execute(ACCOUNT_2, deposit(), command_id=same)

    assert second.stream == ACCOUNT_1
    assert await storage.log.head() == 3


async def test_same_command_id_twice_at_once_is_written_once(log: EventLog, storage: Storage) -> None:
    await opened_account(log)
    await opened_account(log, ACCOUNT_2)
    same = fresh_id()

    results = await asyncio.gather(
        log.execute(ACCOUNT_1, deposit(), command_id=same), log.execute(ACCOUNT_2, deposit(), command_id=same)
    )

    assert sum(result.known for result in results) == 1
    assert await storage.log.head() == 3


async def test_an_answer_of_nothing_is_kept_with_its_id(log: EventLog, storage: Storage) -> None:
    person = await opened_account(log)
    same = fresh_id()

    quiet = await log.execute(ACCOUNT_1, opening(person), command_id=same)

    assert quiet.events == ()
    assert same in await storage.log.known([same])


async def test_a_refused_command_leaves_no_trace(log: EventLog, storage: Storage) -> None:
    same = fresh_id()

    with pytest.raises(Refused, match="account_not_open"):
        await log.execute(ACCOUNT_1, deposit(), command_id=same)

    assert await storage.log.head() == 0
    assert not await storage.log.known([same])


async def test_a_refusal_on_a_stale_state_is_decided_again(open_log: Callable[[], EventLog]) -> None:
    here, elsewhere = open_log(), open_log()
    with pytest.raises(Refused):
        await here.execute(ACCOUNT_1, deposit(), command_id=fresh_id())
    await opened_account(elsewhere)

    result = await here.execute(ACCOUNT_1, deposit(), command_id=fresh_id())

    assert result.version == 2


async def test_two_instances_on_one_stream_lose_nothing(
    open_log: Callable[[], EventLog], storage: Storage
) -> None:
    here, elsewhere = open_log(), open_log()
    await opened_account(here)

    await asyncio.gather(
        *(
            log.execute(ACCOUNT_1, deposit(), command_id=fresh_id())
            for log in (here, elsewhere)
            for _ in range(20)
        )
    )

    state = await here.state(ACCOUNT_1)
    assert state.state.balance == 40
    assert list(range(1, 42)) == [row.version for row in await storage.log.read(0, 100)]


async def test_a_wrong_guess_of_newness_costs_a_redo_only(open_log: Callable[[], EventLog]) -> None:
    await opened_account(open_log())

    result = await open_log().execute(ACCOUNT_1, deposit(), command_id=fresh_id(), is_new=True)

    assert result.version == 2


async def test_a_refused_step_hurts_no_other_step(log: EventLog) -> None:
    (key,) = await log.keyring.new_persons(1)
    steps = [Step(deposit(), fresh_id()), Step(opening(key.person), fresh_id()), Step(deposit(7), fresh_id())]

    results = await log.run(Work(ACCOUNT_1, steps))

    assert [r.refused and r.refused.rule for r in results] == ["account_not_open", None, None]
    assert [r.version for r in results] == [0, 1, 2]
    assert [r.position for r in results] == [None, 1, 2]


async def test_public_sequence_counts_public_events_only(log: EventLog, storage: Storage) -> None:
    await opened_account(log)
    await log.execute(
        ACCOUNT_1, SetReminder(at=NOON, by=TELLER, due=NOON + timedelta(days=9999)), command_id=fresh_id()
    )

    await log.execute(ACCOUNT_1, deposit(times=2), command_id=fresh_id())

    assert [row.public_sequence for row in await storage.log.read(0, 10)] == [1, None, 2, 3]


async def test_public_sequence_goes_on_after_a_reload(
    open_log: Callable[[], EventLog], storage: Storage
) -> None:
    await opened_account(open_log())

    await open_log().execute(ACCOUNT_1, deposit(), command_id=fresh_id())

    assert [row.public_sequence for row in await storage.log.read(0, 10)] == [1, 2]


async def test_one_stream_is_read_in_pages_with_its_public_bytes(log: EventLog, storage: Storage) -> None:
    await opened_account(log)
    await log.execute(ACCOUNT_1, deposit(times=3), command_id=fresh_id())
    every = [row for row in await storage.log.read(0, 10) if row.stream == ACCOUNT_1]

    pages = [await storage.log.read_stream(ACCOUNT_1, after, 3) for after in (0, 3, 4)]

    assert [len(page) for page in pages] == [3, 1, 0]
    assert repr([row for page in pages for row in page]) == repr(every)
    assert await storage.log.read_stream("account-nobody", 0, 3) == []


async def test_the_chain_verifies_over_many_flushes(log: EventLog, storage: Storage) -> None:
    await opened_account(log)
    for _ in range(5):
        await log.execute(ACCOUNT_1, deposit(times=2), command_id=fresh_id())

    verified = await verify(storage.log)

    assert verified.is_whole, verified
    assert (verified.positions, verified.links) == (11, 6)


async def test_personal_fields_are_sealed_at_rest_and_open_with_the_key(
    log: EventLog, storage: Storage
) -> None:
    await opened_account(log)

    (row,) = await storage.log.read(0, 1)
    (recorded,) = await log.history(ACCOUNT_1)

    assert b"Canary" not in row.body + (row.public or b"")
    assert isinstance(recorded.event, Opened)
    assert recorded.event.holder == "Ada Canary"


async def test_a_lost_key_reads_as_erased(log: EventLog, storage: Storage) -> None:
    await opened_account(log)
    without_keys = EventLog(storage.log, log.catalogue, Keyring(type(log.keyring._store)()), clock=log.clock)

    (recorded,) = await without_keys.history(ACCOUNT_1)

    assert recorded.event.holder == ERASED


async def test_inbox_moves_with_the_events_or_not_at_all(log: EventLog, storage: Storage) -> None:
    await opened_account(log)
    advance = InboxAdvance("t", "k", 0, 1, b"h")
    await log.run(Work(ACCOUNT_1, [Step(deposit())], inbox=[advance]))

    with pytest.raises(InboxMoved):
        await log.run(Work(ACCOUNT_1, [Step(deposit())], inbox=[advance]))

    states = await storage.inbox.states([("t", "k")])
    assert states["t", "k"].last == 1
    assert await storage.log.head() == 2


async def test_a_due_timer_fires_once_and_its_row_goes_with_the_event(
    log: EventLog, storage: Storage
) -> None:
    await opened_account(log)
    await log.execute(ACCOUNT_1, SetReminder(at=NOON, by=TELLER, due=NOON), command_id=fresh_id())
    (timer,) = await storage.log.due_timers(10)
    fire = Work(ACCOUNT_1, [Step(Remind(at=NOON, by=TELLER), UUID(int=1))], fired=(timer.name, timer.due))
    (first,) = await log.run(fire)

    (second,) = await log.run(
        Work(ACCOUNT_1, [Step(Remind(at=NOON, by=TELLER), UUID(int=2))], fired=(timer.name, timer.due))
    )

    assert (first.dropped, second.dropped) == (False, True)
    assert (await log.state(ACCOUNT_1)).state.reminded == 1
    assert await storage.log.due_timers(10) == []


async def test_a_timer_that_is_not_due_waits(log: EventLog, storage: Storage) -> None:
    await opened_account(log)

    await log.execute(
        ACCOUNT_1, SetReminder(at=NOON, by=TELLER, due=NOON + timedelta(days=9999)), command_id=fresh_id()
    )

    assert await storage.log.due_timers(10) == []
    assert NOON + timedelta(days=9999) == await storage.log.next_due()
