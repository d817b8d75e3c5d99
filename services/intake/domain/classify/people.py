"""Hints about the person: what they need, why they complain, how they come across (`domain.md` 2).

Hints for the handler, never a judgement: simple word lists, low confidence, nothing is routed by them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TypeVar

from services.intake.domain.classify.model import Evidence, Label, Motive, Need, Temperament
from services.intake.domain.classify.reading import Reading
from services.intake.domain.classify.rules import Rules, hits

NEEDS: tuple[Need, ...] = ("attention", "respect", "understanding", "resolution")
MOTIVES: tuple[Motive, ...] = ("vent", "respect", "redress", "recognition", "suggestion", "fairness")
TEMPERAMENTS: tuple[Temperament, ...] = ("lively", "perfectionist", "forceful")

# A temperament is named only when several signs agree.
_TEMPERAMENT_SIGNS_MIN = 2
_CONFIDENCE_MAX = 0.7
_EVIDENCE_MAX = 3

NameT = TypeVar("NameT", Need, Motive, Temperament)


@dataclass(frozen=True, slots=True)
class PersonFound:
    """The hints about one person, each possibly absent."""

    needs: tuple[Label[Need], ...]
    motive: Label[Motive] | None
    temperament: Label[Temperament] | None


def person_of(reading: Reading, rules: Rules, language: str) -> PersonFound:
    """Collect the hints of one narrative."""
    found: dict[str, list[Evidence]] = defaultdict(list)
    for hit in hits(reading, rules.of("people", language)):
        found[hit.cue.kind].append(Evidence(hit.start, hit.end, hit.cue.rule, hit.cue.points))
    return PersonFound(
        needs=tuple(_label(need, found[f"need:{need}"]) for need in NEEDS if f"need:{need}" in found),
        motive=_strongest(MOTIVES, "motive", found, 1),
        temperament=_strongest(TEMPERAMENTS, "temper", found, _TEMPERAMENT_SIGNS_MIN),
    )


def _strongest(
    names: tuple[NameT, ...], group: str, found: dict[str, list[Evidence]], signs_min: int
) -> Label[NameT] | None:
    seen = {
        name: found[f"{group}:{name}"] for name in names if len(found.get(f"{group}:{name}", ())) >= signs_min
    }
    if not seen:
        return None
    best = max(seen, key=lambda name: sum(line.points for line in seen[name]))
    return _label(best, seen[best])


def _label(name: NameT, lines: list[Evidence]) -> Label[NameT]:
    confidence = min(_CONFIDENCE_MAX, 0.4 + 0.1 * len(lines))
    return Label(value=name, confidence=round(confidence, 3), evidence=tuple(lines[:_EVIDENCE_MAX]))
