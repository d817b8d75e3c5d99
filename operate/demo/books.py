"""What the demo's totals are compared by, and what a comparison says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from operate.demo.feeding import Fed
from operate.demo.playing import Attempt
from operate.demo.reading import ReadBack
from operate.demo.reviewing import Judged
from operate.demo.tales import Tale


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold, in both languages, with the figures it was judged by."""

    text_en: str
    text_zh: str
    holds: bool
    figures: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """All that is compared. By service: `chains`, `dead_letters`, `figures`; by category: `public_events`.

    `orders` are the payment orders in their folder, `attempts` what had to be refused, `judged` what reviewers
    did by person, `bundle_holds` what the evidence check said of the bundle that was told of, `surprises` where
    a door said no and nobody had reckoned with it.
    """

    fed: Fed
    tales: Mapping[str, Tale]
    counts: Sequence[Mapping[str, Any]]
    open_ones: Sequence[Mapping[str, Any]]
    read_back: ReadBack
    public_events: Mapping[str, int]
    chains: Mapping[str, Mapping[str, Any]]
    dead_letters: Mapping[str, Sequence[Mapping[str, Any]]]
    figures: Mapping[str, Mapping[str, Any]]
    orders: Sequence[Mapping[str, Any]] = ()
    attempts: Sequence[Attempt] = ()
    judged: Mapping[str, Sequence[Judged]] = field(default_factory=dict)
    bundle_holds: bool | None = None
    surprises: Mapping[str, int] = field(default_factory=dict)
