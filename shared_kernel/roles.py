"""The roles people and machines act in, and the ladder a complaint climbs (`domain.md` 3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

AGENT: Final = "agent"
SENIOR: Final = "senior"
LEAD: Final = "lead"
MANAGER: Final = "manager"
EXECUTIVE: Final = "executive"

# Beside the ladder: the reviewer judges flags, the operator runs the installation, the platform is the
# call centre's machine, the customer comes by a link, the system is a service acting by itself.
REVIEWER: Final = "reviewer"
OPERATOR: Final = "operator"
PLATFORM: Final = "platform"
CUSTOMER: Final = "customer"
SYSTEM: Final = "system"

LADDER: Final = (AGENT, SENIOR, LEAD, MANAGER, EXECUTIVE)

NO_LEVEL: Final = -1


def level_of(roles: Iterable[str]) -> int:
    """Return the highest rung among `roles` as an index into `LADDER`, or -1 when none is on the ladder."""
    return max((LADDER.index(role) for role in roles if role in LADDER), default=NO_LEVEL)


def at_least(roles: Iterable[str], level_name: str) -> bool:
    """Say whether one of `roles` stands on the rung `level_name` or above; ValueError for no such rung."""
    return level_of(roles) >= LADDER.index(level_name)


def is_supervisor(roles: Iterable[str]) -> bool:
    """Say whether one of `roles` is a supervisor: manager or above (`domain.md` 3)."""
    return at_least(roles, MANAGER)


def next_level(level_name: str) -> str | None:
    """Return the rung above, None at the top; ValueError for no such rung."""
    above = LADDER.index(level_name) + 1
    return LADDER[above] if above < len(LADDER) else None
