"""What a text does with a name it mentions: contacted already, meant to be contacted, or neither."""

from __future__ import annotations

from services.intake.domain.classify.reading import Reading
from services.intake.domain.classify.rules import Hit, Rules

# How far to look, in characters; never beyond the sentence.
_BEFORE = {"zh": 24, "en": 70}
_AFTER = {"zh": 10, "en": 30}


def is_contacted(reading: Reading, rules: Rules, language: str, hit: Hit) -> bool:
    """Tell whether the words around a name say that it has been turned to already."""
    before, after = _around(reading, language, hit)
    if rules.context(language, "denied").search(before):
        return False
    if rules.context(language, "completed_before").search(before):
        return True
    if rules.context(language, "intended_before").search(before):
        return False
    turned_to = rules.context(language, "contact_before").search(before)
    answered = rules.context(language, "answered_after").search(after)
    return bool(turned_to or answered)


def is_intended(reading: Reading, rules: Rules, language: str, hit: Hit) -> bool:
    """Tell whether the words around a name announce a step still to come."""
    before, after = _around(reading, language, hit)
    if rules.context(language, "denied").search(before):
        return False
    if rules.context(language, "completed_before").search(before):
        return False
    if rules.context(language, "intended_before").search(before):
        return True
    return bool(rules.context(language, "intended_after").search(after))


def _around(reading: Reading, language: str, hit: Hit) -> tuple[str, str]:
    first, last = reading.sentence_at(hit.start)
    before = reading.text[max(first, hit.start - _BEFORE[language]) : hit.start]
    return before, reading.text[hit.end : min(last, hit.end + _AFTER[language])]
