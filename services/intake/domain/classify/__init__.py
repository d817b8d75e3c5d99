"""The classifier of narratives: scored cues from a versioned rule table, every label with its evidence."""

from services.intake.domain.classify.classifier import classify
from services.intake.domain.classify.model import (
    Bypass,
    Classification,
    Demand,
    Evidence,
    Label,
)
from services.intake.domain.classify.rules import Rules, RulesError, rules_from

__all__ = [
    "Bypass",
    "Classification",
    "Demand",
    "Evidence",
    "Label",
    "Rules",
    "RulesError",
    "classify",
    "rules_from",
]
