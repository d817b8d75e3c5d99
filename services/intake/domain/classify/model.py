"""What a classification says: labels with confidence, the spans of text behind them, and nothing personal."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, Literal, TypeAlias, TypeVar

Timing: TypeAlias = Literal["ongoing", "past"]
Severity: TypeAlias = Literal["safety", "financial", "service", "attitude"]
DemandKind: TypeAlias = Literal["fix", "apology", "refund", "compensation", "explanation", "other"]
Threat: TypeAlias = Literal[
    "media", "regulator", "legal", "petition", "social", "violence", "nonpayment", "business_disruption"
]
BypassStage: TypeAlias = Literal["none", "threatened", "done"]
BypassTarget: TypeAlias = Literal[
    "supervisor", "head_office", "executive", "regulator", "ombudsman", "court", "media", "petition_office"
]
Need: TypeAlias = Literal["attention", "respect", "understanding", "resolution"]
Motive: TypeAlias = Literal["vent", "respect", "redress", "recognition", "suggestion", "fairness"]
Temperament: TypeAlias = Literal["lively", "perfectionist", "forceful"]
Language: TypeAlias = Literal["zh", "en"]

Field: TypeAlias = Literal["narrative", "asks_for"]

LabelT_co = TypeVar("LabelT_co", bound=str, covariant=True)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One span of the register's words that spoke for or against a label.

    `start` and `end` count Unicode code points of the field as given (`narrative[start:end]`);
    `rule` names the entry of the rule table; `points` is what it added (timing: positive for ongoing).
    """

    start: int
    end: int
    rule: str
    points: float = 0.0
    field: Field = "narrative"

    def quoted(self, narrative: str) -> str:
        """Return the words this evidence points at."""
        return narrative[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Label(Generic[LabelT_co]):
    """A value with how sure the rules are (0 to 1) and why."""

    value: LabelT_co
    confidence: float
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Demand:
    """Something the customer asks for. `amount` is set only where the text ties one sum to it.

    `currency` is an ISO 4217 code, None when the text names a sum without saying in what.
    """

    kind: DemandKind
    confidence: float
    amount: Decimal | None = None
    currency: str | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Bypass:
    """Whether the customer goes over the front line's head, and to whom (`domain.md` 3)."""

    stage: BypassStage
    confidence: float
    target: BypassTarget | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Classification:
    """Everything the rules read out of one narrative (`domain.md` 2).

    `demands` come with the main one first. `bill` lists every timing cue that counted, for and against,
    so that its points plus the prior give the decision. A narrative in another language, or with nothing
    to read, has `language` None, `needs_review` True and no label but the cautious default `ongoing`.
    """

    timing: Label[Timing]
    severity: Label[Severity]
    demands: tuple[Demand, ...]
    threats: tuple[Label[Threat], ...]
    bypass: Bypass
    needs: tuple[Label[Need], ...]
    motive: Label[Motive] | None
    temperament: Label[Temperament] | None
    language: Language | None
    needs_review: bool
    rules_version: str
    bill: tuple[Evidence, ...] = ()
