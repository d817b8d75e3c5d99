"""Who plays in the demo: agents and those above them, visitors, customers, platforms; each with a token of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from zlib import crc32

from hosting.identity import mint_token
from operate.demo.seen import Offered, Seat, Seen
from operate.demo.tales import Tale
from operate.demo.talk import OfferSeen
from shared_kernel.roles import AGENT, CUSTOMER, LEAD, MANAGER, OPERATOR, PLATFORM, REVIEWER, SENIOR

TOKEN_SECONDS: Final = 12 * 3600
_TEAM_SIZE: Final = 4
# Where those sit who take complaints down for these sources, and on which rung.
_FRONT: Final = ("front", AGENT)
_TAKEN_DOWN_AT: Final = {"letters": ("letters", AGENT), "regulator-portal": ("regulatory", SENIOR)}


@dataclass(frozen=True, slots=True)
class Player:
    """An actor with one role, at a desk where the role has one."""

    actor: str
    role: str
    desk: str | None = None


OPERATOR_PLAYER: Final = Player("operator-1", OPERATOR)
GROUP_LEADER: Final = Player("manager-groups-1", MANAGER, "groups")
REFERRER: Final = Player("lead-care-1", LEAD, "care")
SUPERVISOR: Final = Player("manager-customer_relations-1", MANAGER, "customer_relations")
REVIEWER_PLAYER: Final = Player("reviewer-1", REVIEWER)
SECOND_REVIEWER: Final = Player("reviewer-2", REVIEWER)
PAYMASTER: Final = Player("payments-bank", PLATFORM)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Development tokens of one installation, one for each player."""

    private_key: str = field(repr=False)
    _minted: dict[Player, str] = field(default_factory=dict, repr=False)

    def of(self, player: Player) -> str:
        """Return the player's token."""
        if player not in self._minted:
            self._minted[player] = mint_token(
                self.private_key,
                actor=player.actor,
                roles=[player.role],
                desk=player.desk,
                seconds=TOKEN_SECONDS,
            )
        return self._minted[player]


def registrar_of(tale: Tale) -> Player:
    """Return who hands the complaint in by HTTP: the one who took it down, else the platform itself."""
    recorder = tale.register.get("recorder")
    if recorder is None:
        return Player(tale.source, PLATFORM)
    desk, role = _TAKEN_DOWN_AT.get(tale.source, _FRONT)
    return Player(str(recorder), role, desk)


def owner_of(seat: Seat, reference: str) -> Player:
    """Return the owner; where a desk owns, one of that desk."""
    return Player(seat.actor or _of_team(seat.level, seat.desk, reference), seat.level, seat.desk)


def taker_of(offered: Offered, seen: Seen, reference: str) -> Player:
    """Return who answers a hand-over: whom the giver has in mind, else one of the desk who may take it."""
    excluded = {*offered.not_to, seen.owner.actor}
    if offered.handler is not None and offered.handler not in excluded:
        return Player(offered.handler, offered.level, offered.desk)
    wished = _number(reference, _TEAM_SIZE)
    team = [_name(offered.level, offered.desk, (wished + step) % _TEAM_SIZE) for step in range(_TEAM_SIZE)]
    actor = next(name for name in team if name not in excluded)
    return Player(actor, offered.level, offered.desk)


def visitor_of(reference: str) -> Player:
    """Return who pays the return visit: somebody who handles no complaint."""
    return Player(_of_team("visitor", "follow_up", reference), AGENT, "follow_up")


def customer_of(seen: Seen) -> Player:
    """Return the customer: a customer's token names the person, and opens the own complaints only."""
    return Player(seen.person, CUSTOMER)


def approver_of(offer: OfferSeen) -> Player:
    """Return who approves an offer that waits: one of the level it needs, or above, who has proposed none."""
    return Player(f"{offer.level_needed}-approvals-1", offer.level_needed or MANAGER, "approvals")


def _of_team(level: str, desk: str, reference: str) -> str:
    return _name(level, desk, _number(reference, _TEAM_SIZE))


def _name(level: str, desk: str, number: int) -> str:
    return f"{level}-{desk}-{number + 1}"


def _number(reference: str, below: int) -> int:
    return crc32(reference.encode()) % below
