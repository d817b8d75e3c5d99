"""The demo's days: complaints come in over two and a half of them, and are played until nobody has anything to do.

The installation's time starts at the present and runs ahead: to each wave of complaints as it was received,
then to whatever is next, an answer, a visit, or a clock that runs out.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from operate.demo.case import Case
from operate.demo.feeding import Feeding
from operate.demo.playing import Playing
from operate.demo.reviewing import Reviewing
from operate.demo.tales import Tale
from operate.demo.timeline import Timeline
from operate.errors import OperateError
from operate.stack.progress import Watcher

# How long before the last complaint each wave ends: dense where people expect an acknowledgement in minutes.
WAVES: Final = tuple(
    timedelta(hours=hours)
    for hours in (
        *(52, 48, 44, 40, 36, 32, 28, 24, 20, 16, 12, 8, 4, 2, 1),
        *(0.5, 0.25, 0),
    )
)
STRIDE: Final = timedelta(hours=6)
STRIDES_MAX: Final = 90
MARGIN: Final = timedelta(minutes=2)
# How long before a complaint the customer had gone over the front line's head, where only the front line knows.
EARLIER_BYPASS: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Days:
    """When it all was, in the installation's time, and how long it took in real seconds."""

    dawn: datetime
    dusk: datetime
    night: datetime
    jumps: int
    feeding_seconds: float
    playing_seconds: float


@dataclass(frozen=True, slots=True)
class Players:
    """Those who work on complaints, and those who judge flags."""

    playing: Playing
    reviewing: Reviewing


class Living:
    """The complaints, those who hand them in, those who work on them, and the time they live in."""

    def __init__(self, tales: Sequence[Tale], feeding: Feeding, players: Players, timeline: Timeline) -> None:
        self._tales = tales
        self._feeding = feeding
        self._playing = players.playing
        self._reviewing = players.reviewing
        self._timeline = timeline
        self._feeding_seconds = 0.0
        self._playing_seconds = 0.0

    async def live(self, over_kafka: frozenset[str], watcher: Watcher) -> Days:
        """Play the whole story. Raises OperateError when it does not come to an end."""
        dawn = await self._timeline.now()
        dusk = dawn + max(tale.story.received_before for tale in self._tales) + MARGIN
        for number, (until, wave) in enumerate(waves(self._tales, dusk)):
            now = await self._timeline.jump_to(until)
            self._tell(watcher, now, f"{len(wave)} more 新进件")
            await self._take_in(wave, over_kafka, dusk)
            if number == 1:
                await self._feeding.plant(wave[0], until)
            await self._play(now)
        for _ in range(STRIDES_MAX):
            moment = self._playing.next_moment()
            if moment is None:
                return self._days(dawn, dusk, await self._timeline.now())
            now = await self._timeline.jump_to(max(moment, await self._timeline.now() + STRIDE))
            self._tell(watcher, now, "work goes on 继续处理")
            await self._reviewing.appeal()
            await self._quiet()
            await self._play(now)
        raise OperateError("The complaints do not come to an end.", "Please report this.")

    async def _take_in(self, wave: Sequence[Tale], over_kafka: frozenset[str], dusk: datetime) -> None:
        began = time.perf_counter()
        await self._feeding.feed(wave, over_kafka, dusk)
        await self._quiet()
        self._feeding_seconds += time.perf_counter() - began
        if any(tale.reference in over_kafka for tale in wave):
            await self._feeding.find_the_reported()
        by_reference = {tale.reference: tale for tale in wave if tale.is_a_complaint}
        for reference, complaint in self._feeding.fed.complaints.items():
            if reference in by_reference:
                self._playing.enter(_case(by_reference[reference], complaint, dusk))

    async def _play(self, now: datetime) -> None:
        began = time.perf_counter()
        await self._playing.play(now, self._quiet)
        if await self._playing.lead_groups() | await self._reviewing.review():
            await self._quiet()
        self._playing_seconds += time.perf_counter() - began

    async def _quiet(self) -> None:
        await self._timeline.quiet(self._feeding.fed.sent)

    def _tell(self, watcher: Watcher, now: datetime, what: str) -> None:
        fed, closed = self._feeding.fed.sent, self._playing.closed
        watcher.step(f"{now:%a %d %b %H:%M}  {fed:>3} in 受理 · {closed:>3} closed 办结 · {what}")
        watcher.downloaded(closed, sum(tale.is_a_complaint for tale in self._tales))

    def _days(self, dawn: datetime, dusk: datetime, night: datetime) -> Days:
        return Days(dawn, dusk, night, self._timeline.jumps, self._feeding_seconds, self._playing_seconds)


def waves(tales: Sequence[Tale], dusk: datetime) -> Iterator[tuple[datetime, list[Tale]]]:
    """Yield the complaints by the wave they come in with, and when the last of each was received."""
    rest = sorted(tales, key=lambda tale: -tale.story.received_before)
    for left in WAVES:
        wave = [tale for tale in rest if tale.story.received_before >= left]
        rest = [tale for tale in rest if tale.story.received_before < left]
        if wave:
            yield dusk - wave[-1].story.received_before, wave


def _case(tale: Tale, complaint: str, dusk: datetime) -> Case:
    earlier = dusk - tale.story.received_before - EARLIER_BYPASS if tale.story.second_bypass else None
    return Case(tale, complaint, earlier_bypass=earlier)
