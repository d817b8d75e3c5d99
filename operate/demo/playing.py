"""The players take their turns: each case looked at, one act after the other, until nobody has anything to do."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from operate.demo.case import LINES, Act, Case, Later, Pay, Sign
from operate.demo.cast import GROUP_LEADER, OPERATOR_PLAYER, PAYMASTER, REFERRER
from operate.demo.doors import Answer, Doors
from operate.demo.hands import Done, Hands
from operate.demo.plays import next_turn
from operate.demo.seen import Seen, seen_of
from operate.demo.talk import talk_of
from shared_kernel.roles import CUSTOMER

AT_ONCE: Final = 8
ROUNDS_MAX: Final = 10
ACTS_MAX: Final = 16
_DOORS_OF: Final = {
    "intake": "/v1/complaints",
    "escalation": "/v1/escalations",
    "compensation": "/v1/negotiations",
}
# What a player may meet who looked a moment too early; he looks again.
_LOOK_AGAIN: Final = frozenset(
    {
        "no_handover_offered",
        "offered_desk_and_level_only",
        "taker_excluded",
        "owner_only",
        "giver_is_not_taker",
        "negotiation_open",
        "owner_or_supervisor_only",
        "customer_or_owner_only",
        "service_need_first",
    }
)


_NOT_IN_HAND: Final = frozenset({"received", "classified"})


@dataclass(frozen=True, slots=True)
class Attempt:
    """Something that had to be refused: when, at which door, by which rule, by whom, after how many events."""

    complaint: str
    at: datetime
    door: str
    expected: str
    rule: str
    actor: str
    after: int

    @property
    def holds(self) -> bool:
        """Whether it was refused by the rule that was expected."""
        return self.rule == self.expected


@dataclass(slots=True)
class Played:
    """What the players did, by door, and where a door said no: a moment too early, by surprise, or as it had to."""

    acts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def surprises(self) -> dict[str, int]:
        """Where a door said no and nobody had reckoned with it."""
        return {
            what: count for what, count in self.refused.items() if what.rpartition(": ")[2] not in _LOOK_AGAIN
        }


@dataclass(slots=True)
class _Waiting:
    case: Case
    until: datetime | None = None
    is_over: bool = False


class Playing:
    """All cases in play."""

    def __init__(self, doors: Doors, hands: Hands) -> None:
        self._doors = doors
        self._hands = hands
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
            known: Seen | None = None
            for _ in range(ACTS_MAX):
                seen = await self._seen(waiting.case, known)
                turn = next_turn(waiting.case, seen, now)
                waiting.until = turn.at if isinstance(turn, Later) else None
                waiting.is_over = seen.is_over
                if turn is None or isinstance(turn, Later):
                    return False
                if not await self._perform(waiting.case, turn, now):
                    return True
                known = _still_known(seen, turn)
        return True

    async def _perform(self, case: Case, turn: Act | Sign | Pay, now: datetime) -> bool:
        """Do it; tell whether the same player may go on at once."""
        if isinstance(turn, Act):
            return await self._act(case, turn, now)
        case.note(turn.mark, now)
        hands = self._hands
        done = await (hands.pay(case, turn) if isinstance(turn, Pay) else hands.sign(case, turn))
        for each in done:
            await self._note_done(case, each, now)
        return isinstance(turn, Pay) and bool(turn.expects)

    async def _act(self, case: Case, act: Act, now: datetime) -> bool:
        path = f"{_DOORS_OF[act.service]}/{case.complaint}/{act.door}"
        if act.upload is not None:
            answer = await self._doors.upload(act.player, act.service, path, act.upload)
        else:
            answer = await self._doors.post(act.player, act.service, path, act.body)
        if act.expects:
            case.note(act.mark, now)
            await self._note_attempt(case, Done(act.door, answer, act.expects), act.player.actor, now)
            return True
        self._note(act.door, answer)
        if answer.rule not in _LOOK_AGAIN:
            case.note(act.mark or act.door, now)
        return answer.is_well and not act.settles

    async def _seen(self, case: Case, known: Seen | None) -> Seen:
        seen = known or seen_of(await self._doors.get(REFERRER, "intake", f"/v1/complaints/{case.complaint}"))
        if seen.bypass == "done" and case.account_of is None and seen.timing is not None:
            view = await self._doors.get(REFERRER, "escalation", f"/v1/escalations/{case.complaint}")
            case.account_of = _asked_for_account(view)
        # Nobody talks about money before somebody has taken the complaint in hand.
        if seen.asks_for_money and seen.talk is None and seen.stage not in _NOT_IN_HAND:
            view = await self._doors.get(REFERRER, "compensation", f"/v1/negotiations/{case.complaint}")
            seen = replace(seen, talk=talk_of(view))
        return seen

    async def _lead(self, group: str) -> None:
        lines = LINES["zh"]
        remedy: dict[str, Any] = {"kind": "refund", "terms": lines["remedy_terms"]}
        for door, body in (("statement", {"text": lines["statement"]}), ("remedy", remedy)):
            answer = await self._doors.post(GROUP_LEADER, "escalation", f"/v1/groups/{group}/{door}", body)
            self._note(door, answer)

    async def _note_done(self, case: Case, done: Done, now: datetime) -> None:
        if done.expects:
            actor = CUSTOMER if done.door == "session" else PAYMASTER.actor
            await self._note_attempt(case, done, actor, now)
        else:
            self._note(done.door, done.answer)

    async def _note_attempt(self, case: Case, done: Done, actor: str, now: datetime) -> None:
        path = f"/v1/negotiations/{case.complaint}/history"
        events = (await self._doors.get(REFERRER, "compensation", path))["events"]
        self.played.seconds.append(done.answer.seconds)
        self.played.attempts.append(
            Attempt(case.complaint, now, done.door, done.expects, done.answer.rule, actor, len(events))
        )

    def _note(self, door: str, answer: Answer) -> None:
        self.played.acts[door] += answer.is_well
        self.played.seconds.append(answer.seconds)
        if not answer.is_well:
            self.played.refused[f"{door}: {answer.rule}"] += 1


def _still_known(seen: Seen, turn: Act | Sign | Pay) -> Seen | None:
    """Return what a player need not look up again: a step of the negotiation does not at once change the complaint.

    Evidence changes nothing that players go by.
    """
    if not isinstance(turn, Act) or turn.service != "compensation":
        return None
    return seen if turn.upload is not None else replace(seen, talk=None)


def _asked_for_account(view: Any) -> str | None:
    account = view["account"]
    if not account or "handler" not in account:
        return None
    return account["handler"] or ""
