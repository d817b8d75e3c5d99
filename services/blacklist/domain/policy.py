"""The tables blacklist decides by, as data: the score, the terms of each kind, the wording. Read from files elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from services.blacklist.domain.flag.events import Kind

KINDS: Final[tuple[Kind, ...]] = ("professional", "coercive", "vip", "aftercare")
# Signals whose points follow from a count; frequency has windows besides.
STEPPED_SIGNALS: Final = (
    "breadth",
    "buys_to_claim",
    "templated_wording",
    "known_template",
    "fixed_multiple",
    "demand_to_price",
    "repeat_after_settlement",
    "shared_identity",
    "withdrawal_on_payment",
)


@dataclass(frozen=True, slots=True)
class Step:
    """From `count` on, a signal gives so many points. Complaints are counted; of `shared_identity`, persons."""

    count: int
    points: int


@dataclass(frozen=True, slots=True)
class Window:
    """So many complaints within so long give so many points."""

    length: timedelta
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePolicy:
    """How complaints become points, 0 to 100 together.

    A proposal needs `threshold` points, `signals_min` different signals and `complaints_min` complaints that
    count: no single signal suffices, and two complaints are no pattern.
    `bulk_purchases` with fewer than `bulk_percent` complaints per hundred purchases is a bulk buyer, whose
    frequency and breadth say nothing. Who complains about at least `claimed_percent` of what is bought at one
    source buys only what is claimed on. A phone, address or payout account that more than `shared_persons_max`
    other persons have belongs to a house or an office, and says nothing of anybody. `fresh_complaints` must come after a flag was taken off before the
    software proposes again.
    """

    version: str
    look_back: timedelta
    threshold: int
    signals_min: int
    complaints_min: int
    fresh_complaints: int
    bulk_purchases: int
    bulk_percent: int
    claimed_percent: int
    shared_persons_max: int
    alike_percent: int
    demand_ratio: float
    after_settlement: timedelta
    frequency: tuple[Window, ...]
    steps: Mapping[str, tuple[Step, ...]]


@dataclass(frozen=True, slots=True)
class Term:
    """How long a flag of one kind lives once confirmed, and when it is looked at again."""

    confirmed: timedelta
    review: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How long proposals, flags and appeals last."""

    version: str
    proposed: timedelta
    proposal_review: timedelta
    appeal: timedelta
    kinds: Mapping[str, Term]


@dataclass(frozen=True, slots=True)
class FlagPolicy:
    """Everything the flag aggregate decides by."""

    score: ScorePolicy
    terms: Terms

    @property
    def version(self) -> str:
        """The versions of both tables, as a proposal names them."""
        return f"{self.score.version}+{self.terms.version}"


@dataclass(frozen=True, slots=True)
class Statute:
    """A statute by its code, how it is quoted, and the multiple it is quoted for (退一赔三: 3)."""

    code: str
    patterns: tuple[re.Pattern[str], ...]
    multiple: int | None


@dataclass(frozen=True, slots=True)
class MultipleDemand:
    """A demand of a fixed multiple; None in `multiple` takes the figure from the group `n` of the pattern."""

    pattern: re.Pattern[str]
    multiple: int | None


@dataclass(frozen=True, slots=True)
class KnownTemplate:
    """A text that goes round among professionals, by its sketch."""

    code: str
    sketch: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WordingTable:
    """What is looked for in the wording."""

    version: str
    statutes: tuple[Statute, ...]
    multiples: tuple[MultipleDemand, ...]
    settles: tuple[re.Pattern[str], ...]
    templates: tuple[KnownTemplate, ...]
    template_percent: int
