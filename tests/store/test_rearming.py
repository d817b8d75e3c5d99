"""A release that thought of a new clock arms it for the streams there are, once; on both stores."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eventlog.aggregate import Aggregate, Catalogue
from eventlog.clock import Clock, fresh_id
from eventlog.decider import no_timers
from eventlog.errors import Fenced
from eventlog.keys import Keyring
from eventlog.log import EventLog
from eventlog.rearming import PAGE, Rearming
from eventlog.store import DueTimer, Storage
from eventlog.timers import Timers
from tests.store.test_timers import FUTURE, PAST, armed, remind, reminded
from tests.support.account import ACCOUNT, DECIDER, NOON, TELLER, Remind, SetReminder, deposit


@pytest.fixture
def old(storage: Storage, keyring: Keyring) -> EventLog:
    """The log as a release ran it that knew of no reminder."""
    return by_rules(storage, keyring, Aggregate(replace(DECIDER, timers=no_timers), ACCOUNT.outgoing))


@pytest.fixture
def new(storage: Storage, keyring: Keyring) -> EventLog:
    return by_rules(storage, keyring, Aggregate(replace(DECIDER, timer_rules=2), ACCOUNT.outgoing))


@pytest.fixture
async def epoch(storage: Storage) -> int:
    taken = await storage.followers.lease("a", 3600.0)
    assert taken is not None
    return taken


def by_rules(storage: Storage, keyring: Keyring, aggregate: Aggregate) -> EventLog:  # type: ignore[type-arg]
    return EventLog(storage.log, Catalogue(aggregate), keyring, clock=Clock())


async def test_an_append_by_new_rules_does_not_arm_what_its_events_do_not_change(
    old: EventLog, new: EventLog, storage: Storage
) -> None:
    await armed(old)

    await new.execute("account-1", deposit(), command_id=fresh_id())

    assert await storage.log.next_due() is None, "then rearming has no use and may go"


async def test_a_stream_of_older_rules_gets_its_timer_and_it_fires_once(
    old: EventLog, new: EventLog, storage: Storage, epoch: int
) -> None:
    await armed(old)

    await Rearming(new, storage.followers).run(epoch)

    assert await storage.log.due_timers(10) == [DueTimer("account-1", "reminder", PAST)]
    timers = Timers(new, remind)
    assert [await timers.fire_due() for _ in range(2)] == [1, 0]
    assert await reminded(new) == 1


async def test_what_happened_long_ago_wants_no_timer(
    old: EventLog, new: EventLog, storage: Storage, epoch: int
) -> None:
    await armed(old)
    await old.execute("account-1", Remind(at=NOON, by=TELLER), command_id=fresh_id())

    await Rearming(new, storage.followers).run(epoch)

    assert await storage.log.next_due() is None


async def test_every_page_of_a_log_is_gone_through(
    old: EventLog, new: EventLog, storage: Storage, epoch: int
) -> None:
    await armed(old, "account-0")
    await old.execute("account-0", deposit(times=PAGE), command_id=fresh_id())
    await armed(old, "account-1", due=FUTURE)

    await Rearming(new, storage.followers).run(epoch)

    assert await storage.log.due_timers(10) == [DueTimer("account-0", "reminder", PAST)]
    await new.execute("account-0", Remind(at=NOON, by=TELLER), command_id=fresh_id())
    assert await storage.log.next_due() == FUTURE


async def test_it_is_done_once_for_each_version_of_the_rules(
    old: EventLog, new: EventLog, storage: Storage, *, epoch: int, keyring: Keyring
) -> None:
    await Rearming(new, storage.followers).run(epoch)
    await armed(old, due=FUTURE)

    await Rearming(new, storage.followers).run(epoch)
    assert await storage.log.next_due() is None

    newer = Aggregate(replace(DECIDER, timer_rules=3), ACCOUNT.outgoing)
    await Rearming(by_rules(storage, keyring, newer), storage.followers).run(epoch)
    assert await storage.log.next_due() == FUTURE


async def test_rules_that_never_changed_cost_nothing(log: EventLog, storage: Storage, epoch: int) -> None:
    await armed(log, due=FUTURE)

    await Rearming(log, storage.followers).run(epoch - 1)

    assert await storage.followers.checkpoint("timers-account-1") == 0


async def test_an_instance_that_leads_no_more_stops(old: EventLog, new: EventLog, storage: Storage) -> None:
    await armed(old)

    with pytest.raises(Fenced):
        await Rearming(new, storage.followers).run(epoch=99)


async def test_a_timer_that_was_moved_meanwhile_is_armed_as_it_stands(
    old: EventLog, new: EventLog, storage: Storage, epoch: int
) -> None:
    await armed(old, due=PAST)
    assert (await new.state("account-1")).version == 2
    await old.execute("account-1", SetReminder(at=NOON, by=TELLER, due=FUTURE), command_id=fresh_id())

    await Rearming(new, storage.followers).run(epoch)

    assert await storage.log.next_due() == FUTURE
