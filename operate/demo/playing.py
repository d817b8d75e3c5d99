"""The players take their turns: each case looked at, one act after the other, until nobody has anything to do."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from operate.demo.cast import GROUP_LEADER, OPERATOR_PLAYER, REFERRER
from operate.demo.doors import Answer, Doors
from operate.demo.moves import LINES, Act, Case, Later
from operate.demo.plays import next_turn
from operate.demo.seen import Seen, seen_of

AT_ONCE: Final = 8
ROUNDS_MAX: Final = 8
ACTS_MAX: Final = 12
_DOORS_OF: Final = {"intake": "/v1/complaints", "escalation": "/v1/escalations"}
# What a player may meet who looked a moment too early; he looks again.
_LOOK_AGAIN: Final = frozenset(
    {
        "no_handover_offered",
        "offered_desk_and_level_only",
        "taker_excluded",
        "owner_only",
        "giver_is_not_taker",
    }
)


@dataclass(slots=True)
class Played:
    """What the players did, by door, and where a door said no."""

    acts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)


@dataclass(slots=True)
class _Waiting:
    case: Case
    until: datetime | None = None
    is_over: bool = False


class Playing:
    """All cases in play."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors
        self._cases: dict[str, _Waiting] = {}
        self._led: set[str] = set()
        self._turns = asyncio.Semaphore(AT_ONCE)
        self.played = Played()

    def enter(self, case: Case) -> None:
        """Bring a complaint into play."""
        self._cases.setdefault(case.complaint, _Waiting(case))

    @property
    def closed(self) -> int:
        """How many have ended."""
        return sum(each.is_over for each in self._cases.values())

    def next_moment(self) -> datetime | None:
        """Return when somebody wants to move next, None when nobody does any more."""
        return min((each.until for each in self._cases.values() if each.until is not None), default=None)

    async def play(self, now: datetime, quiet: Callable[[], Awaitable[None]]) -> None:
        """Let everybody move who can at this time; the services come to rest between two rounds."""
        lively = [each for each in self._cases.values() if self._may_move(each, now)]
        for _ in range(ROUNDS_MAX):
            if not lively:
                return
            unsettled = await asyncio.gather(*(self._turn(each, now) for each in lively))
            await quiet()
            lively = [each for each, must_look in zip(lively, unsettled, strict=True) if must_look]

    async def lead_groups(self) -> bool:
        """Approve one statement and one remedy for each group that became a collective one; tell if there was any."""
        listed = await self._doors.get(OPERATOR_PLAYER, "escalation", "/v1/groups")
        grown = {row["group"] for row in listed["groups"] if row["stage"] == "collective"} - self._led
        for group in sorted(grown):
            await self._lead(group)
        self._led |= grown
        return bool(grown)

    def _may_move(self, waiting: _Waiting, now: datetime) -> bool:
        return not waiting.is_over and (waiting.until is None or waiting.until <= now)

    async def _turn(self, waiting: _Waiting, now: datetime) -> bool:
        """Play one case until it waits or ends; tell whether to look again when the services have come to rest."""
        async with self._turns:
            for _ in range(ACTS_MAX):
                seen = await self._seen(waiting.case)
                turn = next_turn(waiting.case, seen, now)
                waiting.until = turn.at if isinstance(turn, Later) else None
                waiting.is_over = seen.stage == "closed"
                if not isinstance(turn, Act):
                    return False
                if not await self._perform(waiting.case, turn) or turn.settles:
                    return True
        return True

    async def _perform(self, case: Case, act: Act) -> bool:
        path = f"{_DOORS_OF[act.service]}/{case.complaint}/{act.door}"
        answer = await self._doors.post(act.player, act.service, path, act.body)
        self._note(act.door, answer)
        if answer.rule not in _LOOK_AGAIN:
            case.done.add(act.mark or act.door)
        return answer.is_well

    async def _seen(self, case: Case) -> Seen:
        seen = seen_of(await self._doors.get(REFERRER, "intake", f"/v1/complaints/{case.complaint}"))
        if seen.bypass == "done" and case.account_of is None and seen.timing is not None:
            view = await self._doors.get(REFERRER, "escalation", f"/v1/escalations/{case.complaint}")
            case.account_of = _asked_for_account(view)
        return seen

    async def _lead(self, group: str) -> None:
        lines = LINES["zh"]
        remedy: dict[str, Any] = {"kind": "refund", "terms": lines["remedy_terms"]}
        for door, body in (("statement", {"text": lines["statement"]}), ("remedy", remedy)):
            answer = await self._doors.post(GROUP_LEADER, "escalation", f"/v1/groups/{group}/{door}", body)
            self._note(door, answer)

    def _note(self, door: str, answer: Answer) -> None:
        self.played.acts[door] += answer.is_well
        self.played.seconds.append(answer.seconds)
        if not answer.is_well:
            self.played.refused[f"{door}: {answer.rule}"] += 1


def _asked_for_account(view: Any) -> str | None:
    account = view["account"]
    if not account or "handler" not in account:
        return None
    return account["handler"] or ""
