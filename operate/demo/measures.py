"""What the topics tell of the demo as a whole: how complaints ended, how groups grew, how fast it went. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from operate.demo.reading import ReadBack, Told
from shared_kernel.roles import SYSTEM

GRADES: Final = ("U1", "U2", "U3", "U4")
TIMINGS: Final = ("ongoing", "past")
OPEN: Final = "open"
# The clock jumps by a quarter of an hour at least: what is farther apart waited for a person, not for us.
AT_ONCE: Final = timedelta(minutes=1)
_MEDIAN, _TAIL = 0.50, 0.99


@dataclass(slots=True)
class Life:
    """What became of one complaint. `timing` is as people left it, `grade` the most urgent it ever had."""

    reference: str
    read_as: str = ""
    timing: str = ""
    grade: str = ""
    outcome: str = OPEN
    names: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took, in milliseconds."""

    count: int
    p50: float
    p99: float


@dataclass(frozen=True, slots=True)
class Growth:
    """One event in the growth of a group: who joined, for which reasons, and what the group was then."""

    at: datetime
    name: str
    stage: str
    persons: int
    reference: str = ""
    role: str = ""
    causes: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    likeness_percent: int | None = None


def lives_of(read_back: ReadBack) -> dict[str, Life]:
    """Return the life of every complaint that was registered."""
    lives: dict[str, Life] = {}
    for event in read_back.events.get("complaint", ()):
        if event.name == "complaint.registered":
            lives[event.complaint] = Life(str(event.data["reference"]))
        _live(lives[event.complaint], event)
    return lives


def tabled(lives: Iterable[Life], rows: str, columns: str) -> dict[tuple[str, str], int]:
    """Count the lives by two of their attributes."""
    return dict(Counter((getattr(life, rows), getattr(life, columns)) for life in lives))


def counted(read_back: ReadBack) -> Counter[str]:
    """Count the public events by name; a clock that ran out also as `complaint.deadline_missed acknowledge`."""
    names: Counter[str] = Counter()
    for events in read_back.events.values():
        for event in events:
            names[event.name] += 1
            if event.name == "complaint.deadline_missed":
                names[f"{event.name} {event.data['clock']}"] += 1
    return names


def growth_of(read_back: ReadBack) -> dict[str, list[Growth]]:
    """Return how each group grew, the largest first."""
    references = {
        event.complaint: str(event.data["reference"]) for event in read_back.named("complaint.registered")
    }
    grown: dict[str, list[Growth]] = defaultdict(list)
    persons: dict[str, set[str]] = defaultdict(set)
    stages: dict[str, str] = {}
    for event in read_back.events.get("group", ()):
        group = str(event.data["group"])
        stages[group] = str(event.data.get("stage", stages.get(group, "")))
        if event.name == "group.member_joined":
            persons[group].add(str(event.data["person"]))
        grown[group].append(_grown(event, stages[group], len(persons[group]), references))
    return dict(sorted(grown.items(), key=lambda pair: -len(pair[1])))


def paces_of(read_back: ReadBack) -> dict[str, Spread]:
    """Return how long our own part of the way took, from the times at which each log wrote its events."""
    registered = _first(read_back.named("complaint.registered"))
    classified = _first(read_back.named("complaint.classified"))
    routed = _first(read_back.named("escalation.routed"))
    offered = _offered_unasked(read_back)
    return {
        "registered → classified 受理 → 分类": spread_of(_gaps(registered, classified)),
        "registered → routed 受理 → 路由": spread_of(_gaps(registered, routed)),
        "registered → offered 受理 → 提出移交": spread_of(_gaps(registered, offered)),
    }


def spread_of(seconds: Sequence[float]) -> Spread:
    """Return the median and the 99th percentile, the slowest where there are fewer than a hundred."""
    ordered = sorted(seconds)
    if not ordered:
        return Spread(0, 0.0, 0.0)
    at = [ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in (_MEDIAN, _TAIL)]
    return Spread(len(ordered), round(at[0] * 1000, 1), round(at[1] * 1000, 1))


def _live(life: Life, event: Told) -> None:
    life.names[event.name.partition(".")[2]] += 1
    match event.name:
        case "complaint.classified":
            life.read_as = life.timing = event.data["labels"]["timing"]["value"]
            life.grade = event.data["grading"]["grade"]
        case "complaint.classification_corrected":
            life.timing = event.data["correction"].get("timing") or life.timing
        case "complaint.regraded":
            life.grade = min(life.grade, event.data["grading"]["grade"])
        case "complaint.closed":
            life.outcome = event.data["outcome"]
        case "complaint.reopened":
            life.outcome = OPEN


def _grown(event: Told, stage: str, persons: int, references: Mapping[str, str]) -> Growth:
    reasons = event.data.get("reasons", {})
    return Growth(
        at=event.at,
        name=event.name.partition(".")[2],
        stage=stage,
        persons=persons,
        reference=references.get(event.complaint, ""),
        role=str(event.data.get("role", "")),
        causes=tuple(reasons.get("causes", ())),
        shared=tuple(reasons.get("shared", ())),
        likeness_percent=reasons.get("likeness_percent"),
    )


def _first(events: Iterable[Told]) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    for event in events:
        found.setdefault(event.complaint, event.recorded_at)
    return found


def _offered_unasked(read_back: ReadBack) -> dict[str, datetime]:
    """Return when each complaint was first offered, where no person had done anything to it before."""
    found: dict[str, datetime] = {}
    touched: set[str] = set()
    for event in read_back.events.get("complaint", ()):
        if event.name == "complaint.handover_offered" and event.complaint not in touched:
            found.setdefault(event.complaint, event.recorded_at)
        elif event.name != "complaint.registered" and SYSTEM not in event.data["by"]["roles"]:
            touched.add(event.complaint)
    return found


def _gaps(begun: Mapping[str, datetime], ended: Mapping[str, datetime]) -> list[float]:
    gaps = [ended[complaint] - began for complaint, began in begun.items() if complaint in ended]
    return [gap.total_seconds() for gap in gaps if gap < AT_ONCE]
