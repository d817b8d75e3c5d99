"""Arming again: what streams want by rules that their last append did not know yet."""

from __future__ import annotations

from typing import Any

from eventlog.aggregate import Aggregate
from eventlog.errors import Contended
from eventlog.flush import Chain, TimerChange, Verdict
from eventlog.log import ATTEMPTS_MAX, EventLog
from eventlog.store import FollowerStore

PAGE = 500
# Where the checkpoint of a finished run stands: above every position there can be.
_FINISHED = 2**62


class Rearming:
    """Arms, once for each version of an aggregate's rules, the timers of streams older than these rules.

    An append arms what its events change, and a clock that a new release thought of changes with no event. A timer
    that is armed already stays as it is; one that is overdue by the new rules fires at once.
    """

    def __init__(self, log: EventLog, followers: FollowerStore) -> None:
        self._log = log
        self._followers = followers

    async def run(self, epoch: int) -> None:
        """Finish what has not been done yet. Raises Unavailable (go on where it stopped), Fenced or Contended."""
        for aggregate in self._log.catalogue:
            if aggregate.decider.timer_rules > 1:
                await self._rearm(aggregate, epoch)

    async def _rearm(self, aggregate: Aggregate[Any, Any, Any], epoch: int) -> None:
        name = f"timers-{aggregate.category}-{aggregate.decider.timer_rules}"
        position = await self._followers.checkpoint(name)
        while position < _FINISHED:
            rows = await self._log.store.read(position, PAGE)
            for stream in dict.fromkeys(row.stream for row in rows):
                if self._log.catalogue.of(stream) is aggregate:
                    await self._arm(aggregate, stream)
            position = rows[-1].position if len(rows) == PAGE else _FINISHED
            await self._followers.save_checkpoint(name, position, epoch)

    async def _arm(self, aggregate: Aggregate[Any, Any, Any], stream: str) -> None:
        for _ in range(ATTEMPTS_MAX):
            folded = await self._log.state(stream)
            wanted = [TimerChange(*each) for each in aggregate.decider.timers(folded.state).items()]
            if not wanted:
                return
            written = await self._log.store.append([Chain(stream, folded.version, timers=wanted)])
            if written.verdicts[0] is Verdict.WRITTEN:
                return
        raise Contended(f"{stream} changed {ATTEMPTS_MAX} times while its timers were armed")
