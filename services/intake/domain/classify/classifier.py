"""One narrative in, one classification out; pure, and explainable span by span."""

from __future__ import annotations

from datetime import datetime

from services.intake.domain.classify.bypass import bypass_of
from services.intake.domain.classify.deadlines import deadline_ahead
from services.intake.domain.classify.demands import demands_of
from services.intake.domain.classify.model import (
    Bypass,
    Classification,
    Demand,
    DemandKind,
    Label,
    Language,
)
from services.intake.domain.classify.people import person_of
from services.intake.domain.classify.reading import CHARACTERS_MAX, Reading, reading_of
from services.intake.domain.classify.rules import Rules
from services.intake.domain.classify.severity import severity_of
from services.intake.domain.classify.tense import tense_cue
from services.intake.domain.classify.threats import threats_of
from services.intake.domain.classify.timing import timing_of
from services.intake.domain.classify.wishes import joined, wishes_of
from shared_kernel.terms import language_of


def classify(
    narrative: str, rules: Rules, *, asks_for: str = "", received_at: datetime | None = None
) -> Classification:
    """Classify a narrative in the customer's words (`domain.md` 2).

    Never raises, whatever the text. `asks_for` is the register's field for what the customer wants: what it says
    comes before what the narrative lets one guess. `received_at` only serves to tell whether a date named in the text is
    still ahead. A narrative in neither Chinese nor English comes back unclassified but for what
    `asks_for` says, and a text too long to be read whole (`CHARACTERS_MAX`) asks for a person as well.
    """
    language = language_of(narrative)
    if language is None:
        return unclassified(rules, _wishes(asks_for, rules, language_of(asks_for))[0])
    reading = reading_of(narrative, language)
    computed = (
        tense_cue(reading) if language == "en" else None,
        deadline_ahead(reading, received_at, language),
    )
    timing = timing_of(reading, rules, language, tuple(cue for cue in computed if cue is not None))
    person = person_of(reading, rules, language)
    return Classification(
        timing=timing.label,
        severity=severity_of(reading, rules, language),
        demands=_demands(reading, rules, language, asks_for),
        threats=threats_of(reading, rules, language),
        bypass=bypass_of(reading, rules, language),
        needs=person.needs,
        motive=person.motive,
        temperament=person.temperament,
        language=language,
        needs_review=timing.needs_review or max(len(narrative), len(asks_for)) > CHARACTERS_MAX,
        rules_version=rules.version,
        bill=timing.bill,
    )


def _demands(reading: Reading, rules: Rules, language: Language, asks_for: str) -> tuple[Demand, ...]:
    wishes, waived = _wishes(asks_for, rules, language_of(asks_for) or language)
    return joined(wishes, demands_of(reading, rules, language), waived)


def _wishes(
    asks_for: str, rules: Rules, language: Language | None
) -> tuple[tuple[Demand, ...], frozenset[DemandKind]]:
    return wishes_of(asks_for, rules, language) if asks_for and language else ((), frozenset())


def unclassified(rules: Rules, wishes: tuple[Demand, ...] = ()) -> Classification:
    """Return what is said of a text nobody could read: nothing, and that a person decides."""
    return Classification(
        timing=Label("ongoing", 0.0),
        severity=Label("service", 0.0),
        demands=wishes,
        threats=(),
        bypass=Bypass("none", 0.0),
        needs=(),
        motive=None,
        temperament=None,
        language=None,
        needs_review=True,
        rules_version=rules.version,
    )
