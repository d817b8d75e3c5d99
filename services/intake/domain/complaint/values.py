"""The words events, commands and state of a complaint share: owners, clocks, noted facts. Nothing personal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from pydantic import AwareDatetime, Field
from pydantic.dataclasses import dataclass as judged

from services.intake.domain.classify.model import BypassStage, DemandKind, Language, Severity, Threat, Timing
from services.intake.domain.grading import Grade, GroupStage
from shared_kernel.money import Money

Channel: TypeAlias = Literal["phone", "web", "email", "app", "counter", "letter", "social", "regulator"]
Level: TypeAlias = Literal["agent", "senior", "lead", "manager", "executive"]
AnswerOutcome: TypeAlias = Literal["answered", "settled", "refused"]
Outcome: TypeAlias = Literal["answered", "settled", "refused", "withdrawn", "decided_elsewhere"]

# The clocks by name, and which event stops each (clocks.md): acknowledged, harm_stopped, replied,
# return_visit_recorded, answered, referral_returned, and what compensation says after its own referral.
ACKNOWLEDGE = "acknowledge"
STOP_THE_LOSS = "stop_the_loss"
FIRST_REPLY = "first_reply"
RETURN_VISIT = "return_visit"
FINAL_ANSWER = "final_answer"
REFERRAL = "referral"
NEGOTIATION_REFERRAL = "negotiation_referral"


@dataclass(frozen=True, slots=True)
class Owner:
    """Who answers for a complaint: a person at a desk, or (actor None) a desk until one of it takes it."""

    actor: str | None
    desk: str
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedClock:
    """One clock instance, told by name and start; `due` stands here so that no fold asks a policy.

    `grade` is the one that set the due time, None where another service set it (a referral).
    """

    name: str
    start: AwareDatetime
    due: AwareDatetime
    grade: Grade | None
    policy: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file the customer gave: SHA-256 of its bytes (hex) and media type, never its name or content."""

    sha256: str
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What is complained of (`domain.md` 2). The serial number tells its owner, so it is personal and not here."""

    name: str | None = None
    specification: str | None = None
    batch: str | None = None
    produced_on: date | None = None
    in_use_since: date | None = None
    earlier_brand: str | None = None
    price: Money | None = None


@dataclass(frozen=True, slots=True)
class Demanded:
    """Something the customer asks for; the amount only where it is known, the currency where it was said."""

    kind: DemandKind
    amount: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """The labels a person sets right; None leaves a label as it is."""

    timing: Timing | None = None
    severity: Severity | None = None
    language: Language | None = None
    bypass: BypassStage | None = None
    threats: tuple[Threat, ...] | None = None
    demands: tuple[Demanded, ...] | None = None


# Facts are judged when they are heard: what could be written and not read back would stop its stream.
@judged(frozen=True, slots=True, kw_only=True)
class Routed:
    """Escalation proposes a desk and level, perhaps a person, never those in `not_to`; intake offers it."""

    kind: Literal["routed"] = "routed"
    desk: str
    level: Level
    handler: str | None = None
    not_to: tuple[str, ...] = ()
    rule: str
    policy: str


@judged(frozen=True, slots=True, kw_only=True)
class BypassNoted:
    """The customer went, or threatens to go, over the front line's head; `target` is a code.

    What was found by classification follows from our own label, and goes with it when a person sets that right.
    """

    kind: Literal["bypass"] = "bypass"
    step: Literal["threatened", "recorded", "sent_back", "repeated"]
    target: str
    found_by: str | None = None


@judged(frozen=True, slots=True, kw_only=True)
class GroupNoted:
    """Where the complaint stands in a group case; stage None when it has left the group."""

    kind: Literal["group"] = "group"
    group: str
    role: str | None
    stage: GroupStage | None


@judged(frozen=True, slots=True, kw_only=True)
class Moved:
    """A cold-handling move (`domain.md` 3, 冷处理); it stops no clock."""

    kind: Literal["moved"] = "moved"
    move: Literal["shelved", "resumed", "handler_changed", "line_held", "conceded"]
    until: AwareDatetime | None = None


@judged(frozen=True, slots=True, kw_only=True)
class Referred:
    """A third party mediates; the complaint stays open under a clock of its own until `until`."""

    kind: Literal["referred"] = "referred"
    to: str
    until: AwareDatetime | None = None


@judged(frozen=True, slots=True, kw_only=True)
class ReferralReturned:
    """The third party gave the complaint back."""

    kind: Literal["referral_returned"] = "referral_returned"


@judged(frozen=True, slots=True, kw_only=True)
class AccountNoted:
    """The front-line handler's own account of a bypass: asked for, or frozen (`absent`: none came in time)."""

    kind: Literal["account"] = "account"
    step: Literal["requested", "frozen"]
    bypass: int
    absent: bool | None = None


@judged(frozen=True, slots=True, kw_only=True)
class NegotiationNoted:
    """A step of the negotiation of this complaint; `step` is its event's own name (`events.md`).

    `round` is None only for `settled_matter_raised`, which tells of a settlement in `other`. `actor` is who
    refused, and so has answered the customer, or who proposed the offer that was made; `approver` who let that
    offer pass. `basis` and `appeal` belong to a refusal.
    """

    kind: Literal["negotiation"] = "negotiation"
    step: str
    round: int | None = None
    to: str | None = None
    until: AwareDatetime | None = None
    sum: Money | None = None
    document: str | None = None
    basis: str | None = None
    appeal: str | None = None
    actor: str | None = None
    approver: str | None = None
    other: str | None = None
    settled_at: AwareDatetime | None = None


@judged(frozen=True, slots=True, kw_only=True)
class Flag:
    """A flag of the person who complains, as blacklist last told it; only a confirmed one changes the route."""

    kind: str
    state: Literal["proposed", "confirmed", "appealed"]
    since: AwareDatetime
    expires_at: AwareDatetime
    review_due: AwareDatetime


@judged(frozen=True, slots=True, kw_only=True)
class Screened:
    """The flags of the person now, for the desk to know; none says that the last one is gone."""

    kind: Literal["screened"] = "screened"
    flags: tuple[Flag, ...]


Fact: TypeAlias = Annotated[
    Routed
    | BypassNoted
    | AccountNoted
    | GroupNoted
    | Moved
    | Referred
    | ReferralReturned
    | NegotiationNoted
    | Screened,
    Field(discriminator="kind"),
]
