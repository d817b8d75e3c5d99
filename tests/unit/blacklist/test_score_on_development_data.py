"""The score on labelled development histories, where these lie beside the repository; only figures, no text."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.unit.blacklist.histories import Told, history_of
from tests.unit.blacklist.story import proposals

DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "professional-dev.jsonl"

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="no development data beside the repository")


@pytest.fixture(scope="module")
def judged() -> list[tuple[dict[str, Any], bool]]:
    """Each labelled history, and whether the software proposes."""
    lines = DATA.read_text(encoding="utf-8").splitlines()
    labelled: list[dict[str, Any]] = [json.loads(line) for line in lines]
    return [
        (each, bool(proposals(history_of(map(told, each["complaints"]), each["orders_12m"]))))
        for each in labelled
    ]


def told(complaint: dict[str, Any]) -> Told:
    asked = complaint["demanded_amount"]
    return Told(
        at=datetime.fromisoformat(complaint["date"]).replace(tzinfo=UTC),
        merchant=complaint["merchant"],
        product=complaint["product"],
        text=complaint["text"],
        asked=None if asked is None else str(asked),
    )


def test_nobody_legitimate_is_proposed(judged: list[tuple[dict[str, Any], bool]]) -> None:
    wrong = [each["kind"] for each, is_proposed in judged if is_proposed and not each["professional"]]

    assert wrong == []


def test_most_professionals_are_proposed(judged: list[tuple[dict[str, Any], bool]]) -> None:
    found = [is_proposed for each, is_proposed in judged if each["professional"]]

    assert sum(found) / len(found) >= 0.8
