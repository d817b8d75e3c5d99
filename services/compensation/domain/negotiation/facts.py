"""What compensation hears of one complaint: the typed content of the private event `negotiation.noted`.

Only codes, ids and times stand in a fact. Who the customer is and how to reach and pay them is personal and
travels beside `registered`, as `Customer`.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.compensation.domain.negotiation.values import Demanded, Owner, Remedy


class Customer(BaseModel):
    """The customer as a settlement, a letter and a payment need them. Personal as a whole.

    `product` is what is complained of, in the words of whoever typed it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str | None = None
    phone: str | None = None
    email: str | None = None
    address: str | None = None
    account: str | None = None
    payout_account: str | None = None
    order: str | None = None
    product: str | None = None


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Registered(_Fact):
    """A complaint came in. `cause_words` name the cause, so that like losses can be found."""

    kind: Literal["registered"] = "registered"
    source: str
    reference: str
    received_at: AwareDatetime
    owner: Owner
    tier: str | None = None
    cause_words: tuple[str, ...] = ()


class Classified(_Fact):
    """The narrative was read: whether the loss runs, the language (None: nobody could tell), the demands."""

    kind: Literal["classified"] = "classified"
    harm_running: bool
    language: str | None
    demands: tuple[Demanded, ...] = ()


class Corrected(_Fact):
    """A person set labels right; None leaves a label as it was."""

    kind: Literal["corrected"] = "corrected"
    harm_running: bool | None = None
    language: str | None = None
    demands: tuple[Demanded, ...] | None = None


class HarmStopped(_Fact):
    """The loss no longer runs: the service need is met."""

    kind: Literal["harm_stopped"] = "harm_stopped"


class OwnerChanged(_Fact):
    """Somebody else answers for the complaint from now on."""

    kind: Literal["owner_changed"] = "owner_changed"
    owner: Owner


class Linked(_Fact):
    """Another complaint concerns the same matter; it may have been settled."""

    kind: Literal["linked"] = "linked"
    other: str
    why: str


class Unlinked(_Fact):
    """A link was a mistake."""

    kind: Literal["unlinked"] = "unlinked"
    other: str


class Answered(_Fact):
    """The complaint got its answer: `outcome` is answered, settled or refused."""

    kind: Literal["answered"] = "answered"
    outcome: str


class Reopened(_Fact):
    """The answer did not hold, or the customer came back."""

    kind: Literal["reopened"] = "reopened"
    why: str


class Closed(_Fact):
    """The complaint ended: answered, settled, refused, withdrawn or decided_elsewhere."""

    kind: Literal["closed"] = "closed"
    outcome: str


class Grouped(_Fact):
    """What this complaint is in a group now (role and stage None once it has left), and what its like receive."""

    kind: Literal["grouped"] = "grouped"
    group: str
    role: str | None
    stage: str | None
    remedy: Remedy | None = None


class Bypassed(_Fact):
    """The customer goes, or threatens to go, over the front line's head."""

    kind: Literal["bypassed"] = "bypassed"
    step: Literal["threatened", "recorded", "sent_back", "repeated"]
    target: str


Fact: TypeAlias = (
    Registered
    | Classified
    | Corrected
    | HarmStopped
    | OwnerChanged
    | Linked
    | Unlinked
    | Answered
    | Reopened
    | Closed
    | Grouped
    | Bypassed
)
AnyFact: TypeAlias = Annotated[Fact, Field(discriminator="kind")]
