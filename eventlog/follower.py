"""Followers read the log by position, finish a page, move their checkpoint: each position once, ascending."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

import stamina

from eventlog.errors import Unavailable
from eventlog.observe import NO_OBSERVER, Observer
from eventlog.recorded import Row
from eventlog.store import FollowerStore
from eventlog.tail import Tail

PAGE = 500
FULL_ENOUGH = 200
PACE_SECONDS = 0.005


class Follower(Protocol):
    """One reader of the log under the leader."""

    @property
    def name(self) -> str:
        """The name of its checkpoint."""

    async def take(self, rows: Sequence[Row], epoch: int) -> None:
        """Finish these rows and move the checkpoint to the last of them, fenced by `epoch`.

        Taking the same rows again must change nothing. Raises Fenced when another instance leads.
        """


async def follow(
    follower: Follower,
    *,
    followers: FollowerStore,
    tail: Tail,
    epoch: int,
    page: int = PAGE,
    observer: Observer = NO_OBSERVER,
) -> None:
    """Run a follower until cancelled or fenced. Transient trouble is waited out, without end but not hot."""

    async def take_next(position: int | None) -> int:
        after = await followers.checkpoint(follower.name) if position is None else position
        await tail.beyond(after)
        rows = await tail.read(after, page)
        if not rows:
            return after
        await follower.take(rows, epoch)
        if len(rows) < FULL_ENOUGH:
            # At low load the cost goes per round, not per event: a short pace gathers the next.
            await asyncio.sleep(PACE_SECONDS)
        return rows[-1].position

    position: int | None = None
    while True:
        async for attempt in stamina.retry_context(
            on=Unavailable, attempts=None, timeout=None, wait_initial=0.1, wait_max=5.0, wait_jitter=0.1
        ):
            with attempt:
                position = await take_next(position)
        observer.gauge("projection_lag", max(0, tail.head - (position or 0)), follower=follower.name)
