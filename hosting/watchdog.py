"""A thread that watches the event loop from outside: says within a second that it stands still, and where."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import PurePath
from types import TracebackType
from typing import Final, Self

import structlog

BLOCK_SECONDS: Final = 0.5  # a heartbeat to Kafka shares the loop; nothing may hold it this long
_BEAT_SECONDS: Final = 0.1
EXIT_OVERDUE: Final = 70  # sysexits.h EX_SOFTWARE: stopping took too long, the process was cut off

log = structlog.get_logger()


class Watchdog:
    """Context manager around a service's run, entered inside the loop it watches.

    `blocked` is called once per block, from the watching thread. `stop_within` cuts the process off when a
    stop takes longer than promised, even if the loop itself hangs.
    """

    def __init__(self, blocked: Callable[[], None], block_seconds: float = BLOCK_SECONDS) -> None:
        self._blocked = blocked
        self._block_seconds = block_seconds
        self._beat_at = time.monotonic()
        self._stop_by: float | None = None
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="event-loop-watchdog", daemon=True)

    def __enter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._loop_thread = threading.get_ident()
        self._beat()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._next_beat.cancel()

    def stop_within(self, seconds: float) -> None:
        """Cut the process off with `EXIT_OVERDUE` unless it has ended by itself by then."""
        self._stop_by = time.monotonic() + seconds

    def _beat(self) -> None:
        self._beat_at = time.monotonic()
        self._next_beat = self._loop.call_later(_BEAT_SECONDS, self._beat)

    def _watch(self) -> None:
        blocked = False
        slept_from = time.monotonic()
        while not self._done.wait(_BEAT_SECONDS):
            now = time.monotonic()
            # A stopped or starved process holds this thread up as well: that is no fault of the loop.
            held_up = now - slept_from > self._block_seconds
            slept_from = now
            self._cut_off_if_overdue(now)
            if not held_up:
                blocked = self._judge(now, blocked=blocked)

    def _judge(self, now: float, *, blocked: bool) -> bool:
        still = now - self._beat_at
        if still <= self._block_seconds:
            return False
        if not blocked:
            log.error("event_loop_blocked", seconds=round(still, 3), place=self._place())
            self._blocked()
        return True

    def _place(self) -> str:
        """Return the file, line and function where the loop's thread stands now."""
        frame = sys._current_frames().get(self._loop_thread)  # noqa: SLF001 - the documented way to see another thread
        if frame is None:
            return "unknown"
        return f"{PurePath(frame.f_code.co_filename).name}:{frame.f_lineno}:{frame.f_code.co_name}"

    def _cut_off_if_overdue(self, now: float) -> None:
        if self._stop_by is None or now <= self._stop_by:
            return
        log.critical("stop_overdue", place=self._place(), exit_status=EXIT_OVERDUE)
        os._exit(EXIT_OVERDUE)
