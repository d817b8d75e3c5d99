"""The rules on labelled development texts, where these lie beside the repository; only figures, no text."""

from __future__ import annotations

from pathlib import Path

import pytest

from operate.evaluate import LanguageScore, Report, evaluate_classifier

DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "complaints-dev.jsonl"

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="no development data beside the repository")


@pytest.fixture(scope="module")
def report() -> Report:
    return evaluate_classifier(DATA)


@pytest.fixture(params=["zh", "en"])
def score(request: pytest.FixtureRequest, report: Report) -> LanguageScore:
    return report.languages[request.param]


def test_timing_is_right_on_clear_texts(score: LanguageScore) -> None:
    assert score.timing_clear.macro_f1 >= 0.80


def test_running_losses_are_rarely_called_past(score: LanguageScore) -> None:
    assert score.timing_clear.recall_ongoing >= 0.90


def test_finished_losses_are_mostly_seen(score: LanguageScore) -> None:
    assert score.timing_clear.recall_past >= 0.65


def test_severity_demand_and_bypass_are_mostly_right(score: LanguageScore) -> None:
    assert score.severity_accuracy >= 0.70
    assert score.demand_accuracy >= 0.70
    assert score.bypass_macro_f1 >= 0.60


def test_hardly_any_sum_is_wrong(score: LanguageScore) -> None:
    assert score.amount_exact >= 0.90
    assert score.amounts_wrong <= 1
