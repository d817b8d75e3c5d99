"""The parts that messages about a negotiation are made of: sums, limits, evidence, custody."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, Field

from contracts.complaint_parts import Code, Part
from contracts.message import Amount, ComplaintMessage, Currency


def _written(amount: object) -> object:
    return format(amount, "f") if isinstance(amount, Decimal) else amount


# Unlike an amount read out of a text, one that was agreed is never left out.
ExactAmount: TypeAlias = Annotated[Amount, BeforeValidator(_written)]
Sha256: TypeAlias = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Round: TypeAlias = Annotated[int, Field(ge=1)]
Number: TypeAlias = Annotated[int, Field(ge=1)]
Percent: TypeAlias = Annotated[int, Field(ge=0, le=100)]


class Sum(Part):
    """An amount of money: a decimal string and an ISO 4217 currency."""

    amount: ExactAmount
    currency: Currency


class Cited(Part):
    """One piece of evidence a finding rests on. `origin` tells whose it is: own, customer, third_party."""

    sha256: Sha256
    origin: Code


class Limits(Part):
    """What the proposer's level may give away, and what was given today before this offer.

    `given_elsewhere` is what was given today in other currencies: each counts as a part of that currency's day.
    """

    level: Code
    per_case: Sum
    per_day: Sum
    given_today: Sum
    policy: str
    given_elsewhere: tuple[Sum, ...] = ()


class Custodian(Part):
    """Who got a copy of the settlement. `copy` is `original` for whoever keeps the original."""

    holder: Code
    copy_kind: Code


class NegotiationMessage(ComplaintMessage):
    """A public event of one round of a negotiation."""

    round: Round
