"""Events whose evidence is missing are set aside and tried again: one settlement's loss holds up no other."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import structlog

from eventlog.log import EventLog
from eventlog.observe import Observer
from eventlog.postgres.log import transient_named
from eventlog.postgres.pool import Pool
from eventlog.reactions import FollowUp, Reaction
from eventlog.recorded import Recorded
from services.compensation.settlement.sealing import SealBroken
from services.compensation.settlement.settling import Settling
from services.compensation.settlement.vault import SQL, NotInVault

logger = structlog.get_logger("settling")


class Aside:
    """Stands before the settling reaction's runner. Every call raises Unavailable while the database is away."""

    def __init__(self, log: EventLog, pool: Pool, settling: Settling, observer: Observer) -> None:
        self._log = log
        self._pool = pool
        self._settling = settling
        self._observer = observer

    async def follow_up(self, recorded: Recorded[Any], at: datetime) -> Iterable[FollowUp]:
        """Do what an event calls for; where a vault item is gone or does not open, set it aside and say so."""
        try:
            return await self._settling.follow_up(recorded, at)
        except (NotInVault, SealBroken) as missing:
            async with transient_named():
                await self._pool.execute(SQL["put_aside"], recorded.stream, recorded.version)
            logger.exception("settling_set_aside", stream=recorded.stream, reason=type(missing).__name__)
            return ()

    async def try_again(self, reaction: Reaction) -> None:
        """Serve what was set aside by now; what still can't be stays. `reaction` is that of the bare runner."""
        async with transient_named():
            rows = await self._pool.fetch(SQL["all_aside"])
        left = len(rows)
        for stream, version in rows:
            [recorded] = [each for each in await self._log.history(stream) if each.version == version]
            try:
                await reaction.run([recorded])
            except (NotInVault, SealBroken):
                continue
            async with transient_named():
                await self._pool.execute(SQL["take_back"], stream, version)
            left -= 1
            logger.info("settling_taken_back", stream=stream)
        self._observer.gauge("events_set_aside", left)
