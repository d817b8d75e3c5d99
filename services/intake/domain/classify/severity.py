"""What the complaint is about: the first of safety, money, service, manners that clearly fits (`domain.md` 2)."""

from __future__ import annotations

from collections import defaultdict

from services.intake.domain.classify.model import Evidence, Label, Severity
from services.intake.domain.classify.reading import Reading
from services.intake.domain.classify.rules import Rules, hits

ORDER: tuple[Severity, ...] = ("safety", "financial", "service", "attitude")
# A later nature must outweigh an earlier one by this factor: "the first that fits" wins a near tie.
_OUTWEIGHS = 1.25
# Safety is what a text is about only above this; a single passing word is not.
_SAFETY_POINTS_MIN = 1.6
_REPEAT_SHARE = 0.6
_HITS_MAX = 5
# What a text opens with (a subject line, a first sentence) tells what it is about.
_OPENING_CHARACTERS = 60
_OPENING_SHARE = 1.3


def severity_of(reading: Reading, rules: Rules, language: str) -> Label[Severity]:
    """Return the dominant nature; `service` with confidence 0 when no cue speaks."""
    found: dict[str, list[Evidence]] = defaultdict(list)
    for hit in hits(reading, rules.of("severity", language)):
        share = _OPENING_SHARE if hit.start < _OPENING_CHARACTERS else 1.0
        line = Evidence(start=hit.start, end=hit.end, rule=hit.cue.rule, points=hit.cue.points * share)
        found[hit.cue.kind].append(line)
    totals = {kind: _total(found[kind]) for kind in ORDER}
    best = _best(totals)
    if totals[best] == 0:
        return Label(value="service", confidence=0.0)
    everything = sum(totals.values())
    evidence = sorted(found[best], key=lambda line: (-line.points, line.start))[:_HITS_MAX]
    return Label(value=best, confidence=round(totals[best] / everything, 3), evidence=tuple(evidence))


def _total(lines: list[Evidence]) -> float:
    """Add up the strongest few; words said twice count less, so that length does not decide."""
    points = sorted((line.points for line in lines), reverse=True)[:_HITS_MAX]
    return sum(point * _REPEAT_SHARE**rank for rank, point in enumerate(points))


def _best(totals: dict[Severity, float]) -> Severity:
    best: Severity = "safety" if totals["safety"] >= _SAFETY_POINTS_MIN else "financial"
    for kind in ORDER:
        if ORDER.index(kind) > ORDER.index(best) and totals[kind] > totals[best] * _OUTWEIGHS:
            best = kind
    return best
