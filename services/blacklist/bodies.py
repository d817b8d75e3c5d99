"""The bodies of blacklist's commands and of its screenings over HTTP: closed, strict, and bounded."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from contracts.fields import Email, Line, Phone, Slug
from services.blacklist.domain.flag.events import Kind
from services.blacklist.domain.flag.facts import Attributes

Text = Annotated[str, Field(min_length=1, max_length=20_000)]


class Body(BaseModel):
    """A command's body; unknown members are refused, since a misspelt one would be lost."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ProposalBody(Body):
    """Which kind of flag, and why."""

    kind: Kind
    reason: Text


class WarningBody(Body):
    """What the person was told."""

    text: Text


class ReasonBody(Body):
    """Why."""

    reason: Text


class ReviewBody(Body):
    """Why the flag stands, and when it is looked at again."""

    reason: Text
    review_due: AwareDatetime


class AppealBody(Body):
    """The person's own words."""

    words: Text


class AccountAsked(Body):
    """An account with the platform it is of."""

    source: Slug
    number: Line


class ScreeningBody(Body):
    """Whom the desk asks about: at least one way to tell the person; name and address only together."""

    phone: Phone | None = None
    email: Email | None = None
    account: AccountAsked | None = None
    name: Line | None = None
    address: Line | None = None

    def attributes(self) -> Attributes:
        """Return what is asked as it is compared."""
        return Attributes(
            source=self.account.source if self.account else "",
            account=self.account.number if self.account else None,
            phone=self.phone,
            email=self.email,
            name=self.name,
            address=self.address,
        )
