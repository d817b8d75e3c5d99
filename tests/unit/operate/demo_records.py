"""Events as they stand on the topics, and a demo's books that reconcile, for the tests of the demo."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from operate.demo.books import Books
from operate.demo.doors import Answer
from operate.demo.feeding import Fed
from operate.demo.reading import ReadBack, Told
from tests.unit.operate.demo_cases import COMPLAINT, NOON, PERSON, tale

OTHER = "018f0000-0000-8000-8000-000000000002"
GROUP = "018f0000-0000-8000-8000-0000000000c1"
INTAKE = {"actor": "intake", "roles": ["system"]}
AGENT = {"actor": "a-017", "roles": ["agent"]}


def told(name: str, *, complaint: str = COMPLAINT, seconds: float = 0, **data: Any) -> Told:
    category = name.partition(".")[0]
    subject = f"group-{GROUP}" if category == "group" else f"{category}-{complaint}"
    at = NOON + timedelta(seconds=seconds)
    return Told(
        id=f"{subject}@{seconds}-{name}",
        name=name,
        subject=subject,
        sequence=round(seconds * 1000) + 1,
        at=at,
        recorded_at=at,
        data={"complaint": complaint, "person": PERSON, "by": INTAKE, **data},
    )


def read(*events: Told) -> ReadBack:
    found: dict[str, list[Told]] = defaultdict(list)
    for event in events:
        found[event.name.partition(".")[0]].append(event)
    return ReadBack(found, len(events), 0)


def registered(complaint: str = COMPLAINT, reference: str = "NC-1") -> Told:
    return told("complaint.registered", complaint=complaint, reference=reference, by=AGENT)


def graded(name: str, grade: str, *, seconds: float, **data: Any) -> Told:
    return told(name, seconds=seconds, grading={"grade": grade}, **data)


CLASSIFIED = graded("complaint.classified", "U2", seconds=0.1, labels={"timing": {"value": "ongoing"}})
CLOSED = told("complaint.closed", seconds=9, outcome="answered")
LIFE: Sequence[Told] = (registered(), CLASSIFIED, CLOSED)
OPEN_ROW = {"complaint": OTHER, "desk": "front", "next_due": "2026-03-09T12:00:00+00:00"}
WELL = {"whole": True, "positions": 7, "links": 3}
FIGURES = {"parked": 0, "log_position": 7, "relay_position": 7}


def well() -> Books:
    """One complaint closed, one referred and open; one repeated, one conflict, one planted letter."""
    letter = {"topic": "amends.contact.v1", "partition": 0, "offset": 4, "settled_as": None}
    fed = Fed(
        complaints={"NC-1": COMPLAINT, "NC-2": OTHER},
        duplicates=[Answer(202, {"events": [], "complaint": COMPLAINT}, 0.0)],
        conflicts=[Answer(409, {"rule": "reference_conflict"}, 0.0)],
        planted={("amends.contact.v1", 0, 4)},
    )
    return Books(
        fed=fed,
        tales={"NC-1": tale(), "NC-2": tale("referred")},
        counts=[{"stage": "closed", "complaints": 1}, {"stage": "in_hand", "complaints": 1}],
        open_ones=[OPEN_ROW],
        read_back=read(*LIFE, registered(OTHER, "NC-2")),
        public_events={"complaint": 4},
        chains={"intake": WELL, "escalation": WELL},
        dead_letters={"intake": [letter], "escalation": []},
        figures={"intake": FIGURES, "escalation": FIGURES},
    )


def refed(books: Books, **changes: Any) -> Books:
    return replace(books, fed=replace(books.fed, **changes))
