"""The demo's complaints as their file has them, for the tests of the corpus."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

Complaint = dict[str, Any]

CORPUS = Path(__file__).parents[3] / "operate" / "demo" / "corpus" / "complaints.jsonl"
OPEN_PLOTS = {"left_open", "referred"}
DURATION: TypeAdapter[timedelta] = TypeAdapter(timedelta)


def lines() -> list[Complaint]:
    return [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]


def first_ones(told: list[Complaint]) -> list[Complaint]:
    """Every complaint that becomes one: neither delivered again nor refused."""
    return [each for each in told if not {"duplicate_of", "expect"} & each["story"].keys()]


def age(complaint: Complaint) -> timedelta:
    return DURATION.validate_python(complaint["story"]["received_before"])


def person(complaint: Complaint) -> str:
    return json.dumps(complaint["complainant"], sort_keys=True)
