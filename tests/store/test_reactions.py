"""Reactions and other followers: what follows from own events, once in effect; on both stores."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import pytest

from eventlog.errors import Fenced
from eventlog.log import EventLog
from eventlog.reactions import FollowUp, Reaction
from eventlog.recorded import Recorded
from eventlog.store import Storage
from tests.support.account import Account
from tests.support.following import MIRROR, Collecting, filled, follow_until, mirror, reaction


async def balance(log: EventLog, stream: str) -> int:
    state: Account = (await log.state(stream)).state
    return state.balance


@pytest.fixture
async def epoch(storage: Storage) -> int:
    return await storage.followers.lease("test", 60) or 0


async def test_a_page_reacted_to_twice_has_its_effect_once(
    log: EventLog, storage: Storage, epoch: int
) -> None:
    rows = await filled(log)

    await reaction(log, storage).take(rows, epoch)
    await reaction(log, storage).take(rows, epoch)

    assert (await balance(log, "account-8"), await balance(log, "account-9")) == (6, 6)
    assert len(rows) == await storage.followers.checkpoint("mirror")
    assert await storage.log.head() == 16


async def test_a_reaction_cut_off_before_its_checkpoint_loses_and_doubles_nothing(
    log: EventLog, storage: Storage, epoch: int
) -> None:
    rows = await filled(log)
    with pytest.raises(Fenced):
        await reaction(log, storage).take(rows, epoch + 1)

    await reaction(log, storage).take(rows[:5], epoch)
    await reaction(log, storage).take(rows, epoch)

    assert (await balance(log, "account-8"), await balance(log, "account-9")) == (6, 6)


async def test_follow_ups_name_what_caused_them(log: EventLog, storage: Storage, epoch: int) -> None:
    await reaction(log, storage).take(await filled(log), epoch)

    mirrored = (await storage.log.load({"account-8": 0}))["account-8"]

    assert [f"account-1@{n}" for n in (1, 2, 3, 4)] == [row.causation_id for row in mirrored]


async def test_a_reaction_of_two_leaders_at_once_has_its_effect_once(
    open_log: Callable[[], EventLog], storage: Storage, epoch: int
) -> None:
    here, there = open_log(), open_log()
    rows = await filled(here)

    await asyncio.gather(
        reaction(here, storage).take(rows, epoch), reaction(there, storage).take(rows, epoch)
    )

    assert await storage.log.head() == 16


async def test_in_order_each_event_meets_what_the_one_before_led_to(
    log: EventLog, storage: Storage, epoch: int
) -> None:
    met: list[int] = []

    async def looking(recorded: Recorded[Any], now: datetime) -> Iterable[FollowUp]:
        met.append((await log.state(MIRROR[recorded.stream])).version)
        return await mirror(recorded, now)

    rows = await filled(log)
    ordered = Reaction(
        "mirror",
        log,
        storage.followers,
        looking,
        listens_to=("account.deposited", "account.opened"),
        in_order=True,
    )

    await ordered.take(rows, epoch)

    assert met == [0, 1, 2, 3] * 2


async def test_a_refused_follow_up_does_not_stop_the_reaction(
    log: EventLog, storage: Storage, epoch: int
) -> None:
    rows = await filled(log)

    await reaction(log, storage).take([row for row in rows if row.type == "account.deposited"], epoch)

    assert (await balance(log, "account-8"), await storage.followers.checkpoint("mirror")) == (0, 8)


@pytest.mark.parametrize("troubles", [0, 2])
async def test_a_follower_sees_each_position_once_in_order_whatever_troubles_it(
    log: EventLog, storage: Storage, epoch: int, troubles: int
) -> None:
    rows = await filled(log)
    collecting = Collecting(storage, troubles)

    await follow_until(collecting, log, storage, epoch)

    assert list(range(1, len(rows) + 1)) == collecting.positions


async def test_a_follower_goes_on_from_its_checkpoint(log: EventLog, storage: Storage, epoch: int) -> None:
    await filled(log)
    await storage.followers.save_checkpoint("collecting", 5, epoch)
    collecting = Collecting(storage)

    await follow_until(collecting, log, storage, epoch)

    assert collecting.positions == [6, 7, 8]


async def test_a_fenced_follower_stops(log: EventLog, storage: Storage, epoch: int) -> None:
    await filled(log)

    with pytest.raises(Fenced):
        await follow_until(Collecting(storage), log, storage, epoch + 1)
