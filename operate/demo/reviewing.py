"""A reviewer looks at what blacklist proposes: bill first, then a decision, in the open and open to appeal.

Software proposes and can never confirm; whoever has had a complaint of the person may not either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from operate.demo.case import LINES
from operate.demo.cast import REFERRER, REVIEWER_PLAYER, SECOND_REVIEWER, Player
from operate.demo.doors import Answer, Doors
from shared_kernel.roles import CUSTOMER

_SERVICE: Final = "blacklist"
_PROFESSIONAL: Final = "professional"
# So many doors are asked until a flag is confirmed.
_CONFIRMED: Final = 3


@dataclass(frozen=True, slots=True)
class Judged:
    """One door of a flag, and what it said; `expects` is the rule where it had to say no."""

    door: str
    actor: str
    answer: Answer
    expects: str = ""

    @property
    def holds(self) -> bool:
        """Whether the door said what it had to."""
        return self.answer.rule == self.expects


@dataclass(slots=True)
class Reviewed:
    """What was judged, by person."""

    flags: dict[str, list[Judged]] = field(default_factory=dict)


class Reviewing:
    """The reviewers of one installation."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors
        self.reviewed = Reviewed()

    async def review(self) -> bool:
        """Judge what is proposed; tell if there was anything."""
        listed = await self._doors.get(REVIEWER_PLAYER, _SERVICE, "/v1/flags?state=proposed")
        proposed = [
            (row["person"], flag["flag"])
            for row in listed["flags"]
            for flag in (await self.view(row["person"]))["flags"]
            if (flag["kind"], flag["state"]) == (_PROFESSIONAL, "proposed")
        ]
        for person, flag in proposed:
            await self._confirm(person, flag)
        return bool(proposed)

    async def appeal(self) -> bool:
        """Let each confirmed person appeal once; another reviewer decides. Tell if there was anybody."""
        waiting = [person for person, judged in self.reviewed.flags.items() if len(judged) == _CONFIRMED]
        for person in waiting:
            await self._appeal(person, 1)
        return bool(waiting)

    async def view(self, person: str) -> Mapping[str, Any]:
        """Return a person's flags as a reviewer sees them."""
        return await self._doors.get(REVIEWER_PLAYER, _SERVICE, f"/v1/flags/{person}")

    async def screen(self, complainant: Mapping[str, Any]) -> Answer:
        """Look somebody up as a desk does when the phone rings."""
        known = {name: complainant[name] for name in ("phone", "email") if name in complainant}
        return await self._doors.post(REFERRER, _SERVICE, "/v1/screenings", known)

    async def _confirm(self, person: str, flag: int) -> None:
        lines, path = LINES["zh"], f"/v1/flags/{person}/{flag}"
        reason = {"reason": lines["flag_confirmed"]}
        by_agent = await self._doors.post(REFERRER, _SERVICE, f"{path}/confirmation", reason)
        confirmed = await self._doors.post(REVIEWER_PLAYER, _SERVICE, f"{path}/confirmation", reason)
        warned = await self._doors.post(
            REVIEWER_PLAYER, _SERVICE, f"{path}/warning", {"text": lines["flag_warned"]}
        )
        self.reviewed.flags[person] = [
            Judged("confirmation", REFERRER.actor, by_agent, expects="reviewer_only"),
            Judged("confirmation", REVIEWER_PLAYER.actor, confirmed),
            Judged("warning", REVIEWER_PLAYER.actor, warned),
        ]

    async def _appeal(self, person: str, flag: int) -> None:
        lines, path = LINES["zh"], f"/v1/flags/{person}/{flag}/appeal"
        reason = {"reason": lines["flag_appeal_rejected"]}
        customer = Player(person, CUSTOMER)
        asked = await self._doors.post(customer, _SERVICE, path, {"words": lines["flag_appeal"]})
        own = await self._doors.post(REVIEWER_PLAYER, _SERVICE, f"{path}/rejection", reason)
        other = await self._doors.post(SECOND_REVIEWER, _SERVICE, f"{path}/rejection", reason)
        self.reviewed.flags[person] += [
            Judged("appeal", "customer", asked),
            Judged("appeal/rejection", REVIEWER_PLAYER.actor, own, expects="confirmer_is_not_judge"),
            Judged("appeal/rejection", SECOND_REVIEWER.actor, other),
        ]
