"""Who may do what in a negotiation; every no names its rule (`events.md`, `domain.md` 3)."""

from __future__ import annotations

from typing import Final

from eventlog.decider import Refused
from eventlog.message import By
from services.compensation.domain.negotiation.records import Case
from services.compensation.domain.negotiation.values import Owner
from shared_kernel.roles import (
    CUSTOMER,
    LADDER,
    NO_LEVEL,
    PLATFORM,
    SYSTEM,
    at_least,
    is_supervisor,
    level_of,
)

# Compensation itself: reactions, timers, and what it notes of its own accord.
COMPENSATION: Final = By(actor="compensation", roles=(SYSTEM,))


def owns(owner: Owner | None, by: By) -> bool:
    """Say whether the actor is the owner as noted, or one of the desk that owns while no person does."""
    if owner is None:
        return False
    if owner.actor is not None:
        return owner.actor == by.actor
    return owner.desk == by.desk and owner.level in LADDER and at_least(by.roles, owner.level)


def level_name(by: By) -> str:
    """Return the actor's rung on the ladder, or refuse: authority to give comes with a level only."""
    rung = level_of(by.roles)
    if rung == NO_LEVEL:
        raise Refused("level_missing", f"only {', '.join(LADDER)} may give anything away")
    return LADDER[rung]


def require_system(by: By) -> None:
    """Refuse anybody but a service acting by itself."""
    if SYSTEM not in by.roles:
        raise Refused("system_only", "follows from events and is not asked for by hand")


def require_platform(by: By) -> None:
    """Refuse anybody but the machine that pays."""
    if PLATFORM not in by.roles:
        raise Refused("platform_only", "payments are told by the platform that makes them")


def require_supervisor(by: By) -> None:
    """Refuse anybody below a manager."""
    if not is_supervisor(by.roles):
        raise Refused("supervisor_only", "only a manager or an executive may")


def require_mover(case: Case, by: By) -> None:
    """Refuse all but the complaint's owner and supervisors."""
    if not (owns(case.owner, by) or is_supervisor(by.roles)):
        raise Refused("owner_or_supervisor_only", f"the owner is {_named(case.owner)}")


def require_mover_or_system(case: Case, by: By) -> None:
    """Refuse all but the owner, supervisors and the system."""
    if SYSTEM not in by.roles:
        require_mover(case, by)


def require_customer_or_mover(case: Case, by: By) -> None:
    """Refuse all but this customer, the owner and supervisors."""
    if CUSTOMER in by.roles:
        _require_own(case, by)
    else:
        require_mover(case, by)


def require_customer(case: Case, by: By) -> None:
    """Refuse all but this customer: nobody signs for another."""
    if CUSTOMER not in by.roles:
        raise Refused("customer_only", "nobody signs for the customer")
    _require_own(case, by)


def require_customer_side(case: Case, by: By) -> None:
    """Refuse all but this customer, and the owner who passes on the customer's word."""
    if CUSTOMER in by.roles:
        _require_own(case, by)
    elif not owns(case.owner, by):
        raise Refused("customer_or_owner_only", f"the owner is {_named(case.owner)}")


def _require_own(case: Case, by: By) -> None:
    if by.actor != case.person:
        raise Refused("own_complaint_only", "the complaint is of another person")


def _named(owner: Owner | None) -> str:
    if owner is None:
        return "not known yet"
    return owner.actor or f"desk {owner.desk}"
