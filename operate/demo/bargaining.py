"""The moves by which a sum is found: evidence, liability, terms, offers, approvals. Pure.

Whoever has the complaint talks for the company; the customer talks by the link where there is one, else the
owner passes the customer's words on. Times between the moves are those of an ordinary desk.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, Literal, TypeAlias

from operate.demo import deeds
from operate.demo.case import Case, Later, Move, Turn
from operate.demo.cast import SUPERVISOR, approver_of
from operate.demo.moves import SAFELY_AFTER
from operate.demo.seen import Seen

OFFER_AFTER: Final = timedelta(hours=2)
THINKS_FOR: Final = timedelta(hours=5)
RESTS_FOR: Final = timedelta(hours=20)
SHORT_HOURS: Final = 6

Origin: TypeAlias = Literal["own", "customer", "third_party"]


def evidence(*origins: Origin) -> tuple[Move, ...]:
    """Put what the finding will rest on into the vault, one paper for each origin."""

    def uploading(origin: Origin) -> Move:
        def move(case: Case, seen: Seen, _now: datetime) -> Turn:
            paper = _paper(case, origin)
            return deeds.once(case, seen, f"evidence {origin}", door="evidence", upload=paper)

        return move

    return tuple(uploading(origin) for origin in origins)


def find_liability(party: str, percent: int, *origins: Origin) -> Move:
    """Say who answers for the loss, citing what was put into the vault."""

    def move(case: Case, seen: Seen, _now: datetime) -> Turn:
        cited = [{"sha256": sha256(_paper(case, each)).hexdigest(), "origin": each} for each in origins]
        body = {"party": party, "our_percent": percent, "evidence": cited, "reason": case.said("finding")}
        return deeds.once(case, seen, "liability", door="liability", body=body)

    return move


def name_terms(case: Case, seen: Seen, _now: datetime) -> Turn:
    """Say what is asked for, as the customer."""
    amount = deeds.sum_of(case)
    demand = {"kind": deeds.kind(case), **amount}
    body = {"demands": [demand], "sum": amount, "words": case.said("terms")}
    return deeds.once(case, seen, "terms", door="terms", body=body, player=deeds.customer(case, seen))


def ask_for_no_money(case: Case, seen: Seen, _now: datetime) -> Turn:
    """Ask for something else than money, as the customer."""
    body = {"demands": [{"kind": "fix"}, {"kind": "apology"}], "words": case.said("no_money")}
    return deeds.once(case, seen, "terms", door="terms", body=body, player=deeds.customer(case, seen))


def decline_terms(case: Case, seen: Seen, _now: datetime) -> Turn:
    """Name no terms, as the customer."""
    body = {"words": case.said("terms_declined")}
    return deeds.once(case, seen, "terms", door="terms/decline", body=body, player=deeds.customer(case, seen))


def ask(share: str, name: str) -> Move:
    """Ask for more or less than before, as the customer, after having thought about the offer."""

    def move(case: Case, seen: Seen, now: datetime) -> Turn:
        body = {"sum": deeds.sum_of(case, share), "words": case.said(name)}
        return deeds.once(
            case,
            seen,
            f"demand {name}",
            door="demand",
            body=body,
            player=deeds.customer(case, seen),
            not_before=deeds.after(case, seen, "offer 1", THINKS_FOR),
            now=now,
        )

    return move


def offer(number: int, share: str, **more: Any) -> Move:
    """Offer that share of what was asked for first; `more` goes into the body as it is.

    The first takes a desk some hours, the next follow what made them necessary.
    """

    def move(case: Case, seen: Seen, now: datetime) -> Turn:
        return deeds.once(
            case,
            seen,
            f"offer {number}",
            door="offers",
            body=_offered(case, share, more),
            not_before=deeds.after(case, seen, "terms", OFFER_AFTER) if number == 1 else None,
            now=now,
        )

    return move


def override(number: int, share: str) -> Move:
    """Let a one-sided concession pass, as a supervisor."""

    def move(case: Case, seen: Seen, now: datetime) -> Turn:
        body = _offered(case, share, {"override": True, "reason": case.said("override")})
        return deeds.once(
            case,
            seen,
            f"offer {number}",
            door="offers",
            body=body,
            player=SUPERVISOR,
            not_before=deeds.after(case, seen, "offer 1", THINKS_FOR),
            now=now,
        )

    return move


def attempt(name: str, rule: str, share: str, **more: Any) -> Move:
    """Offer what must be refused by that rule."""

    def move(case: Case, seen: Seen, _now: datetime) -> Turn:
        body = _offered(case, share, more)
        return deeds.once(case, seen, f"attempt {name}", door="offers", body=body, expects=rule)

    return move


def approve_oneself(rule: str) -> Move:
    """Approve the own offer, which must be refused by that rule."""

    def move(case: Case, seen: Seen, _now: datetime) -> Turn:
        waiting = deeds.talk(seen).pending
        if waiting is None:
            return None
        door = f"offers/{waiting.number}/approval"
        body = {"reason": case.said("approval")}
        return deeds.once(case, seen, "attempt own approval", door=door, body=body, expects=rule)

    return move


def approve(case: Case, seen: Seen, _now: datetime) -> Turn:
    """Approve an offer that waits, as somebody else of the level it needs."""
    waiting = deeds.talk(seen).pending
    if waiting is None:
        return None
    body = {"reason": case.said("approval")}
    name, door = f"approval {waiting.number}", f"offers/{waiting.number}/approval"
    return deeds.once(case, seen, name, door=door, body=body, player=approver_of(waiting))


def deny_first(case: Case, seen: Seen, _now: datetime) -> Turn:
    """Say no to the first offer that waits."""
    waiting = deeds.talk(seen).pending
    if waiting is None or deeds.mark(seen, "offer 2") in case.done:
        return None
    body, door = {"reason": case.said("denial")}, f"offers/{waiting.number}/denial"
    return deeds.once(case, seen, "denial", door=door, body=body, player=approver_of(waiting))


def let_expire(case: Case, seen: Seen, _now: datetime) -> Turn:
    """Let the first offer run out."""
    live = deeds.talk(seen).live
    if live is None or live.expires_at is None or deeds.mark(seen, "offer 2") in case.done:
        return None
    return Later(live.expires_at + SAFELY_AFTER)


def take_back(case: Case, seen: Seen, now: datetime) -> Turn:
    """Take the first offer back: it was reckoned wrongly."""
    live = deeds.talk(seen).live
    if live is None or deeds.mark(seen, "offer 2") in case.done:
        return None
    return deeds.once(
        case,
        seen,
        "taken back",
        door=f"offers/{live.number}/withdrawal",
        body={"reason": case.said("taken_back")},
        not_before=deeds.after(case, seen, "offer 1", timedelta(hours=1)),
        now=now,
    )


def rest(case: Case, seen: Seen, now: datetime) -> Turn:
    """Let the talk rest for most of a day, then wait until it goes on by itself."""
    until = deeds.talk(seen).rests_until
    if until is not None:
        return Later(until + SAFELY_AFTER)
    body = {"until": (now + RESTS_FOR).isoformat(), "reason": case.said("rest")}
    return deeds.once(case, seen, "rest", door="shelving", body=body, settles=True)


def waive(case: Case, seen: Seen, _now: datetime) -> Turn:
    """Let money be talked about although the loss still runs, as a supervisor."""
    if deeds.talk(seen).state != "service_first":
        return None
    body = {"reason": case.said("waiver")}
    return deeds.once(case, seen, "waiver", door="service-waiver", body=body, player=SUPERVISOR)


def _paper(case: Case, origin: Origin) -> bytes:
    return case.said(f"evidence_{origin}").format(reference=case.tale.reference).encode()


def _offered(case: Case, share: str, more: Mapping[str, Any]) -> dict[str, Any]:
    usual = {"terms": case.said("offer_terms"), "reason": case.said("offer_reason")}
    return {"sum": deeds.sum_of(case, share), **usual, **more}
