"""The bodies of compensation's commands over HTTP: closed, strict, and bounded."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from contracts.fields import AmountText, PayableCurrency, exact_sum, whole_sum, wrong
from contracts.message import Uuid
from contracts.negotiation_parts import Sha256
from services.compensation.domain.negotiation.values import (
    Alike,
    Cited,
    Demanded,
    GivenToday,
    Origin,
    Party,
    PaymentStands,
    ReferralKind,
    ReferralOutcome,
    SigningMeans,
)
from services.compensation.handlers import Finding, Offer, Refusal, Terms
from shared_kernel.money import Money, money

Text = Annotated[str, Field(min_length=1, max_length=20_000)]
Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
Said = Annotated[str, Field(max_length=64)]
Codes = Annotated[tuple[Code, ...], Field(max_length=20)]
Percent = Annotated[int, Field(ge=0, le=100)]
Hours = Annotated[int, Field(ge=1, le=10_000)]
# A drawing as base64 within the limit of a body; a signature on a screen needs a tenth of it.
Drawing = Annotated[str, Field(min_length=1, max_length=200_000, pattern=r"^[A-Za-z0-9+/]+={0,2}$")]
Token = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9_-]+$")]


class Body(BaseModel):
    """A command's body; unknown members are refused, since a misspelt one would be lost."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ReasonBody(Body):
    """Why."""

    reason: Text


class WordsBody(Body):
    """The customer's own words, where there are any."""

    words: Text | None = None


class SumBody(Body):
    """Exact money: a decimal string and an ISO 4217 currency."""

    amount: AmountText
    currency: PayableCurrency

    @model_validator(mode="after")
    def amount_fits_currency(self) -> Self:
        """Refuse more decimals than the currency has."""
        exact_sum(self.amount, self.currency)
        return self

    def money(self) -> Money:
        """Return the sum."""
        return money(Decimal(self.amount), self.currency)


class CitedBody(Body):
    """One piece of evidence, and whose it is."""

    sha256: Sha256
    origin: Origin


class LiabilityBody(Body):
    """Who answers for the loss, how far it is us, and what shows it."""

    party: Party
    our_percent: Percent
    evidence: Annotated[tuple[CitedBody, ...], Field(max_length=50)]
    reason: Text

    def given(self) -> Finding:
        """Return the finding as the command takes it."""
        return Finding(
            party=self.party,
            our_percent=self.our_percent,
            evidence=tuple(Cited(each.sha256, each.origin) for each in self.evidence),
            reason=self.reason,
        )


class DemandBody(Body):
    """Something the customer asks for."""

    kind: Code
    amount: AmountText | None = None
    currency: PayableCurrency | None = None

    @model_validator(mode="after")
    def sum_is_whole(self) -> Self:
        """Refuse half a sum, and more decimals than the currency has."""
        whole_sum(self.amount, self.currency)
        return self


class TermsBody(Body):
    """What the customer asks for: kinds, the sum if one was named, and the words."""

    demands: Annotated[tuple[DemandBody, ...], Field(max_length=20)]
    sum: SumBody | None = None
    words: Text | None = None

    def given(self) -> Terms:
        """Return the terms as the command takes them."""
        demands = tuple(
            Demanded(each.kind, None if each.amount is None else Decimal(each.amount), each.currency)
            for each in self.demands
        )
        return Terms(demands=demands, sum=None if self.sum is None else self.sum.money(), words=self.words)


class ChangedDemandBody(Body):
    """The sum the customer asks for now."""

    sum: SumBody
    words: Text | None = None


class OfferBody(Body):
    """What is offered, what is taken or asked in return, why, and for how long."""

    sum: SumBody
    remedies: Codes = ()
    concessions: Codes = ()
    terms: Text | None = None
    reason: Text | None = None
    valid_hours: Hours | None = None
    override: bool = False

    def given(self, *, today: GivenToday, alike: Alike | None) -> Offer:
        """Return the offer as the command takes it, with what is known of what was given before."""
        return Offer(
            sum=self.sum.money(),
            remedies=self.remedies,
            concessions=self.concessions,
            terms=self.terms,
            reason=self.reason,
            valid_for=self.valid_hours,
            override=self.override,
            given_today=today.here,
            given_elsewhere=today.elsewhere,
            alike=alike,
        )


class ShelveBody(Body):
    """Until when the talk rests, and why."""

    until: AwareDatetime
    reason: Text


class RefusalBody(Body):
    """Which kind of refusal, how it is told, by which rule, where to turn to, and what the customer is told.

    What is missing is refused by the rule that asks for it.
    """

    refusal_class: Said = ""
    strategy: Said = ""
    basis: Said = ""
    appeal: Said = ""
    text: Annotated[str, Field(max_length=20_000)] = ""

    def given(self) -> Refusal:
        """Return the refusal as the command takes it."""
        return Refusal(
            refusal_class=self.refusal_class,
            strategy=self.strategy,
            basis=self.basis,
            appeal=self.appeal,
            text=self.text,
        )


class ReferBody(Body):
    """Which kind of third party, until when, and why."""

    to: ReferralKind
    until: AwareDatetime
    reason: Text


class ReturnBody(Body):
    """How the third party ended it."""

    outcome: ReferralOutcome


class PaymentBody(Body):
    """What became of a payment: gone out, or come back and why, as a code like `account_closed`."""

    complaint: Uuid
    status: Literal["paid", "reversed"]
    sum: SumBody
    why: Code | None = None

    @model_validator(mode="after")
    def reversal_says_why(self) -> Self:
        """Refuse a payment that came back for no reason."""
        if self.status == "reversed" and self.why is None:
            raise wrong("field_missing", member="why")
        return self


class AccountBody(Body):
    """Where a payment that came back is to go, and why there."""

    account: Annotated[str, Field(min_length=1, max_length=200)]
    reason: Text


class ReviewBody(Body):
    """Which of two things told of a payment holds, and by what."""

    stands: PaymentStands
    reason: Text


class SessionBody(Body):
    """The token of the one-time link."""

    token: Token


class SignatureBody(Body):
    """The customer's signature on one document: the name as typed, or the drawing (PNG, base64)."""

    document: Sha256
    means: SigningMeans
    name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    drawing: Drawing | None = None
    consent: Literal[True]

    @model_validator(mode="after")
    def signature_is_there(self) -> Self:
        """Refuse a typed signature without a name, a drawn one without a drawing."""
        needed = "name" if self.means == "typed" else "drawing"
        if getattr(self, needed) is None:
            raise wrong("field_missing", member=needed)
        return self


class NoSignatureBody(Body):
    """Which document is not signed, and why."""

    document: Sha256
    reason: Text
