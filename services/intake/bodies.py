"""The bodies of intake's commands over HTTP: closed, strict, and bounded."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from contracts.fields import AmountText, PayableCurrency, whole_sum
from contracts.message import Uuid
from services.intake.domain.classify.model import (
    BypassStage,
    DemandKind,
    Language,
    Severity,
    Threat,
    Timing,
)
from services.intake.domain.complaint.values import AnswerOutcome, Correction, Demanded, Level

Text = Annotated[str, Field(min_length=1, max_length=20_000)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Desk = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Score = Annotated[int, Field(ge=1, le=5)]


class Body(BaseModel):
    """A command's body; unknown members are refused, since a misspelt one would be lost."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DemandBody(Body):
    """What the customer asks for, as a person set it right."""

    kind: DemandKind
    amount: AmountText | None = None
    currency: PayableCurrency | None = None

    @model_validator(mode="after")
    def sum_is_whole(self) -> Self:
        """Refuse half a sum, and more decimals than the currency has."""
        whole_sum(self.amount, self.currency)
        return self


class CorrectionBody(Body):
    """Labels to set right; what is not given stays."""

    timing: Timing | None = None
    severity: Severity | None = None
    language: Language | None = None
    bypass: BypassStage | None = None
    threats: tuple[Threat, ...] | None = None
    demands: tuple[DemandBody, ...] | None = None
    reason: Text | None = None

    def correction(self) -> Correction:
        """Return the domain's correction."""
        demands = None if self.demands is None else tuple(_demanded(each) for each in self.demands)
        return Correction(
            timing=self.timing,
            severity=self.severity,
            language=self.language,
            bypass=self.bypass,
            threats=self.threats,
            demands=demands,
        )


class OfferBody(Body):
    """Whom to offer the complaint to."""

    desk: Desk
    level: Level
    handler: Desk | None = None


class ReasonBody(Body):
    """Why."""

    reason: Text


class TextBody(Body):
    """What was said to the customer."""

    text: Text


class StopHarmBody(Body):
    """When (now, if not given) and how the loss was stopped."""

    stopped_at: AwareDatetime | None = None
    how: Text


class LinkBody(Body):
    """Which other complaint, and why, as a code like `same_order`."""

    other: Uuid
    why: Code


class AnswerBody(Body):
    """The final answer and what kind it is."""

    outcome: AnswerOutcome = "answered"
    text: Text


class VisitBody(Body):
    """A return visit; findings only where somebody was reached."""

    reached: bool
    solved: bool | None = None
    perceived: Score | None = None
    expected: Score | None = None


class WordsBody(Body):
    """The customer's own words, where there are any."""

    words: Text | None = None


class DecidedBody(Body):
    """Who decided, as a code like `court` or `ombudsman`."""

    decided_by: Code
    words: Text | None = None


def _demanded(body: DemandBody) -> Demanded:
    return Demanded(body.kind, None if body.amount is None else Decimal(body.amount), body.currency)
