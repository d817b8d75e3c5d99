"""Timers: the leader turns due rows into commands; the append that fires one also deletes its row."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import stamina
import structlog

from eventlog.errors import Unavailable
from eventlog.ids import derived_id
from eventlog.log import EventLog
from eventlog.message import Command
from eventlog.observe import NO_OBSERVER, Observer
from eventlog.store import DueTimer
from eventlog.work import Step, Work

DUE_PAGE = 500
POLL_SECONDS = 0.25

OnTimer = Callable[[str, str, datetime, datetime], Command]

logger = structlog.get_logger("timers")


class Timers:
    """Fires what is due by the database's clock: armed and not cancelled exactly once, none early."""

    def __init__(self, log: EventLog, on_timer: OnTimer, *, observer: Observer = NO_OBSERVER) -> None:
        self._log = log
        self._on_timer = on_timer
        self._observer = observer

    async def run(self, poll_seconds: float = POLL_SECONDS) -> None:
        """Fire due timers until cancelled."""
        while True:
            async for attempt in stamina.retry_context(
                on=Unavailable, attempts=None, timeout=None, wait_initial=0.1, wait_max=5.0, wait_jitter=0.1
            ):
                with attempt:
                    fired = await self.fire_due()
            if fired < DUE_PAGE:
                await asyncio.sleep(poll_seconds)

    async def fire_due(self) -> int:
        """Fire what is due now and return how many timers that were."""
        due = await self._log.store.due_timers(DUE_PAGE)
        for outcome in await asyncio.gather(*(self._fire(timer) for timer in due), return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome
        return len(due)

    async def _fire(self, timer: DueTimer) -> None:
        cause = f"timer:{timer.stream}:{timer.name}:{timer.due.isoformat()}"
        # The database says it is due; our own clock, synced now and then, may still be a little behind. A command
        # from before the due time would find nothing overdue, and the deadline would never be said.
        at = max(self._log.clock.now(), timer.due)
        command = self._on_timer(timer.stream, timer.name, timer.due, at)
        (result,) = await self._log.run(
            Work(timer.stream, (Step(command, derived_id(cause), cause),), fired=(timer.name, timer.due))
        )
        if result.refused is not None:
            logger.warning("timer_refused", stream=timer.stream, timer=timer.name, rule=result.refused.rule)
        elif not result.dropped:
            self._observer.count("timers_fired_total")
