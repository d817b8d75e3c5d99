"""The classifier as the service runs it: a text that breaks it holds up nobody."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from services.intake.domain.classify.classifier import unclassified
from services.intake.domain.classify.model import Classification
from services.intake.domain.classify.rules import Rules
from services.intake.domain.complaint.events import ComplaintRegistered
from services.intake.reactions import classifier_by

logger = structlog.get_logger("classifying")


def steady_classifier(
    rules: Rules, make: Callable[[Rules], Callable[[ComplaintRegistered], Classification]] = classifier_by
) -> Callable[[ComplaintRegistered], Classification]:
    """Return a classifier that leaves to a person what it cannot read, and says so in the log.

    It never raises by contract; were that broken by one text, every complaint after it would wait.
    """
    classifier = make(rules)

    def steady(registered: ComplaintRegistered) -> Classification:
        try:
            return classifier(registered)
        except Exception:
            logger.exception("classifier_failed")
            return unclassified(rules)

    return steady
