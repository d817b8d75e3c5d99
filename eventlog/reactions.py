"""Reactions: an own event leads to a follow-up command, exactly once in effect."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from eventlog.ids import derived_id
from eventlog.log import EventLog
from eventlog.message import Command
from eventlog.observe import NO_OBSERVER, Observer
from eventlog.recorded import Recorded, Row
from eventlog.store import FollowerStore
from eventlog.work import Result, Step, Work

logger = structlog.get_logger("reactions")


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A command that an event calls for.

    `name` tells the follow-ups of one event apart: with the event's id it gives the command id, so running
    the reaction again changes nothing.
    """

    name: str
    stream: str
    command: Command


React = Callable[[Recorded[Any], datetime], Awaitable[Iterable[FollowUp]]]


class Reaction:
    """A follower that turns own events into commands.

    Follow-ups of different streams run side by side, those of one stream in the order of their causes.
    With `in_order`, each event is finished before the next is looked at: for a reaction that reads what
    its own former follow-ups led to.
    """

    def __init__(
        self,
        name: str,
        log: EventLog,
        followers: FollowerStore,
        react: React,
        *,
        listens_to: Iterable[str],
        in_order: bool = False,
        observer: Observer = NO_OBSERVER,
    ) -> None:
        self.name = name
        self._log = log
        self._followers = followers
        self._react = react
        self._listens_to = frozenset(listens_to)
        self._in_order = in_order
        self._observer = observer

    async def take(self, rows: Sequence[Row], epoch: int) -> None:
        """React to the rows' events, then move the checkpoint."""
        self._log.catalogue.check(rows)
        heard = await self._log.opened([row for row in rows if row.type in self._listens_to])
        for group in [[each] for each in heard] if self._in_order else [heard]:
            await self.run(group)
        await self._followers.save_checkpoint(self.name, rows[-1].position, epoch)

    async def run(self, heard: Sequence[Recorded[Any]]) -> None:
        """React to events, wherever the checkpoint stands; those reacted to before change nothing."""
        steps: dict[str, list[Step]] = defaultdict(list)
        for recorded in heard:
            # Clocks of two instances differ a little: what follows is never earlier than what it follows from.
            at = max(self._log.clock.now(), recorded.event.at)
            for follow_up in await self._react(recorded, at):
                steps[follow_up.stream].append(
                    Step(follow_up.command, derived_id(recorded.id, follow_up.name), recorded.id)
                )
        works = [Work(stream, chain) for stream, chain in steps.items()]
        for results in await asyncio.gather(*(self._log.run(work) for work in works)):
            for result in results:
                self._note_refusal(result)

    def _note_refusal(self, result: Result) -> None:
        if result.refused is not None:
            self._observer.count("refused_notes_total", rule=result.refused.rule)
            logger.warning(
                "follow_up_refused", stream=result.stream, rule=result.refused.rule, follower=self.name
            )
