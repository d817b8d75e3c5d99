"""Timers: armed and not cancelled fires exactly once, cancelled never, none early; on both stores."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from eventlog.aggregate import Aggregate, Catalogue
from eventlog.clock import Clock, fresh_id
from eventlog.decider import Refused
from eventlog.flush import TimerChange
from eventlog.keys import Keyring
from eventlog.log import EventLog
from eventlog.store import DueTimer, Storage
from eventlog.timers import Timers
from tests.support.account import (
    ACCOUNT,
    DECIDER,
    NOON,
    TELLER,
    Account,
    AccountCommand,
    AccountEvent,
    Remind,
    SetReminder,
    opening,
)
from tests.support.chains import chain

PAST = NOON
FUTURE = NOON + timedelta(days=9999)
OpenLog = Callable[[], EventLog]


def remind(_stream: str, _name: str, _due: datetime, at: datetime) -> Remind:
    return Remind(at=at, by=TELLER)


async def armed(log: EventLog, stream: str = "account-1", due: datetime = PAST) -> None:
    await log.execute(stream, opening("p"), command_id=fresh_id())
    await log.execute(stream, SetReminder(at=NOON, by=TELLER, due=due), command_id=fresh_id())


async def reminded(log: EventLog, stream: str = "account-1") -> int:
    state: Account = (await log.state(stream)).state
    return state.reminded


async def test_a_due_timer_fires_once_however_often_it_is_looked_for(log: EventLog) -> None:
    await armed(log)
    timers = Timers(log, remind)

    fired = [await timers.fire_due() for _ in range(3)]

    assert (fired, await reminded(log)) == ([1, 0, 0], 1)


async def test_two_instances_that_find_the_same_due_timers_fire_each_once(
    open_log: OpenLog, storage: Storage
) -> None:
    here, there = open_log(), open_log()
    for n in range(20):
        await armed(here, f"account-{n}")

    await asyncio.gather(Timers(here, remind).fire_due(), Timers(there, remind).fire_due())

    assert await storage.log.head() == 60
    assert [await reminded(here, f"account-{n}") for n in range(20)] == [1] * 20


async def test_a_timer_that_is_not_due_does_not_fire(log: EventLog) -> None:
    await armed(log, due=FUTURE)

    assert await Timers(log, remind).fire_due() == 0
    assert await reminded(log) == 0


async def test_arming_again_moves_the_due_time(log: EventLog, storage: Storage) -> None:
    await armed(log, due=PAST)

    await log.execute("account-1", SetReminder(at=NOON, by=TELLER, due=FUTURE), command_id=fresh_id())

    assert await storage.log.due_timers(10) == []
    assert await storage.log.next_due() == FUTURE


async def test_a_timer_moved_while_it_fires_does_not_fire(log: EventLog, storage: Storage) -> None:
    await armed(log, due=PAST)
    (found,) = await storage.log.due_timers(10)
    await log.execute("account-1", SetReminder(at=NOON, by=TELLER, due=FUTURE), command_id=fresh_id())

    await Timers(log, remind)._fire(found)

    assert await reminded(log) == 0
    assert await storage.log.next_due() == FUTURE


async def test_a_timer_is_cancelled_with_the_state_that_wanted_it(log: EventLog, storage: Storage) -> None:
    await armed(log, due=PAST)
    (found,) = await storage.log.due_timers(10)

    await log.execute("account-1", Remind(at=NOON, by=TELLER), command_id=fresh_id())
    await Timers(log, remind)._fire(found)

    assert await reminded(log) == 1
    assert (await storage.log.next_due()) is None


async def test_due_timers_come_earliest_first_and_at_most_so_many(log: EventLog, storage: Storage) -> None:
    for n in (3, 1, 4, 2):
        await armed(log, f"account-{n}", due=PAST + timedelta(minutes=n))
    await armed(log, "account-9", due=FUTURE)

    due = await storage.log.due_timers(3)

    expected = [DueTimer(f"account-{n}", "reminder", PAST + timedelta(minutes=n)) for n in (1, 2, 3)]
    assert expected == due
    assert PAST + timedelta(minutes=1) == await storage.log.next_due()


async def test_names_of_one_stream_are_timers_of_their_own(storage: Storage) -> None:
    arm = [TimerChange("first", PAST), TimerChange("second", FUTURE)]
    await storage.log.append([chain("account-1", timers=arm)])

    await storage.log.append(
        [
            chain(
                "account-1",
                expected=1,
                timers=[TimerChange("first", None), TimerChange("absent", None), TimerChange("third", PAST)],
            )
        ]
    )

    assert [DueTimer("account-1", "third", PAST)] == await storage.log.due_timers(10)


def quiet(_command: AccountCommand, _state: Account) -> Sequence[AccountEvent]:
    return []


def refusing(_command: AccountCommand, _state: Account) -> Sequence[AccountEvent]:
    raise Refused("not_today")


@pytest.mark.parametrize("decide", [quiet, refusing])
async def test_a_timer_that_changes_nothing_fires_once_and_not_for_ever(
    log: EventLog,
    storage: Storage,
    keyring: Keyring,
    decide: Callable[[AccountCommand, Account], Sequence[AccountEvent]],
) -> None:
    await armed(log)
    unmoved = Aggregate(replace(DECIDER, decide=decide), ACCOUNT.outgoing)
    timers = Timers(EventLog(storage.log, Catalogue(unmoved), keyring, clock=Clock()), remind)

    fired = [await timers.fire_due() for _ in range(3)]

    assert fired == [1, 0, 0]
    assert await storage.log.next_due() is None


async def test_a_timer_goes_on_counting_for_a_state_that_wants_it_still(
    log: EventLog, storage: Storage
) -> None:
    await armed(log, due=FUTURE)

    await log.execute("account-1", opening("p"), command_id=fresh_id())

    assert await storage.log.next_due() == FUTURE
