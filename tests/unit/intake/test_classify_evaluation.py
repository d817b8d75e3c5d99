"""The evaluation of the classifier: its maths on a handful of texts of our own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from operate.evaluate import evaluate_classifier, macro_f1


def label(**changes: Any) -> dict[str, Any]:
    return {
        "lang": "zh",
        "text": "押金一直没退，要求退还300元，再不退我就打12315。",
        "label_timing": "ongoing",
        "timing_confidence": "clear",
        "timing_evidence": "一直没退",
        "severity": "financial",
        "bypass": "threatened",
        "demand": "refund",
        "demand_amount": 300,
        "threat": ["regulator"],
        **changes,
    }


def written(folder: Path, *labels: dict[str, Any]) -> Path:
    path = folder / "labels.jsonl"
    path.write_text("\n".join(json.dumps(each) for each in labels) + "\n", encoding="utf-8")
    return path


def test_a_text_read_right_scores_one_everywhere(tmp_path: Path) -> None:
    score = evaluate_classifier(written(tmp_path, label())).languages["zh"]

    assert (score.timing_clear.macro_f1, score.timing_clear.evidence_overlap) == (1.0, 1.0)
    assert (score.severity_accuracy, score.bypass_macro_f1, score.demand_accuracy) == (1.0, 1.0, 1.0)
    assert (score.amount_exact, score.amounts_wrong, score.threats_f1) == (1.0, 0, 1.0)


def test_a_wrong_sum_is_counted_apart_from_a_missing_one(tmp_path: Path) -> None:
    score = evaluate_classifier(
        written(tmp_path, label(demand_amount=500), label(text="押金没退，要求退还。", demand_amount=500))
    ).languages["zh"]

    assert (score.amount_exact, score.amounts_wrong) == (0.0, 1)


def test_clear_and_ambiguous_texts_are_scored_apart(tmp_path: Path) -> None:
    doubtful = label(label_timing="past", timing_confidence="ambiguous")

    score = evaluate_classifier(written(tmp_path, label(), doubtful)).languages["zh"]

    assert (score.timing_clear.macro_f1, score.timing_ambiguous.macro_f1) == (1.0, 0.0)


def test_macro_f1_is_the_mean_over_the_classes_that_occur() -> None:
    pairs = [("past", "past"), ("past", "ongoing"), ("ongoing", "ongoing")]

    assert macro_f1(pairs, ("ongoing", "past", "never")) == pytest.approx(2 / 3, abs=1e-3)


def test_the_report_is_a_table_and_plain_data(tmp_path: Path) -> None:
    report = evaluate_classifier(written(tmp_path, label()))
    console = Console(width=120, record=True, file=(tmp_path / "out").open("w", encoding="utf-8"))

    console.print(report.table())

    assert "timing macro-F1, clear" in console.export_text()
    assert json.loads(json.dumps(report.as_dict()))["languages"]["zh"]["items"] == 1


@pytest.mark.parametrize("line", ["{", '{"text": "x"}'])
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text(line, encoding="utf-8")

    with pytest.raises(ValueError, match="line 1"):
        evaluate_classifier(path)
