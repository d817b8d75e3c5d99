"""Does the customer go over the front line's head? A name alone says nothing; what is done with it does.

`done`: contacted, or the text is itself addressed to it. `threatened`: the customer says they will.
A request for the manager at the same counter is no bypass (labelling guide, section 3).
"""

from __future__ import annotations

from services.intake.domain.classify.model import Bypass, BypassStage, BypassTarget, Evidence
from services.intake.domain.classify.reading import Reading
from services.intake.domain.classify.rules import Hit, Rules, hits
from services.intake.domain.classify.surroundings import is_contacted, is_intended

# The gravest first: when a text names several at the same stage, the gravest is told.
TARGETS: tuple[BypassTarget, ...] = (
    "court",
    "petition_office",
    "ombudsman",
    "regulator",
    "media",
    "executive",
    "head_office",
    "supervisor",
)
_EVIDENCE_MAX = 5
_CONFIDENCE: dict[BypassStage, float] = {"none": 0.8, "threatened": 0.75, "done": 0.85}
# Salutations and pleas name an office holder; public office is the usual case where the word leaves it open.
_ADDRESSED_TARGET: BypassTarget = "regulator"


def bypass_of(reading: Reading, rules: Rules, language: str) -> Bypass:
    """Return the furthest stage found, with the gravest target named at that stage."""
    stages: dict[BypassStage, list[tuple[BypassTarget, Evidence]]] = {"done": [], "threatened": []}
    for hit in hits(reading, rules.of("bypass", language)):
        stage = _stage(reading, rules, language, hit)
        if stage != "none":
            line = Evidence(start=hit.start, end=hit.end, rule=hit.cue.rule, points=hit.cue.points)
            stages[stage].append((_target(hit), line))
    for stage in ("done", "threatened"):
        if stages[stage]:
            target = min((target for target, _ in stages[stage]), key=TARGETS.index)
            evidence = tuple(line for _, line in stages[stage][:_EVIDENCE_MAX])
            return Bypass(stage=stage, confidence=_CONFIDENCE[stage], target=target, evidence=evidence)
    return Bypass(stage="none", confidence=_CONFIDENCE["none"])


def _stage(reading: Reading, rules: Rules, language: str, hit: Hit) -> BypassStage:
    if reading.is_quoted(hit.start):
        return "none"
    if hit.cue.kind == "addressed":
        return "done"
    if is_contacted(reading, rules, language, hit):
        return "done"
    return "threatened" if is_intended(reading, rules, language, hit) else "none"


def _target(hit: Hit) -> BypassTarget:
    for target in TARGETS:
        if target == hit.cue.target:
            return target
    return _ADDRESSED_TARGET
