"""English only: whether a narrative is told in the past or in the present, from its function words.

The guide says that tense alone does not decide; it is therefore one modest cue among the others, and the
present perfect counts as present, because it tells of something that reaches into now.
"""

from __future__ import annotations

import re

from services.intake.domain.classify.model import Evidence
from services.intake.domain.classify.reading import Reading

PAST_POINTS = -1.0
PRESENT_POINTS = 0.8
MARKERS_MIN = 2
PAST_SHARE_MIN = 0.7
PRESENT_SHARE_MIN = 0.65

_PRESENT = re.compile(
    r"\b(?:is|are|am|isn'?t|aren'?t|does|do|doesn'?t|don'?t|has|have|hasn'?t|haven'?t|can'?t|cannot|can|won'?t|will"
    r"|keeps?|needs?|wants?|says?|refuses?|shows?|goes|gets|makes?)\b|\b(?:i|it|he|she|they|we|you|that|there)'(?:m|s|re|ve|ll)\b"
)
_PAST = re.compile(
    r"\b(?:was|were|wasn'?t|weren'?t|did|didn'?t|had|hadn'?t|couldn'?t|wouldn'?t|got|went|came|said|told|gave|took|left"
    r"|made|sat|ate|paid|felt|found|kept|lost|saw|knew|thought|spoke|broke|fell|ran|stood|tore|held|brought|bought"
    r"|[a-z]{3,}ed)\b"
)
# "has been charged", "is delayed": a participle behind an auxiliary is not a past tense.
_PARTICIPLE = re.compile(
    r"\b(?:is|are|am|has|have|be|been|being|isn'?t|aren'?t|hasn'?t|haven'?t|get|gets|'s|'ve|'re)(?: \w+){0,2} [a-z]+ed\b"
)


def tense_cue(reading: Reading) -> Evidence | None:
    """Return one cue when the narrative is clearly told in one tense, None otherwise."""
    past = [match.span() for match in _PAST.finditer(reading.text)]
    participles = {match.end() for match in _PARTICIPLE.finditer(reading.text)}
    past = [span for span in past if span[1] not in participles]
    present = [match.span() for match in _PRESENT.finditer(reading.text)]
    total = len(past) + len(present)
    if total < MARKERS_MIN:
        return None
    if len(past) >= total * PAST_SHARE_MIN:
        return Evidence(*past[0], rule="timing.told_in_past.en", points=PAST_POINTS)
    if len(present) >= total * PRESENT_SHARE_MIN:
        return Evidence(*present[0], rule="timing.told_in_present.en", points=PRESENT_POINTS)
    return None
