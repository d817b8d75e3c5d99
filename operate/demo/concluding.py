"""The moves by which a negotiation ends: taken, signed, paid; refused, referred, no longer asked for. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Literal

from operate.demo import deeds
from operate.demo.bargaining import OFFER_AFTER, THINKS_FOR
from operate.demo.case import Case, Later, Move, Pay, Sign, Turn
from operate.demo.moves import WORDS_AFTER
from operate.demo.seen import Seen

SIGNS_AFTER: Final = timedelta(hours=3)
PAYS_AFTER: Final = timedelta(hours=5)
MEDIATED_FOR: Final = timedelta(days=45)
SIGNED: Final = "signed"
_BOUNCED: Final = "came back"


def accept(case: Case, seen: Seen, now: datetime) -> Turn:
    """Take the live offer, as the customer, after having thought about it."""
    live = deeds.talk(seen).live
    if live is None:
        return None
    return deeds.once(
        case,
        seen,
        f"acceptance {live.number}",
        door=f"offers/{live.number}/acceptance",
        player=deeds.customer(case, seen),
        settles=True,
        not_before=deeds.after(case, seen, f"offer {live.number}", THINKS_FOR),
        now=now,
    )


def sign(case: Case, seen: Seen, now: datetime) -> Turn:
    """Open the letter and sign, some hours after the agreement."""
    return _signing(case, seen, now, declines=False)


def sign_and_try_again(case: Case, seen: Seen, now: datetime) -> Turn:
    """Open the letter and sign; then try the link once more."""
    return _signing(case, seen, now, declines=False, tries_link_again=True)


def decline_first(case: Case, seen: Seen, now: datetime) -> Turn:
    """Open the first letter and decline to sign."""
    is_first = deeds.mark(seen, "offer 2") not in case.done
    return _signing(case, seen, now, declines=True) if is_first else None


def refuse(refusal_class: str, strategy: str, basis: str) -> Move:
    """Refuse the demand, saying by which rule and where to turn to."""

    def move(case: Case, seen: Seen, now: datetime) -> Turn:
        body = {
            "refusal_class": refusal_class,
            "strategy": strategy,
            "basis": basis,
            "appeal": "consumer_association" if case.tale.story.language == "zh" else "ombudsman",
            "text": case.said(f"refused_{'settled' if basis == 'signed_settlement' else refusal_class}"),
        }
        not_before = deeds.after(case, seen, "terms", OFFER_AFTER)
        return deeds.once(
            case,
            seen,
            "refusal",
            door="refusal",
            body=body,
            settles=True,
            not_before=not_before,
            now=now,
        )

    return move


def refer(case: Case, seen: Seen, now: datetime) -> Turn:
    """Put the matter before a mediator."""
    body = {
        "to": "mediator",
        "until": (now + MEDIATED_FOR).isoformat(),
        "reason": case.said("referral_reason"),
    }
    not_before = deeds.after(case, seen, "offer 1", THINKS_FOR)
    return deeds.once(
        case, seen, "referral", door="referral", body=body, settles=True, not_before=not_before, now=now
    )


def no_longer_ask(case: Case, seen: Seen, now: datetime) -> Turn:
    """No longer ask for anything, as the customer, soon after somebody took it in hand."""
    taken = seen.latest("acknowledge")
    since = taken.ended_at if taken else None
    return deeds.once(
        case,
        seen,
        "withdrawal",
        door="withdrawal",
        body={"words": case.said("withdrawal")},
        player=deeds.customer(case, seen),
        settles=True,
        not_before=None if since is None else since + WORDS_AFTER,
        now=now,
    )


def pay(case: Case, seen: Seen, now: datetime) -> Turn:
    """Carry out the payment order, as whoever pays."""
    return _paying(case, seen, now, "paid")


def pay_wrongly(rule: str) -> Move:
    """Report another sum than the agreed one, which must be refused by that rule."""

    def move(case: Case, seen: Seen, now: datetime) -> Turn:
        turn = _paying(case, seen, now, "paid wrongly")
        return replace(turn, expects=rule) if isinstance(turn, Pay) else turn

    return move


def bounce(case: Case, seen: Seen, now: datetime) -> Turn:
    """Carry out the first payment order, and report that the money came back: the account is closed."""
    if any(mark.endswith(_BOUNCED) for mark in case.done):
        return None
    turn = _paying(case, seen, now, _BOUNCED)
    return replace(turn, comes_back=True) if isinstance(turn, Pay) else turn


def _paying(case: Case, seen: Seen, now: datetime, name: str) -> Turn:
    payment = deeds.talk(seen).payment
    if payment is None or f"{payment} {name}" in case.done:
        return None
    not_before = deeds.after(case, seen, SIGNED, PAYS_AFTER)
    if not_before is not None and now < not_before:
        return Later(not_before)
    return Pay(mark=f"{payment} {name}", payment=payment)


def _signing(
    case: Case, seen: Seen, now: datetime, *, declines: bool, tries_link_again: bool = False
) -> Turn:
    document = deeds.talk(seen).document
    if deeds.talk(seen).state != "signing" or document is None:
        return None
    mark = f"{document} declined" if declines else deeds.mark(seen, SIGNED)
    if mark in case.done:
        return None
    accepted = [case.when[each] for each in case.done if "acceptance" in each]
    if accepted and now < max(accepted) + SIGNS_AFTER:
        return Later(max(accepted) + SIGNS_AFTER)
    means: Literal["typed", "drawn"] = "drawn" if case.is_one_in(2) else "typed"
    return Sign(mark=mark, means=means, declines=declines, tries_link_again=tries_link_again)
