"""Future acts the customer threatens; an act already done is a bypass, distress is no violence (guide, 5)."""

from __future__ import annotations

from collections import defaultdict

from services.intake.domain.classify.model import Evidence, Label, Threat
from services.intake.domain.classify.reading import Reading
from services.intake.domain.classify.rules import Hit, Rules, hits
from services.intake.domain.classify.surroundings import is_intended

KINDS: tuple[Threat, ...] = (
    "media",
    "regulator",
    "legal",
    "petition",
    "social",
    "violence",
    "nonpayment",
    "business_disruption",
)
# Words worth this much are a threat by themselves; others need an announcement around them.
_BY_ITSELF_POINTS = 2.0
_EVIDENCE_MAX = 5
_CONFIDENCE_ONE = 0.7
_CONFIDENCE_MORE = 0.85


def threats_of(reading: Reading, rules: Rules, language: str) -> tuple[Label[Threat], ...]:
    """Return each kind of threat found, in a fixed order."""
    found: dict[str, list[Evidence]] = defaultdict(list)
    for hit in hits(reading, rules.of("threats", language)):
        if _is_threat(reading, rules, language, hit):
            found[hit.cue.kind].append(Evidence(hit.start, hit.end, hit.cue.rule, hit.cue.points))
    return tuple(
        Label(
            value=kind,
            confidence=_CONFIDENCE_ONE if len(found[kind]) == 1 else _CONFIDENCE_MORE,
            evidence=tuple(found[kind][:_EVIDENCE_MAX]),
        )
        for kind in KINDS
        if kind in found
    )


def _is_threat(reading: Reading, rules: Rules, language: str, hit: Hit) -> bool:
    if reading.is_quoted(hit.start) or reading.is_company(hit.start):
        return False
    return hit.cue.points >= _BY_ITSELF_POINTS or is_intended(reading, rules, language, hit)
