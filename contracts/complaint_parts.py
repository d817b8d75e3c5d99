"""The parts that messages about a complaint are made of: owners, clocks, grades, labels and their evidence."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from contracts.message import Amount, Currency

Code: TypeAlias = Annotated[str, Field(min_length=1)]
Grade: TypeAlias = Literal["U1", "U2", "U3", "U4"]
Timing: TypeAlias = Literal["ongoing", "past"]
Severity: TypeAlias = Literal["safety", "financial", "service", "attitude"]
BypassStage: TypeAlias = Literal["none", "threatened", "done"]
Confidence: TypeAlias = Annotated[float, Field(ge=0, le=1)]
Score: TypeAlias = Annotated[int, Field(ge=1, le=5)]

_INTEGER_DIGITS_MAX = 15
_DECIMALS_MAX = 4


def _written(amount: object) -> object:
    """Write a decimal out; one that no amount can hold is left out, the evidence still says where it stands."""
    if not isinstance(amount, Decimal):
        return amount
    text = format(amount, "f")
    whole, _, places = text.partition(".")
    fits = whole.isdecimal() and len(whole) <= _INTEGER_DIGITS_MAX and len(places) <= _DECIMALS_MAX
    return text if fits else None


WrittenAmount: TypeAlias = Annotated[Amount | None, BeforeValidator(_written)]


class Part(BaseModel):
    """A part of a message: frozen, tolerant of members a newer writer adds."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Owner(Part):
    """Who answers for a complaint: a person at a desk, or the desk while no person of it does."""

    actor: str | None = None
    desk: str
    level: Code


class Price(Part):
    """What was paid: a decimal string and an ISO 4217 currency."""

    amount: WrittenAmount
    currency: Currency


class Product(Part):
    """What is complained of; the serial number is sealed."""

    name: str | None = None
    specification: str | None = None
    batch: str | None = None
    produced_on: date | None = None
    in_use_since: date | None = None
    earlier_brand: str | None = None
    price: Price | None = None


class Attachment(Part):
    """A file the customer gave, by the SHA-256 of its bytes (hex) and its media type."""

    sha256: str
    media_type: str


class Clock(Part):
    """A clock instance, told by name and start. `grade` is None where another service set the due time."""

    name: Code
    start: AwareDatetime
    due: AwareDatetime
    grade: Grade | None = None
    policy: str


class Grading(Part):
    """A grade, the table row that gave it, whether the customer's tier lifted it, the table's version."""

    grade: Grade
    rule: Code
    lifted: bool
    policy: str


class Evidence(Part):
    """A span of the sealed narrative, or of what the customer asks for, and the rule that it met."""

    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=0)]
    rule: Code
    field: Code = "narrative"


class TimingLabel(Part):
    """Ongoing (进行时) or past (过去时)."""

    value: Timing
    confidence: Confidence
    evidence: tuple[Evidence, ...] = ()


class SeverityLabel(Part):
    """What the complaint is about at its gravest."""

    value: Severity
    confidence: Confidence
    evidence: tuple[Evidence, ...] = ()


class CodedLabel(Part):
    """A threat, need, motive or temperament."""

    value: Code
    confidence: Confidence
    evidence: tuple[Evidence, ...] = ()


class Demand(Part):
    """What the customer asks for, with the sum where the text ties one to it."""

    kind: Code
    confidence: Confidence
    amount: WrittenAmount = None
    currency: Currency | None = None
    evidence: tuple[Evidence, ...] = ()


class Bypass(Part):
    """Whether the customer goes over the front line's head (越级), and to whom."""

    stage: BypassStage
    confidence: Confidence
    target: Code | None = None
    evidence: tuple[Evidence, ...] = ()


class Labels(Part):
    """What the classifier read. Without a language nothing could be read and a person decides."""

    language: Code | None = None
    needs_review: bool
    rules_version: str
    timing: TimingLabel
    severity: SeverityLabel
    demands: tuple[Demand, ...] = ()
    threats: tuple[CodedLabel, ...] = ()
    bypass: Bypass
    needs: tuple[CodedLabel, ...] = ()
    motive: CodedLabel | None = None
    temperament: CodedLabel | None = None


class Demanded(Part):
    """A demand as a person set it right."""

    kind: Code
    amount: WrittenAmount = None
    currency: Currency | None = None


class Correction(Part):
    """The labels a person set right; null leaves a label as it was."""

    timing: Timing | None = None
    severity: Severity | None = None
    language: Code | None = None
    bypass: BypassStage | None = None
    threats: tuple[Code, ...] | None = None
    demands: tuple[Demanded, ...] | None = None
