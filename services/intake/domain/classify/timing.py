"""Is the loss still running? Cues for and against are added up into a bill that anyone can check.

The question asked of each text is the guide's: at the moment of writing, would acting today stop or shrink
the harm. Uncertain means `ongoing`: calling a finished loss urgent costs minutes, the opposite costs the
customer (`domain.md` 2). The situations T1 to T18 are listed at the head of `classify_timing_zh.toml`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from services.intake.domain.classify.model import Evidence, Label, Timing
from services.intake.domain.classify.reading import Reading
from services.intake.domain.classify.rules import Hit, Rules, Weighing, hits

# Words that end a loss. They count only in the customer's own voice: "the agent says it is solved" ends nothing.
_ENDING_KINDS = frozenset({"resolved", "withdrawn"})
# A moment that is now cannot have been ended by anything told before it.
_NEVER_ENDED_KINDS = frozenset({"live_moment"})
# What comes back was not ended by its last repair (guide, T18).
_RETURNING_KINDS = frozenset({"recurring", "running_on"})
_CONFIDENCE_SLOPE = 0.9


@dataclass(frozen=True, slots=True)
class Turns:
    """Where the story turns: the last end of a loss, and the last words that it runs, or runs again."""

    ended_at: int
    running_at: int
    running_again_at: int


@dataclass(frozen=True, slots=True)
class TimingFound:
    """The decision, whether a person should look at it, and the whole bill of cues."""

    label: Label[Timing]
    needs_review: bool
    bill: tuple[Evidence, ...]


def timing_of(
    reading: Reading, rules: Rules, language: str, computed: tuple[Evidence, ...] = ()
) -> TimingFound:
    """Weigh all timing cues of a narrative, those of the table and those `computed` from tense and dates."""
    weighing = rules.weighing
    bill = (*_bill(reading, hits(reading, rules.of("timing", language)), weighing), *computed)
    total = weighing.prior[language] + sum(line.points for line in bill)
    value: Timing = "past" if total < weighing.past_below else "ongoing"
    return TimingFound(
        label=Label(
            value=value,
            confidence=_confidence(total - weighing.past_below),
            evidence=tuple(line for line in bill if (line.points > 0) == (value == "ongoing")),
        ),
        needs_review=weighing.past_below <= total < weighing.review_below,
        bill=bill,
    )


def _bill(reading: Reading, found: Iterable[Hit], weighing: Weighing) -> tuple[Evidence, ...]:
    heard = [hit for hit in found if not _is_company_promise(reading, hit)]
    turns = _turns(reading, heard, weighing)
    by_rule: dict[str, list[Hit]] = defaultdict(list)
    for hit in heard:
        by_rule[hit.cue.rule].append(hit)
    lines = [
        Evidence(start=hit.start, end=hit.end, rule=hit.cue.rule, points=points)
        for same in by_rule.values()
        for hit, points in _counted(reading, same, turns, weighing)
    ]
    return tuple(sorted(lines, key=lambda line: (line.start, line.end, line.rule)))


def _is_company_promise(reading: Reading, hit: Hit) -> bool:
    return hit.cue.kind in _ENDING_KINDS and reading.is_company(hit.start)


def _turns(reading: Reading, heard: list[Hit], weighing: Weighing) -> Turns:
    own = [hit for hit in heard if not reading.is_quoted(hit.start)]
    running = [hit.start for hit in own if hit.cue.points >= weighing.live_points]
    returning = [hit.start for hit in own if hit.cue.kind in _RETURNING_KINDS]
    return Turns(
        ended_at=max((hit.start for hit in own if hit.cue.kind == "resolved"), default=-1),
        running_at=max(running, default=-1),
        running_again_at=max([*running, *returning], default=-1),
    )


def _counted(
    reading: Reading, same: list[Hit], turns: Turns, weighing: Weighing
) -> Iterable[tuple[Hit, float]]:
    """Give each hit of one cue its points: the strongest in full, the next a share, the rest nothing."""
    weighed = [(hit, _points(reading, hit, turns, weighing)) for hit in same]
    weighed.sort(key=lambda pair: -abs(pair[1]))
    for rank, (hit, points) in enumerate(weighed[: weighing.kind_counts_max]):
        yield hit, round(points * (weighing.repeat_share if rank else 1.0), 3)


def _points(reading: Reading, hit: Hit, turns: Turns, weighing: Weighing) -> float:
    points = hit.cue.points
    if reading.is_quoted(hit.start):
        points *= weighing.quoted_share
    if points > 0 and hit.start < turns.ended_at and hit.cue.kind not in _NEVER_ENDED_KINDS:
        points *= weighing.ended_share
    if points < 0 and _is_superseded(reading, hit, turns):
        points *= weighing.superseded_share
    if hit.start >= reading.sentences[-1][0] and len(reading.sentences) > 1:
        points *= weighing.last_sentence_share
    return points


def _is_superseded(reading: Reading, hit: Hit, turns: Turns) -> bool:
    if hit.cue.kind == "withdrawn":
        return False
    if hit.cue.kind == "resolved":
        return turns.running_again_at > hit.start
    return turns.running_at >= reading.sentence_at(hit.start)[1]


def _confidence(distance: float) -> float:
    return round(1.0 / (1.0 + math.exp(-_CONFIDENCE_SLOPE * abs(distance))), 3)
