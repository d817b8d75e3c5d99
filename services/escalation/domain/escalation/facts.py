"""What escalation hears of one complaint: the typed content of the private event `escalation.noted`.

Only codes, ids and times stand here. What people wrote is personal and travels beside the fact, as
`Attributes`.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.escalation.domain.group.terms import Remedy, Role
from shared_kernel.money import Money

Timing: TypeAlias = Literal["ongoing", "past"]
BypassStage: TypeAlias = Literal["none", "threatened", "done"]
BypassTarget: TypeAlias = Literal[
    "supervisor", "head_office", "executive", "regulator", "ombudsman", "court", "media", "petition_office"
]

# The target of a bypass when the customer names nobody.
UNNAMED: Final = "unnamed"

# The clocks escalation runs by itself; a timer carries the clock's name.
ACCOUNT: Final = "account"
CALL_BACK: Final = "call_back"
SENT_BACK: Final = "sent_back"
REFERRAL: Final = "referral"


class Attributes(BaseModel):
    """What a complaint is about, in the words of whoever typed it, and the narrative's features.

    Personal as a whole: a site can be an address, and features can confirm a guess at the text.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    product: str | None = None
    site: str | None = None
    region: str | None = None
    service: str | None = None
    merchant: str | None = None
    batch: str | None = None
    features: tuple[int, ...] = ()


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Registered(_Fact):
    """A complaint came in. `owner` is the person who took it, None while only a desk owns it."""

    kind: Literal["registered"] = "registered"
    received_at: AwareDatetime
    source: str
    owner: str | None = None
    tier: str | None = None
    cause_words: tuple[str, ...] = ()


class Classified(_Fact):
    """The narrative was read. `language` None means that nothing could be read and a person decides."""

    kind: Literal["classified"] = "classified"
    timing: Timing
    severity: str
    grade: str
    language: str | None
    bypass: BypassStage = "none"
    target: str | None = None
    threats: tuple[str, ...] = ()
    needs_review: bool = False


class Corrected(_Fact):
    """A person set labels right; None leaves a label as it was."""

    kind: Literal["corrected"] = "corrected"
    timing: Timing | None = None
    severity: str | None = None
    language: str | None = None
    bypass: BypassStage | None = None
    threats: tuple[str, ...] | None = None


class Regraded(_Fact):
    """The complaint has another urgency grade."""

    kind: Literal["regraded"] = "regraded"
    grade: str


class HarmStopped(_Fact):
    """The loss no longer runs: ongoing becomes past."""

    kind: Literal["harm_stopped"] = "harm_stopped"


class Acknowledged(_Fact):
    """The owner confirmed to the customer that the complaint arrived."""

    kind: Literal["acknowledged"] = "acknowledged"


class Replied(_Fact):
    """The owner replied on the matter; a supervisor is a manager or above (`domain.md` 3)."""

    kind: Literal["replied"] = "replied"
    by_supervisor: bool = False


class OwnerChanged(_Fact):
    """A named person accepted the hand-over."""

    kind: Literal["owner_changed"] = "owner_changed"
    owner: str


class DeadlineMissed(_Fact):
    """A clock ran out, the complaint's or its negotiation's. Name and start tell one run of a clock from another.

    `level` is the rung that is to act at least, where whose clock it was said so.
    """

    kind: Literal["deadline_missed"] = "deadline_missed"
    clock: str
    start: AwareDatetime
    level: str | None = None


class Answered(_Fact):
    """The complaint got its answer; the return visit is still to come."""

    kind: Literal["answered"] = "answered"
    outcome: str


class Reopened(_Fact):
    """The answer did not hold, or the customer came back."""

    kind: Literal["reopened"] = "reopened"


class Closed(_Fact):
    """The complaint ended."""

    kind: Literal["closed"] = "closed"
    outcome: str


class Linked(_Fact):
    """An earlier complaint concerns the same matter; its log is part of the front line's record."""

    kind: Literal["linked"] = "linked"
    other: str


class Unlinked(_Fact):
    """A link was a mistake."""

    kind: Literal["unlinked"] = "unlinked"
    other: str


class Grouped(_Fact):
    """What this complaint is in a group now; role and stage are None once it has left."""

    kind: Literal["grouped"] = "grouped"
    group: str
    role: Role | None
    stage: str | None
    remedy: Remedy | None = None


class Settled(_Fact):
    """A round of the negotiation ended in a signed settlement: what this customer got for the loss."""

    kind: Literal["settled"] = "settled"
    round: int
    sum: Money
    remedies: tuple[str, ...] = ()


class Flag(_Fact):
    """A flag of the complainant; only a confirmed one bears on the route."""

    kind: str
    state: Literal["proposed", "confirmed", "appealed"]


class Screened(_Fact):
    """The complainant's flags now; none says that the last one is gone."""

    kind: Literal["screened"] = "screened"
    flags: tuple[Flag, ...]


class ClockRanOut(_Fact):
    """A clock of escalation itself ran out."""

    kind: Literal["clock_ran_out"] = "clock_ran_out"
    clock: str
    due: AwareDatetime


Fact: TypeAlias = (
    Registered
    | Classified
    | Corrected
    | Regraded
    | HarmStopped
    | Acknowledged
    | Replied
    | OwnerChanged
    | DeadlineMissed
    | Answered
    | Reopened
    | Closed
    | Linked
    | Unlinked
    | Grouped
    | Settled
    | Screened
    | ClockRanOut
)
AnyFact: TypeAlias = Annotated[Fact, Field(discriminator="kind")]
