"""Followers for tests: one account mirrored on another, and a follower run to the end of the log."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from eventlog.clock import fresh_id
from eventlog.errors import Unavailable
from eventlog.follower import Follower, follow
from eventlog.log import EventLog
from eventlog.projections import reached
from eventlog.reactions import FollowUp, React, Reaction
from eventlog.recorded import Recorded, Row
from eventlog.store import Storage
from tests.support.account import Deposited, Opened, deposit, opening

MIRROR = {"account-1": "account-8", "account-2": "account-9"}


async def mirror(recorded: Recorded[Any], _now: datetime) -> Iterable[FollowUp]:
    """Follow every opening and deposit of an account on its mirror."""
    match recorded.event:
        case Opened():
            command: Any = opening(recorded.event.person)
        case Deposited(amount=amount):
            command = deposit(amount)
        case _:
            return []
    stream = MIRROR.get(recorded.stream)
    return [] if stream is None else [FollowUp("mirror", stream, command)]


def reaction(log: EventLog, storage: Storage, react: React = mirror) -> Reaction:
    return Reaction(
        "mirror", log, storage.followers, react, listens_to=("account.opened", "account.deposited")
    )


async def filled(log: EventLog) -> list[Row]:
    for stream in MIRROR:
        await log.execute(stream, opening("p"), command_id=fresh_id())
        for amount in (1, 2, 3):
            await log.execute(stream, deposit(amount), command_id=fresh_id())
    return await log.store.read(0, 100)


async def follow_until(follower: Follower, log: EventLog, storage: Storage, epoch: int) -> None:
    """Follow the log to its present end."""
    task = asyncio.create_task(
        follow(follower, followers=storage.followers, tail=log.tail, epoch=epoch, page=3)
    )
    done = asyncio.create_task(
        reached(storage.followers, follower.name, await storage.log.head(), seconds_max=10)
    )
    await asyncio.wait([task, done], return_when=asyncio.FIRST_COMPLETED)
    for each in (task, done):
        each.cancel()
    outcomes = await asyncio.gather(task, done, return_exceptions=True)
    if isinstance(outcomes[0], Exception):
        raise outcomes[0]


class Collecting:
    """A follower that keeps what it takes, and may suffer trouble first."""

    name = "collecting"

    def __init__(self, storage: Storage, troubles: int = 0) -> None:
        self.positions: list[int] = []
        self._storage = storage
        self._troubles = troubles

    async def take(self, rows: Sequence[Row], epoch: int) -> None:
        if self._troubles:
            self._troubles -= 1
            raise Unavailable("away for a moment")
        self.positions.extend(row.position for row in rows)
        await self._storage.followers.save_checkpoint(self.name, rows[-1].position, epoch)
