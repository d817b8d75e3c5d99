"""The own clocks of a negotiation: what waits, since when, until when, and to whom it climbs when nobody acts.

Two kinds: an offer's end, a rest and a referral end what they clock; an approval, a signing, a payment, an account
that is waited for and a review only say that they were missed, and by whom they are to be seen to now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.compensation.domain.negotiation.records import Case, Missed
from services.compensation.domain.negotiation.state import (
    Agreed,
    Heard,
    InApproval,
    NotHeard,
    Referred,
    Rounded,
    Shelved,
    Signing,
    State,
    live_offer,
)
from services.compensation.domain.negotiation.values import Owner
from shared_kernel.roles import EXECUTIVE, MANAGER, next_level

OFFER: Final = "offer"
SHELVED: Final = "shelved"
REFERRAL: Final = "referral"
APPROVAL: Final = "approval"
SIGNING: Final = "signing"
PAYMENT: Final = "payment"
PAYEE: Final = "payee"
REVIEW: Final = "review"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One clock: `name` is `<kind>@<round>`, or `<kind>@<round>.<number>` of the offer or payment.

    `climbs_to` is the rung that is to act once it is missed, None for a clock that ends what it clocks.
    """

    name: str
    kind: str
    round: int
    start: datetime
    due: datetime
    climbs_to: str | None = None

    def is_missed_in(self, case: Case) -> bool:
        """Say whether it has run out and said so."""
        return self.missed_in(case) is not None

    def missed_in(self, case: Case) -> Missed | None:
        """Return its miss, if it was told."""
        instance = (self.kind, self.round, self.start)
        return next((each for each in case.missed if (each.clock, each.round, each.start) == instance), None)


def clocks(state: State) -> tuple[Clock, ...]:
    """Return all own clocks, also those missed: an overdue clock still counts as a clock (`clocks.md`)."""
    if isinstance(state, NotHeard | Heard):
        return ()
    return (*_ending(state), *_approval(state), *_signing(state), *_payments(state), *_reviews(state))


def timers(state: State) -> Mapping[str, datetime]:
    """Return when each clock runs out that has not said so yet."""
    if isinstance(state, NotHeard | Heard):
        return {}
    return {clock.name: clock.due for clock in clocks(state) if not clock.is_missed_in(state.case)}


def _ending(state: Rounded) -> Iterable[Clock]:
    number = state.round.number
    if (live := live_offer(state)) is not None:
        name = f"{OFFER}@{number}.{live.number}"
        yield Clock(name=name, kind=OFFER, round=number, start=live.made_at, due=live.expires_at)
    if isinstance(state, Shelved | Referred):
        kind = SHELVED if isinstance(state, Shelved) else REFERRAL
        yield Clock(name=f"{kind}@{number}", kind=kind, round=number, start=state.since, due=state.until)


def _approval(state: Rounded) -> Iterable[Clock]:
    if isinstance(state, InApproval):
        proposal, number = state.proposal, state.round.number
        yield Clock(
            name=f"{APPROVAL}@{number}.{proposal.number}",
            kind=APPROVAL,
            round=number,
            start=proposal.requested_at,
            due=proposal.due,
            climbs_to=next_level(proposal.level_needed) or proposal.level_needed,
        )


def _signing(state: Rounded) -> Iterable[Clock]:
    """Until both have signed: by when the first link is out, then until when the last one is good."""
    if not isinstance(state, Agreed | Signing):
        return
    agreement, number = state.agreement, state.round.number
    start, due = agreement.agreed_at, agreement.letter_by
    if isinstance(state, Signing) and state.links:
        start, due = state.links[-1].issued_at, state.links[-1].expires_at
    yield Clock(
        name=f"{SIGNING}@{number}.{agreement.offer.number}",
        kind=SIGNING,
        round=number,
        start=start,
        due=due,
        climbs_to=_above(state.case.owner),
    )


def _payments(state: Rounded) -> Iterable[Clock]:
    """For the last payment of each round: by when it goes out or, once it came back, somebody names an account."""
    kinds = {"instructed": PAYMENT, "reversed": PAYEE}
    for payment in state.case.owed:
        kind = kinds.get(payment.status)
        if kind is None:
            continue
        yield Clock(
            name=f"{kind}@{payment.round}",
            kind=kind,
            round=payment.round,
            start=payment.since,
            due=payment.due,
            climbs_to=_above(state.case.owner),
        )


def _reviews(state: Rounded) -> Iterable[Clock]:
    """For each payment of which two things were told: a supervisor reviews it, so it climbs above those."""
    for number, payment in enumerate(state.case.payments, start=1):
        if payment.status == "contradicted":
            yield Clock(
                name=f"{REVIEW}@{payment.round}.{number}",
                kind=REVIEW,
                round=payment.round,
                start=payment.since,
                due=payment.due,
                climbs_to=EXECUTIVE,
            )


def _above(owner: Owner | None) -> str:
    """Return the next rung whose people may act in the owner's place: supervisors (`domain.md` 3)."""
    return EXECUTIVE if owner is not None and owner.level in {MANAGER, EXECUTIVE} else MANAGER
