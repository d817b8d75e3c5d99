"""Who judges a flag, and when: confirmation, review, appeal, lifting. Each no names its rule (`events.md`)."""

from __future__ import annotations

from eventlog.decider import Refused
from eventlog.message import By
from services.blacklist.domain.flag.commands import (
    Appeal,
    ConfirmFlag,
    LiftFlag,
    OverturnFlag,
    RejectAppeal,
    ReviewFlag,
    WarnPerson,
)
from services.blacklist.domain.flag.events import (
    Appealed,
    AppealRejected,
    Confirmed,
    Lifted,
    Overturned,
    Reviewed,
    Warned,
)
from services.blacklist.domain.flag.heading import flag_heading
from services.blacklist.domain.flag.state import LIVE, Flag, Observed
from services.blacklist.domain.policy import Terms
from shared_kernel.roles import CUSTOMER, LADDER, REVIEWER


def require_staff_or_reviewer(by: By) -> None:
    """Refuse all but the people who work on complaints and those who judge flags."""
    if not {*LADDER, REVIEWER} & set(by.roles):
        raise Refused("staff_or_reviewer_only")


def require_reviewer(by: By) -> None:
    """Refuse all but reviewers: software above all."""
    if REVIEWER not in by.roles:
        raise Refused("reviewer_only")


def require_own_side(by: By, person: str) -> None:
    """Refuse all but this person and those who pass on the person's word."""
    if {*LADDER, REVIEWER} & set(by.roles):
        return
    if CUSTOMER not in by.roles or by.actor != person:
        raise Refused("own_flag_only")


def flag_of(state: Observed, number: int) -> Flag:
    """Return a flag by its number; refused as flag_unknown."""
    for flag in state.flags:
        if flag.number == number:
            return flag
    raise Refused("flag_unknown")


def warn(command: WarnPerson, state: Observed, flag: Flag) -> list[Warned]:
    """Record that the person was told, once for each state the flag is in."""
    _require_live(flag)
    if flag.warned_as == flag.state:
        return []
    return [Warned(**flag_heading(command, state, flag), text=command.text)]


def confirm(command: ConfirmFlag, state: Observed, flag: Flag, terms: Terms) -> list[Confirmed]:
    """Decide on a confirmation: neither by the proposer nor by an owner of a complaint of this person."""
    if flag.state == "confirmed" and flag.confirmer == command.by.actor:
        return []
    if flag.state != "proposed":
        raise Refused("not_proposed")
    if flag.proposer == command.by.actor:
        raise Refused("proposer_is_not_confirmer")
    if command.by.actor in state.owners:
        raise Refused("owner_is_not_confirmer")
    term = terms.kinds[flag.kind]
    return [
        Confirmed(
            **flag_heading(command, state, flag),
            expires_at=command.at + term.confirmed,
            review_due=command.at + term.review,
            reason=command.reason,
        )
    ]


def review(command: ReviewFlag, state: Observed, flag: Flag) -> list[Reviewed]:
    """Decide that a flag stands until it is looked at again, never beyond its expiry."""
    if flag.state != "confirmed":
        raise Refused("not_confirmed")
    if (flag.reviewer, flag.review_due, flag.appeal_rejected) == (
        command.by.actor,
        command.review_due,
        False,
    ):
        return []
    if command.review_due <= command.at:
        raise Refused("review_not_ahead")
    if command.review_due > flag.expires_at:
        raise Refused("review_beyond_expiry")
    return [
        Reviewed(**flag_heading(command, state, flag), review_due=command.review_due, reason=command.reason)
    ]


def appeal(command: Appeal, state: Observed, flag: Flag, terms: Terms) -> list[Appealed]:
    """Take an appeal against a confirmed flag; once it is rejected, the next waits for the next review, done or due.

    Who proposed or confirmed the flag passes on no appeal against it: it would use up the person's own.
    """
    if flag.state == "appealed":
        return []
    if flag.state != "confirmed":
        raise Refused("not_confirmed")
    if command.by.actor in (flag.proposer, flag.confirmer):
        raise Refused("judge_is_no_messenger")
    if flag.appeal_rejected and command.at < flag.review_due:
        raise Refused("appeal_decided")
    return [
        Appealed(
            **flag_heading(command, state, flag), decide_by=command.at + terms.appeal, words=command.words
        )
    ]


def reject_appeal(command: RejectAppeal, state: Observed, flag: Flag) -> list[AppealRejected]:
    """Decide that the flag stands; neither by who confirmed nor by who proposed it."""
    if flag.state == "confirmed" and flag.appeal_rejected:
        return []
    _require_judge(flag, command.by)
    return [AppealRejected(**flag_heading(command, state, flag), reason=command.reason)]


def overturn(command: OverturnFlag, state: Observed, flag: Flag) -> list[Overturned]:
    """Decide that the appeal is right; neither by who confirmed nor by who proposed it."""
    if flag.state == "overturned":
        return []
    _require_judge(flag, command.by)
    return [Overturned(**flag_heading(command, state, flag), reason=command.reason)]


def lift(command: LiftFlag, state: Observed, flag: Flag) -> list[Lifted]:
    """Take a flag or a proposal off; an appeal is answered, not passed over."""
    if flag.state == "lifted":
        return []
    _require_live(flag)
    if flag.state == "appealed":
        raise Refused("appeal_pending")
    return [Lifted(**flag_heading(command, state, flag), reason=command.reason)]


def _require_live(flag: Flag) -> None:
    if flag.state not in LIVE:
        raise Refused("flag_ended")


def _require_judge(flag: Flag, by: By) -> None:
    if flag.state != "appealed":
        raise Refused("not_appealed")
    if flag.confirmer == by.actor:
        raise Refused("confirmer_is_not_judge")
    # Who accused does not judge either: an appeal is heard by somebody without a part in it.
    if flag.proposer == by.actor:
        raise Refused("proposer_is_not_judge")
