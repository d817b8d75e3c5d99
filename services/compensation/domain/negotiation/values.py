"""The words events, commands and state of a negotiation share. Nothing personal stands here."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from shared_kernel.money import Money

Language: TypeAlias = Literal["zh", "en"]
OpenedBy: TypeAlias = Literal["demand", "reopened", "by_hand"]
Party: TypeAlias = Literal["ours", "shared", "third_party", "customer", "unproven"]
Origin: TypeAlias = Literal["own", "customer", "third_party"]
ResumedBy: TypeAlias = Literal["by_hand", "time_up", "referral_returned"]
SigningMeans: TypeAlias = Literal["typed", "drawn"]
RefusalClass: TypeAlias = Literal["cannot_be_met", "excessive", "unreasonable"]
Strategy: TypeAlias = Literal["soothe", "explain", "law_and_facts"]
ReferralKind: TypeAlias = Literal["mediator", "ombudsman", "regulator", "court"]
Pause: TypeAlias = Literal["shelved"] | ReferralKind
ReferralOutcome: TypeAlias = Literal["settled", "decided", "rejected", "withdrawn", "no_answer"]
PaymentStands: TypeAlias = Literal["paid", "reversed"]
EndedBy: TypeAlias = Literal["answered", "closed", "referral_decided"]

# Demands that are about money: they open a round (`domain.md` 4).
MONEY_DEMANDS: Final = frozenset({"refund", "compensation"})


@dataclass(frozen=True, slots=True)
class Owner:
    """Who answers for the complaint: a person at a desk, or (actor None) a desk until one of it takes it.

    `level` is intake's code, which a later release of it may add to.
    """

    actor: str | None
    desk: str
    level: str


@dataclass(frozen=True, slots=True)
class Demanded:
    """Something the customer asks for; the amount only where it is known, the currency where it was said."""

    kind: str
    amount: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Remedy:
    """What a group with a like loss is offered; amount and currency come together or not at all."""

    kind: str
    amount: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Cited:
    """One piece of evidence a finding rests on, by the SHA-256 (hex) of its content, and whose it is."""

    sha256: str
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the proposer's level may give away, and what was given today before this offer, in every currency."""

    level: str
    per_case: Money
    per_day: Money
    given_today: Money
    policy: str
    given_elsewhere: tuple[Money, ...] = ()


@dataclass(frozen=True, slots=True)
class GivenToday:
    """What somebody gave today: `here` in the currency of the offer, `elsewhere` in each other one."""

    here: Money
    elsewhere: tuple[Money, ...] = ()


@dataclass(frozen=True, slots=True)
class Alike:
    """What others with a like loss received: `basis` is `group` or `cause`, `typical` the median of so many."""

    basis: Literal["group", "cause"]
    settled: int
    typical: Money


@dataclass(frozen=True, slots=True)
class Custodian:
    """Who got a copy of the signed settlement (`customer`, `company`, `vault`); `copy_kind` original or copy."""

    holder: str
    copy_kind: str
