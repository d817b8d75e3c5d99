"""Who may do what to a complaint; every no names its rule (`events.md`, `domain.md` 3)."""

from __future__ import annotations

from eventlog.decider import Refused
from eventlog.message import By
from services.intake.domain.complaint.state import Case, Offer
from services.intake.domain.complaint.values import Level, Owner
from shared_kernel.roles import CUSTOMER, LADDER, PLATFORM, SYSTEM, at_least, is_supervisor, level_of

# Intake itself: reactions, timers, and what it says of its own accord.
INTAKE = By(actor="intake", roles=(SYSTEM,))


def is_staff(by: By) -> bool:
    """Say whether the actor stands on the ladder, agent or above."""
    return level_of(by.roles) >= 0


def is_system(by: By) -> bool:
    """Say whether a service acts by itself."""
    return SYSTEM in by.roles


def level_name(by: By, otherwise: Level) -> Level:
    """Return the actor's rung on the ladder, or `otherwise` when it has none."""
    rung = level_of(by.roles)
    level: Level = LADDER[rung] if rung >= 0 else otherwise
    return level


def owns(owner: Owner, by: By) -> bool:
    """Say whether the actor is the owner, or one of the desk that owns while no person does."""
    if owner.actor is not None:
        return owner.actor == by.actor
    return owner.desk == by.desk and at_least(by.roles, owner.level)


def require_system(by: By) -> None:
    """Refuse anybody but a service acting by itself."""
    if not is_system(by):
        raise Refused("system_only", "follows from events and is not asked for by hand")


def require_staff(by: By) -> None:
    """Refuse anybody not on the ladder."""
    if not is_staff(by):
        raise Refused("staff_only", f"only {', '.join(LADDER)} may")


def require_staff_or_system(by: By) -> None:
    """Refuse the customer, the platform and other roles."""
    if not is_system(by):
        require_staff(by)


def require_front_door(by: By) -> None:
    """Refuse roles that take no complaints in."""
    if not (is_staff(by) or is_system(by) or PLATFORM in by.roles or CUSTOMER in by.roles):
        raise Refused("front_door_only", "only the customer, staff, the platform and imports register")


def require_customer_side(case: Case, by: By) -> None:
    """Refuse all but this customer (the token names the person) and those who pass on the customer's word."""
    if is_staff(by) or PLATFORM in by.roles:
        return
    if CUSTOMER in by.roles and by.actor != case.person:
        raise Refused("own_complaint_only", "the complaint is of another person")
    if CUSTOMER not in by.roles:
        raise Refused(
            "customer_or_staff_only", "only the customer's word counts, passed on by staff or platform"
        )


def require_owner(case: Case, by: By) -> None:
    """Refuse all but the owner; a supervisor first takes the complaint over."""
    if not owns(case.owner, by):
        raise Refused("owner_only", f"the owner is {case.owner.actor or 'desk ' + case.owner.desk}")


def require_giver(case: Case, by: By) -> None:
    """Refuse a hand-over offered by anybody but escalation's route, the owner or a supervisor."""
    if not (is_system(by) or is_supervisor(by.roles) or owns(case.owner, by)):
        raise Refused("owner_or_supervisor_offers", "only the owner, a manager or an executive offers it")


def require_taker(case: Case, by: By) -> Offer:
    """Return the offer the actor may answer; refuse the giver, and anybody outside its desk and level."""
    offer = case.offer
    if offer is None:
        raise Refused("no_handover_offered")
    if by.actor == case.owner.actor:
        raise Refused("giver_is_not_taker", "a hand-over goes to somebody else")
    if by.actor in offer.not_to:
        raise Refused("taker_excluded", "the route names people who may not get it again")
    if by.desk != offer.desk or not at_least(by.roles, offer.level):
        raise Refused("offered_desk_and_level_only", f"offered to desk {offer.desk}, {offer.level} or above")
    return offer
