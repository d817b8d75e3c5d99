"""What blacklist hears of the complaints of one person: the typed content of the private event `flag.noted`.

Only codes, ids, sums and times stand here. What identifies the person, and what could confirm a guess at the
text, is personal and travels beside the fact, as `Attributes`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared_kernel.money import Money

# Demands that ask for money (`domain.md` 2).
MONEY_DEMANDS: Final = frozenset({"refund", "compensation"})


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Attributes(_Part):
    """What identifies the complainant, the order, and the narrative's sketch. Personal as a whole."""

    source: str
    account: str | None = None
    email: str | None = None
    phone: str | None = None
    region: str | None = None
    name: str | None = None
    address: str | None = None
    order: str | None = None
    payout_account: str | None = None
    sketch: tuple[int, ...] = ()


class Wording(_Part):
    """What the wording shows, as codes of `policies/wording.toml`.

    `multiple` is how many times the price is asked on top of it (退一赔三: 3), `template` the known template
    the text is like, `settles` that it offers to be quiet for money.
    """

    statutes: tuple[str, ...] = ()
    multiple: int | None = None
    template: str | None = None
    settles: bool = False


class Demanded(_Part):
    """Something the customer asks for; the amount only where it is known."""

    kind: str
    amount: Decimal | None = None
    currency: str | None = None


class Registered(_Part):
    """A complaint came in.

    `human_review` says that nothing may be concluded from it without a person looking: protected or vulnerable
    status, a representative who speaks, or a text that cannot be read. Which of these is never said.
    """

    kind: Literal["registered"] = "registered"
    received_at: AwareDatetime
    source: str
    owner: str | None = None
    merchant: str | None = None
    product: str | None = None
    price: Money | None = None
    purchases_12m: int | None = None
    wording: Wording = Wording()
    human_review: bool = False


class Classified(_Part):
    """What the customer asks for, as read from the text."""

    kind: Literal["classified"] = "classified"
    demands: tuple[Demanded, ...] = ()


class Corrected(_Part):
    """A person set the demands right; None leaves them as they were."""

    kind: Literal["corrected"] = "corrected"
    demands: tuple[Demanded, ...] | None = None


class OwnerChanged(_Part):
    """Somebody took the complaint over: may never confirm a flag of this person (`events.md`)."""

    kind: Literal["owner_changed"] = "owner_changed"
    owner: str


class Reopened(_Part):
    """The answer did not hold. `why` is not_solved or customer."""

    kind: Literal["reopened"] = "reopened"
    why: str


class Visited(_Part):
    """The customer was asked on a return visit whether it is solved, and said so or not (`domain.md` 2)."""

    kind: Literal["visited"] = "visited"
    solved: bool


class Closed(_Part):
    """The complaint ended."""

    kind: Literal["closed"] = "closed"
    outcome: str


class Linked(_Part):
    """Another complaint concerns the same matter."""

    kind: Literal["linked"] = "linked"
    other: str


class Unlinked(_Part):
    """A link was a mistake."""

    kind: Literal["unlinked"] = "unlinked"
    other: str


class BypassRecorded(_Part):
    """The customer went over the front line's head. Nobody is flagged for it: it is told to the reviewer."""

    kind: Literal["bypass_recorded"] = "bypass_recorded"
    number: int
    target: str


class Grouped(_Part):
    """Where the complaint stands in a group: several persons with one cause. Role None once it has left."""

    kind: Literal["grouped"] = "grouped"
    group: str
    role: str | None
    stage: str | None


class Settled(_Part):
    """Both sides signed an agreement over this sum."""

    kind: Literal["settled"] = "settled"
    sum: Money


class DemandRefused(_Part):
    """The company does not meet the demand: cannot_be_met, excessive or unreasonable.

    `basis` is the policy or statute it cites; None in notes that were taken before it was noted.
    """

    kind: Literal["demand_refused"] = "demand_refused"
    refusal_class: str
    basis: str | None = None


class Withdrawn(_Part):
    """The customer no longer asks for anything."""

    kind: Literal["withdrawn"] = "withdrawn"


class SettledMatterRaised(_Part):
    """The complaint raises a matter that was settled and signed before in another one."""

    kind: Literal["settled_matter_raised"] = "settled_matter_raised"
    other: str
    settled_at: AwareDatetime


class Alike(_Part):
    """An earlier text of the same person that this one is like, in percent."""

    other: str
    percent: Annotated[int, Field(ge=0, le=100)]


class Compared(_Part):
    """The text was held against the person's own earlier ones, and the order against the earlier orders."""

    kind: Literal["compared"] = "compared"
    alike: tuple[Alike, ...] = ()
    same_order: tuple[str, ...] = ()


class SharedMark(_Part):
    """How many other persons a phone, an address or a payout account of this complaint is also known of.

    Counted up to a bound: neither the mark nor who the others are is ever told.
    """

    mark: str
    persons: Annotated[int, Field(ge=1)]


class Shared(_Part):
    """The complaint's phone, address or payout account is that of other complainants, too."""

    kind: Literal["shared"] = "shared"
    marks: tuple[SharedMark, ...]


RegisterFact: TypeAlias = Registered | Classified | Corrected | OwnerChanged | Linked | Unlinked
CourseFact: TypeAlias = Visited | Reopened | Closed
NegotiationFact: TypeAlias = Settled | DemandRefused | Withdrawn | SettledMatterRaised
SurroundingFact: TypeAlias = BypassRecorded | Grouped | Compared | Shared
Fact: TypeAlias = RegisterFact | CourseFact | NegotiationFact | SurroundingFact
AnyFact: TypeAlias = Annotated[Fact, Field(discriminator="kind")]
