"""How well the classifier reads a labelled file: maths and a table, nothing stored, no text printed.

The labels are those of a labelling guide with fewer kinds than the domain: a petition counts as a threat to
turn to a regulator, a wish that could not be named counts as `fix`, an explanation alone as no demand.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.table import Table

from services.intake.domain.classify import Classification, Demand, classify
from services.intake.policy_files import load_rules

LANGUAGES = ("zh", "en")
TIMINGS = ("ongoing", "past")
STAGES = ("none", "threatened", "done")
_THREAT_NAMES = {"petition": "regulator"}
_THREATS_NOT_LABELLED = frozenset({"business_disruption"})
_DEMAND_NAMES = {"other": "fix"}


@dataclass(frozen=True, slots=True)
class Item:
    """One labelled text and what the classifier made of it."""

    label: dict[str, Any]
    found: Classification


@dataclass(frozen=True, slots=True)
class TimingScore:
    """Timing on one set of items; recalls name how many of each class were found."""

    items: int
    macro_f1: float
    recall_ongoing: float
    recall_past: float
    sent_to_review: int
    evidence_overlap: float


@dataclass(frozen=True, slots=True)
class LanguageScore:
    """All scores of one language; `timing_clear` is the headline."""

    items: int
    language_right: float
    timing_clear: TimingScore
    timing_ambiguous: TimingScore
    severity_accuracy: float
    bypass_macro_f1: float
    demand_accuracy: float
    amount_exact: float
    amounts_wrong: int
    threats_f1: float


@dataclass(frozen=True, slots=True)
class Report:
    """What `evaluate_classifier` found, by language."""

    rules_version: str
    languages: dict[str, LanguageScore]

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain data for JSON."""
        return asdict(self)

    def table(self) -> Table:
        """Draw the report: one column per language, one row per measure."""
        table = Table(title=f"Classifier, rules {self.rules_version}")
        table.add_column("measure")
        for language in self.languages:
            table.add_column(language, justify="right")
        rows = [_rows(score) for score in self.languages.values()]
        for measure in zip(*rows, strict=True):
            table.add_row(measure[0][0], *(value for _, value in measure))
        return table


def evaluate_classifier(path: Path) -> Report:
    """Classify every text of a labelled JSON-lines file with the packaged rules and compare.

    Raises ValueError naming the line when one is no JSON or lacks a label.
    """
    rules = load_rules()
    items = [Item(label, classify(label["text"], rules)) for label in _labels(path)]
    scores = {
        language: language_score(chosen)
        for language in LANGUAGES
        if (chosen := [item for item in items if item.label["lang"] == language])
    }
    return Report(rules_version=rules.version, languages=scores)


def language_score(items: Sequence[Item]) -> LanguageScore:
    """Score the items of one language."""
    clear = [item for item in items if item.label["timing_confidence"] == "clear"]
    demands = [_main_demand(item.found) for item in items]
    amounts = [
        (_amount(item.label), found and found.amount) for item, found in zip(items, demands, strict=True)
    ]
    return LanguageScore(
        items=len(items),
        language_right=_share(item.found.language == item.label["lang"] for item in items),
        timing_clear=timing_score(clear),
        timing_ambiguous=timing_score([item for item in items if item.label["timing_confidence"] != "clear"]),
        severity_accuracy=_share(item.found.severity.value == item.label["severity"] for item in items),
        bypass_macro_f1=macro_f1([(item.label["bypass"], item.found.bypass.stage) for item in items], STAGES),
        demand_accuracy=_share(
            item.label["demand"] == _demand_name(found) for item, found in zip(items, demands, strict=True)
        ),
        amount_exact=_share(right == found for right, found in amounts),
        amounts_wrong=sum(found is not None and found != right for right, found in amounts),
        threats_f1=_threats_f1(items),
    )


