"""What happens in a round around the offers: heard, opened, liability, terms, rest, refusal, end."""

from __future__ import annotations

from pydantic import AwareDatetime

from eventlog.message import Event, Personal
from services.compensation.domain.negotiation.facts import AnyFact, Customer
from services.compensation.domain.negotiation.values import (
    Cited,
    Demanded,
    EndedBy,
    OpenedBy,
    Owner,
    Party,
    ReferralKind,
    RefusalClass,
    Remedy,
    ResumedBy,
    Strategy,
)
from shared_kernel.money import Money


class NegotiationEvent(Event):
    """What all events of a negotiation carry: its complaint, and the person who complains (both UUID texts)."""

    complaint: str
    person: str


class RoundEvent(NegotiationEvent):
    """An event of one round; rounds count from 1."""

    round: int


class FactNoted(NegotiationEvent):
    """Private: what a topic said about this complaint, as `cause` (event id) told it.

    `customer` comes with the fact `registered` only.
    """

    TYPE = "negotiation.noted"

    cause: str
    fact: AnyFact
    customer: Personal[Customer] | None = None


class Opened(RoundEvent):
    """A round began: the customer demands money, came back, or a person began it.

    `group` and `remedy` are what like losses receive, as far as it is known.
    """

    TYPE = "negotiation.opened"

    why: OpenedBy
    demands: tuple[Demanded, ...] = ()
    harm_running: bool
    group: str | None = None
    remedy: Remedy | None = None
    policy: str
    reason: Personal[str] | None = None


class HarmStatusNoted(RoundEvent):
    """The loss runs, or has ended: service first."""

    TYPE = "negotiation.harm_status_noted"

    running: bool


class ServiceWaived(RoundEvent):
    """A supervisor lets money be talked about although the loss still runs."""

    TYPE = "negotiation.service_waived"

    reason: Personal[str]


class LiabilityFound(RoundEvent):
    """Who answers for the loss, and how far it is us; it rests on cited evidence."""

    TYPE = "negotiation.liability_found"

    party: Party
    our_percent: int
    evidence: tuple[Cited, ...]
    reason: Personal[str]


class TermsRecorded(RoundEvent):
    """What the customer asks for, before the company offers anything."""

    TYPE = "negotiation.terms_recorded"

    demands: tuple[Demanded, ...]
    sum: Money | None = None
    words: Personal[str] | None = None


class TermsDeclined(RoundEvent):
    """The customer names no terms: the company may offer."""

    TYPE = "negotiation.terms_declined"

    words: Personal[str] | None = None


class DemandRaised(RoundEvent):
    """The customer asks for more than before."""

    TYPE = "negotiation.demand_raised"

    was: Money | None = None
    sum: Money
    words: Personal[str] | None = None


class DemandLowered(RoundEvent):
    """The customer asks for less than before: a concession that an offer may answer."""

    TYPE = "negotiation.demand_lowered"

    was: Money
    sum: Money
    words: Personal[str] | None = None


class Shelved(RoundEvent):
    """The talk rests until then. No clock of the complaint stops, and a live offer may still be taken."""

    TYPE = "negotiation.shelved"

    until: AwareDatetime
    reason: Personal[str]


class Resumed(RoundEvent):
    """The talk goes on after a rest or a referral."""

    TYPE = "negotiation.resumed"

    why: ResumedBy
    reason: Personal[str] | None = None


class DeadlineMissed(RoundEvent):
    """A clock (`approval`, `signing`, `payment`, `payee`, `review`) ran out, once per start, against this owner.

    `level` is the rung that is to see to it from now on; the clock stays overdue until somebody does.
    """

    TYPE = "negotiation.deadline_missed"

    clock: str
    start: AwareDatetime
    due: AwareDatetime
    owner: Owner | None
    level: str


class DemandRefused(RoundEvent):
    """The company does not meet the demand, says why by which rule, and where the customer may turn to."""

    TYPE = "negotiation.refused"

    refusal_class: RefusalClass
    strategy: Strategy
    basis: str
    appeal: str
    text: Personal[str]


class Referred(RoundEvent):
    """A mediator, ombudsman, regulator or court looks into it until then."""

    TYPE = "negotiation.referred"

    to: ReferralKind
    until: AwareDatetime
    reason: Personal[str]


class Withdrawn(RoundEvent):
    """The customer no longer asks for anything."""

    TYPE = "negotiation.withdrawn"

    words: Personal[str] | None = None


class Ended(RoundEvent):
    """A round ended without agreement, because the complaint did or a third party decided."""

    TYPE = "negotiation.ended"

    why: EndedBy
