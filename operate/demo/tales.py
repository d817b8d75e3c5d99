"""The demo's complaints and what is told of each; see `corpus/README.md`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict

T = TypeVar("T")

CORPUS: Final = Path(__file__).parent / "corpus" / "complaints.jsonl"

Plot: TypeAlias = Literal[
    "answered",
    "answered_after_handover",
    "declined_handover",
    "not_solved_then_reopened",
    "withdrawn",
    "unreached",
    "missed_deadline",
    "referred",
    "left_open",
]
# How the money is talked about, where it is (bargains.py).
BargainName: TypeAlias = Literal[
    "plain",
    "declined_terms",
    "haggled",
    "raised",
    "approved",
    "denied",
    "expired",
    "retracted",
    "overridden",
    "unsigned",
    "shelved",
    "waived",
    "goodwill",
    "reversed",
    "told",
    "refused_then_settled",
    "cannot_be_met",
    "excessive",
    "unreasonable",
    "settled_before",
    "taken_back",
    "dropped",
    "referred",
    "left_talking",
]
# The platform that hands complaints in over Kafka; everybody else comes by HTTP.
CALL_CENTRE: Final = "nova-callcentre"


class Story(BaseModel):
    """What a careful reader says of a complaint, and how it is played."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    received_before: timedelta
    language: str
    timing: Literal["ongoing", "past"]
    severity: Literal["safety", "financial", "service", "attitude"]
    demand: str
    demand_amount: Mapping[str, str] | None
    bypass: Literal["none", "threatened", "done"]
    bypass_target: str | None
    group: str | None
    plot: Plot
    near_miss_of: str | None = None
    again_of: str | None = None
    second_bypass: bool = False
    duplicate_of: str | None = None
    expect: Literal["conflict"] | None = None
    bargain: BargainName | None = None
    watch: Literal["professional", "frequent_justified"] | None = None
    settled_before: bool = False


@dataclass(frozen=True, slots=True)
class Tale:
    """One line of the corpus: the register as a door receives it, still without its time, and the story."""

    register: Mapping[str, Any]
    story: Story

    @property
    def reference(self) -> str:
        """The channel's own number of the complaint."""
        return str(self.register["reference"])

    @property
    def source(self) -> str:
        """The platform that hands it in."""
        return str(self.register["source"])

    @property
    def is_a_complaint(self) -> bool:
        """Whether something comes of it: it is neither a second delivery nor the planted conflict."""
        return self.story.duplicate_of is None and self.story.expect is None

    def body(self, received_at: datetime) -> dict[str, Any]:
        """Return what is sent."""
        return {**self.register, "received_at": received_at.isoformat()}


def load(path: Path = CORPUS) -> list[Tale]:
    """Return every line of the corpus, oldest first."""
    with path.open(encoding="utf-8") as lines:
        return [_tale(json.loads(line)) for line in lines]


def chosen(tales: Sequence[Tale], complaints: int) -> list[Tale]:
    """Return as many complaints with what belongs to them: planted lines, each plot, who is watched, groups, repeats."""
    real = [tale for tale in tales if tale.is_a_complaint]
    sent_again = {tale.reference for tale in tales if not tale.is_a_complaint}
    named = {tale.story.again_of for tale in real}
    wanted = [
        *(tale for tale in real if tale.reference in sent_again),
        *_one_of_each_plot(real),
        *(tale for tale in real if tale.story.bargain == "told"),
        *(tale for tale in real if tale.story.watch or tale.story.settled_before),
        *(tale for tale in real if tale.reference in named or _belongs_to_others(tale)),
    ]
    first = list({tale.reference: tale for tale in wanted}.values())[:complaints]
    others = [tale for tale in real if tale not in first]
    kept = [*first, *_spread(others, min(complaints - len(first), len(others)))]
    references = {tale.reference for tale in kept}
    return [tale for tale in tales if tale.reference in references]


def over_kafka(tales: Iterable[Tale], count: int) -> frozenset[str]:
    """Return the references of the `count` complaints that the call centre hands in over Kafka."""
    told = [tale.reference for tale in tales if tale.source == CALL_CENTRE and tale.is_a_complaint]
    return frozenset(_spread(told, min(count, len(told))))


def _tale(line: dict[str, Any]) -> Tale:
    story = Story.model_validate(line.pop("story"))
    return Tale(line, story)


def _belongs_to_others(tale: Tale) -> bool:
    story = tale.story
    return bool(story.group or story.again_of or story.near_miss_of or story.second_bypass)


def _one_of_each_plot(tales: Sequence[Tale]) -> list[Tale]:
    found: dict[str, Tale] = {}
    for tale in tales:
        found.setdefault(tale.story.plot, tale)
    return list(found.values())


def _spread(items: Sequence[T], count: int) -> list[T]:
    return [items[index * len(items) // count] for index in range(count)]