def timing_score(items: Sequence[Item]) -> TimingScore:
    """Score timing on the given items."""
    pairs = [(item.label["label_timing"], item.found.timing.value) for item in items]
    return TimingScore(
        items=len(items),
        macro_f1=macro_f1(pairs, TIMINGS),
        recall_ongoing=_share(found == right for right, found in pairs if right == "ongoing"),
        recall_past=_share(found == right for right, found in pairs if right == "past"),
        sent_to_review=sum(item.found.needs_review for item in items),
        evidence_overlap=_share(_points_at_the_same(item) for item in items),
    )


def macro_f1(pairs: Sequence[tuple[str, str]], classes: Iterable[str]) -> float:
    """Return the mean F1 over the classes that occur among the right answers (right, found)."""
    scores = [_f1(pairs, name) for name in classes if any(right == name for right, _ in pairs)]
    return round(sum(scores) / len(scores), 4) if scores else 0.0


def _f1(pairs: Sequence[tuple[str, str]], name: str) -> float:
    both = sum(right == found == name for right, found in pairs)
    either = sum((right == name) + (found == name) for right, found in pairs)
    return 2 * both / either


def _threats_f1(items: Sequence[Item]) -> float:
    both = named = 0
    for item in items:
        right, found = set(item.label["threat"]), _threats(item.found)
        both += len(right & found)
        named += len(right) + len(found)
    return round(2 * both / named, 4) if named else 1.0


def _threats(found: Classification) -> set[str]:
    names = {_THREAT_NAMES.get(threat.value, threat.value) for threat in found.threats}
    return names - _THREATS_NOT_LABELLED


def _main_demand(found: Classification) -> Demand | None:
    return next((demand for demand in found.demands if demand.kind != "explanation"), None)


def _demand_name(found: Demand | None) -> str:
    return _DEMAND_NAMES.get(found.kind, found.kind) if found else "none"


def _amount(label: dict[str, Any]) -> Decimal | None:
    return None if label["demand_amount"] is None else Decimal(str(label["demand_amount"]))


def _points_at_the_same(item: Item) -> bool:
    """Tell whether any evidence overlaps the labelled span; overlap counts, not equality."""
    span = item.label["timing_evidence"]
    start = item.label["text"].find(span)
    return any(line.start < start + len(span) and start < line.end for line in item.found.timing.evidence)


def _share(answers: Iterable[bool]) -> float:
    known = list(answers)
    return round(sum(known) / len(known), 4) if known else 0.0


def _labels(path: Path) -> Iterable[dict[str, Any]]:
    needed = {"text", "lang", "label_timing", "timing_confidence", "severity", "bypass", "demand", "threat"}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            label: dict[str, Any] = json.loads(line)
        except json.JSONDecodeError as trouble:
            raise ValueError(f"line {number} is no JSON: {trouble.msg}") from trouble
        if missing := sorted(needed - label.keys()):
            raise ValueError(f"line {number} lacks {', '.join(missing)}")
        yield {"demand_amount": None, "timing_evidence": "", **label}


def _rows(score: LanguageScore) -> list[tuple[str, str]]:
    clear, ambiguous = score.timing_clear, score.timing_ambiguous
    return [
        ("texts (clear / ambiguous timing)", f"{clear.items} / {ambiguous.items}"),
        ("timing macro-F1, clear", f"{clear.macro_f1:.3f}"),
        ("  recall ongoing", f"{clear.recall_ongoing:.3f}"),
        ("  recall past", f"{clear.recall_past:.3f}"),
        ("  evidence overlaps the labelled span", f"{clear.evidence_overlap:.3f}"),
        ("  sent to review", f"{clear.sent_to_review}"),
        ("timing macro-F1, ambiguous", f"{ambiguous.macro_f1:.3f}"),
        ("language right", f"{score.language_right:.3f}"),
        ("severity accuracy", f"{score.severity_accuracy:.3f}"),
        ("bypass macro-F1", f"{score.bypass_macro_f1:.3f}"),
        ("demand accuracy", f"{score.demand_accuracy:.3f}"),
        ("amount exact, none included", f"{score.amount_exact:.3f}"),
        ("  wrong amounts", f"{score.amounts_wrong}"),
        ("threats F1", f"{score.threats_f1:.3f}"),
    ]
