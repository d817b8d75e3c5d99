"""An instance's clock, synced now and then, may be a little behind: what it tells still fits; on both stores."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from eventlog.clock import Clock, fresh_id
from eventlog.log import EventLog
from eventlog.reactions import FollowUp
from eventlog.recorded import Recorded
from eventlog.store import Storage
from eventlog.timers import Timers
from tests.support.account import NOON, TELLER, Remind, SetReminder, opening
from tests.support.following import reaction

BEHIND = NOON - timedelta(hours=4)


def behind() -> Clock:
    clock = Clock()
    clock.sync(BEHIND, timedelta(0))
    return clock


async def test_a_timer_that_is_due_is_told_with_a_time_not_before_its_due_time(log: EventLog) -> None:
    await log.execute("account-1", opening("p"), command_id=fresh_id())
    await log.execute("account-1", SetReminder(at=BEHIND, by=TELLER, due=NOON), command_id=fresh_id())
    told: list[datetime] = []

    def remind(_stream: str, _name: str, _due: datetime, at: datetime) -> Remind:
        told.append(at)
        return Remind(at=at, by=TELLER)

    log.clock = behind()
    await Timers(log, remind).fire_due()

    assert told == [NOON]


async def test_what_follows_from_an_event_is_not_earlier_than_the_event(
    log: EventLog, storage: Storage
) -> None:
    await log.execute("account-1", opening("p"), command_id=fresh_id())
    told: list[datetime] = []

    async def look(_recorded: Recorded[Any], at: datetime) -> Iterable[FollowUp]:
        told.append(at)
        return []

    log.clock = behind()
    epoch = await storage.followers.lease("here", 10.0)
    assert epoch is not None
    await reaction(log, storage, look).take(await log.store.read(0, 10), epoch)

    assert told == [NOON]
