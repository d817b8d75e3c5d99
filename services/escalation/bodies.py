"""The bodies of escalation's commands over HTTP: closed, strict, and bounded."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from contracts.fields import AmountText, PayableCurrency, whole_sum
from contracts.message import Uuid
from services.escalation.domain.escalation.commands import Level
from services.escalation.domain.escalation.events import ReferralKind, ReferralOutcome
from services.escalation.domain.escalation.facts import BypassTarget
from services.escalation.domain.group.terms import RemedyKind, Role
from shared_kernel.money import Money, money

Text = Annotated[str, Field(min_length=1, max_length=20_000)]
Slug = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class Body(BaseModel):
    """A command's body; unknown members are refused, since a misspelt one would be lost."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class MoveBody(Body):
    """A cold-handling move: why, and until when."""

    until: AwareDatetime
    reason: Text


class ChangeHandlerBody(MoveBody):
    """Who is to take over; nobody named leaves the choice to the desk."""

    handler: Slug | None = None


class ReasonBody(Body):
    """Why."""

    reason: Text


class BypassBody(Body):
    """Whom the customer went to, and when."""

    target: BypassTarget
    came_at: AwareDatetime


class AccountBody(Body):
    """The handler's own account."""

    account: Text


class SendBackBody(Body):
    """To whom, at which level, and why."""

    handler: Slug
    level: Level
    reason: Text


class ReferBody(MoveBody):
    """Which kind of third party, and its name."""

    to: ReferralKind
    name: Text


class ReturnBody(Body):
    """How the third party ended it."""

    outcome: ReferralOutcome
    findings: Text


class JoinBody(Body):
    """Which complaint, and whose."""

    complaint: Uuid
    person: Uuid


class RemoveBody(Body):
    """Which complaint, and why it does not belong."""

    complaint: Uuid
    reason: Text


class RoleBody(Body):
    """Which member plays which part."""

    complaint: Uuid
    role: Role


class StatementBody(Body):
    """What every member is told."""

    text: Text


class RemedyBody(Body):
    """What members with a like loss are offered."""

    kind: RemedyKind
    amount: AmountText | None = None
    currency: PayableCurrency | None = None
    terms: Text

    @model_validator(mode="after")
    def sum_is_whole(self) -> Self:
        """Refuse half a sum, and more decimals than the currency has."""
        whole_sum(self.amount, self.currency)
        return self

    def money(self) -> Money | None:
        """Return the sum, None where the remedy is not money."""
        if self.amount is None or self.currency is None:
            return None
        return money(Decimal(self.amount), self.currency)
