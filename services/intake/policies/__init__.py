"""The policy tables of intake, packaged beside their loaders; every table carries its own version."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

from services.intake.domain.classify import Rules, rules_from

CLASSIFY_FILES = (
    "classify.toml",
    "classify_timing_zh.toml",
    "classify_timing_en.toml",
    "classify_labels_zh.toml",
    "classify_labels_en.toml",
)


def load_rules() -> Rules:
    """Read and compile the packaged classification rules (`domain.md` 2).

    Raises `RulesError` naming the entry when the tables cannot be used.
    """
    merged: dict[str, Any] = {}
    for name in CLASSIFY_FILES:
        text = files(__name__).joinpath(name).read_text(encoding="utf-8")
        merged = _merged(merged, tomllib.loads(text))
    return rules_from(merged)


def _merged(left: dict[str, Any], right: dict[str, Any]) -> dict[str, Any]:
    both = {key: _merged(left[key], right[key]) for key in left.keys() & right.keys()}
    return {**left, **right, **both}
