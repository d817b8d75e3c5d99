"""Where the negotiation of one complaint stands: one small record per state of `domain.md` 4."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

from services.compensation.domain.negotiation.records import (
    Agreement,
    Case,
    CompanySignature,
    CustomerSignature,
    Link,
    Offer,
    Proposal,
    Rendering,
    Round,
    Settlement,
)
from services.compensation.domain.negotiation.values import EndedBy, ReferralKind, RefusalClass, Strategy

Stage: TypeAlias = Literal[
    "heard",
    "service_first",
    "liability_review",
    "terms_awaited",
    "bargaining",
    "approval",
    "shelved",
    "referred",
    "agreed",
    "signing",
    "settled",
    "paid",
    "archived",
    "refused",
    "withdrawn",
    "ended",
]


@dataclass(frozen=True, slots=True)
class NotHeard:
    """No topic has said anything of this complaint yet."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Heard of; nobody asked for money, so no round was opened."""

    case: Case


@dataclass(frozen=True, slots=True, kw_only=True)
class InRound:
    """What every state of a round has: the case, and the round that is on or was the last."""

    case: Case
    round: Round


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFirst(InRound):
    """The loss still runs: it is stopped before money is talked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiabilityReview(InRound):
    """Who answers for the loss is to be found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsAwaited(InRound):
    """The customer is to name terms, or to decline to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bargaining(InRound):
    """Both talk; `live` is the offer the customer may take."""

    live: Offer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InApproval(InRound):
    """An offer waits for somebody else's approval; the one before may still be taken."""

    proposal: Proposal
    live: Offer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved(InRound):
    """The talk rests; `since` is when it began to, however often prolonged."""

    since: datetime
    until: datetime
    live: Offer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Referred(InRound):
    """A third party looks into it."""

    to: ReferralKind
    since: datetime
    until: datetime
    live: Offer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed(InRound):
    """The customer took an offer; the document is to be rendered."""

    agreement: Agreement


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing(InRound):
    """The document is there; the customer signs, then the company."""

    agreement: Agreement
    rendering: Rendering
    links: tuple[Link, ...] = ()
    customer: CustomerSignature | None = None
    company: CompanySignature | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled(InRound):
    """Both have signed; the money, where there is any, is on its way."""

    agreement: Agreement
    settlement: Settlement


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid(InRound):
    """The agreed sum has gone out."""

    agreement: Agreement
    settlement: Settlement


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived(InRound):
    """Nothing more is to do, unless the payment comes back."""

    agreement: Agreement
    settlement: Settlement
    manifest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalGiven(InRound):
    """The company refused the demand."""

    refusal_class: RefusalClass
    strategy: Strategy
    basis: str
    appeal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn(InRound):
    """The customer no longer asks for anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(InRound):
    """The round ended without agreement."""

    why: EndedBy


Talking: TypeAlias = ServiceFirst | LiabilityReview | TermsAwaited | Bargaining
# Not yet agreed; agreed but not yet binding; binding; over without a settlement.
Open: TypeAlias = Talking | InApproval | Shelved | Referred
Agreeing: TypeAlias = Agreed | Signing
Binding: TypeAlias = Settled | Paid | Archived
Over: TypeAlias = RefusalGiven | Withdrawn | Ended
Rounded: TypeAlias = Open | Agreeing | Binding | Over
Known: TypeAlias = Heard | Rounded
State: TypeAlias = NotHeard | Known

STAGES: Final[Mapping[type[Known], Stage]] = {
    Heard: "heard",
    ServiceFirst: "service_first",
    LiabilityReview: "liability_review",
    TermsAwaited: "terms_awaited",
    Bargaining: "bargaining",
    InApproval: "approval",
    Shelved: "shelved",
    Referred: "referred",
    Agreed: "agreed",
    Signing: "signing",
    Settled: "settled",
    Paid: "paid",
    Archived: "archived",
    RefusalGiven: "refused",
    Withdrawn: "withdrawn",
    Ended: "ended",
}


def stage_of(state: Known) -> Stage:
    """Return the state's name as `domain.md` 4 gives it."""
    return STAGES[type(state)]


def talking(case: Case, on: Round, live: Offer | None = None) -> Talking:
    """Return the stage of talks that a round has reached: service, liability, terms, bargaining."""
    if on.liability is None:
        return (ServiceFirst if on.service_is_due else LiabilityReview)(case=case, round=on)
    if on.terms == "awaited":
        return TermsAwaited(case=case, round=on)
    return Bargaining(case=case, round=on, live=live)


def live_offer(state: State) -> Offer | None:
    """Return the offer the customer may take, also while the talk rests or another one waits for approval."""
    return state.live if isinstance(state, Bargaining | InApproval | Shelved | Referred) else None


def settlement_of(state: State) -> Settlement | None:
    """Return the last binding settlement of the complaint, None when there is none."""
    return None if isinstance(state, NotHeard) or not state.case.settlements else state.case.settlements[-1]


def person_of(state: State) -> str | None:
    """Return whose complaint it is, None when nothing was heard of it."""
    return None if isinstance(state, NotHeard) else state.case.person
