"""One leader per service: a leased row with an epoch that every cursor update checks."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

import structlog

from eventlog.clock import fresh_id
from eventlog.errors import Fenced, Unavailable
from eventlog.observe import NO_OBSERVER, Observer
from eventlog.store import FollowerStore

LEASE_SECONDS = 8.0

logger = structlog.get_logger("leader")


class Leader:
    """Runs the followers of a log while this instance holds the lease.

    A stopped instance gives the lease back; a killed one loses it after `lease_seconds`. A frozen one that
    wakes up late is fenced: its epoch is old and no cursor of it moves.
    """

    def __init__(
        self,
        store: FollowerStore,
        lead: Callable[[int], Awaitable[None]],
        *,
        lease_seconds: float = LEASE_SECONDS,
        observer: Observer = NO_OBSERVER,
    ) -> None:
        self._store = store
        self._lead = lead
        self._lease_seconds = lease_seconds
        self._observer = observer
        self._holder = str(fresh_id())
        self.epoch: int | None = None

    async def run(self) -> None:
        """Seek the lead and lead, again and again, until cancelled."""
        try:
            while True:
                epoch = await self._renewed()
                if epoch is None:
                    await asyncio.sleep(self._lease_seconds / 8)
                else:
                    await self._reign(epoch)
        finally:
            with contextlib.suppress(Unavailable):
                await self._store.release(self._holder)

    async def _reign(self, epoch: int) -> None:
        self.epoch = epoch
        self._observer.gauge("leader_epoch", epoch)
        logger.info("leading", epoch=epoch)
        followers = asyncio.ensure_future(self._lead(epoch))
        try:
            await self._keep_lease(followers)
            await followers
        except Fenced:
            logger.warning("fenced", epoch=epoch)
        finally:
            self.epoch = None
            self._observer.gauge("leader_epoch", 0)
            followers.cancel()
            # Waited for, not awaited: that would swallow our own cancellation when it comes just now.
            await asyncio.wait([followers])

    async def _keep_lease(self, followers: asyncio.Future[None]) -> None:
        valid_till = time.monotonic() + self._lease_seconds
        while not followers.done():
            await asyncio.wait([followers], timeout=self._lease_seconds / 4)
            asked = time.monotonic()
            if await self._renewed() == self.epoch:
                valid_till = asked + self._lease_seconds
            elif time.monotonic() >= valid_till:
                raise Fenced("the lease ran out")

    async def _renewed(self) -> int | None:
        try:
            return await self._store.lease(self._holder, self._lease_seconds)
        except Unavailable:
            return None
