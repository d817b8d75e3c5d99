"""R3 between services: what each of them noted is what the others said, in the order they said it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from contracts.topics import COMPLAINT, ESCALATION, FLAG, GROUP, NEGOTIATION
from eventlog.recorded import Row
from services.blacklist import subscribers as blacklist_subscribers
from services.compensation import subscribers as compensation_subscribers
from services.escalation import subscribers as escalation_subscribers
from services.intake import subscribers as intake_subscribers
from tests.system.folding import by_stream
from tests.system.reading import HEARD, PRODUCER, ServiceLog

TOPIC_OF: Final = {
    "complaint": COMPLAINT.name,
    "escalation": ESCALATION.name,
    "group": GROUP.name,
    "negotiation": NEGOTIATION.name,
    "flag": FLAG.name,
}
CATEGORY_OF: Final = {topic: category for category, topic in TOPIC_OF.items()}
HEARD_TYPES: Final = {
    name: frozenset(heard.type for heard in module.HEARD)
    for name, module in {
        "intake": intake_subscribers,
        "escalation": escalation_subscribers,
        "compensation": compensation_subscribers,
        "blacklist": blacklist_subscribers,
    }.items()
}
NOTED_AS: Final = {
    "intake": "complaint.noted",
    "escalation": "escalation.noted",
    "compensation": "negotiation.noted",
    "blacklist": "flag.noted",
}
_ALWAYS_NEWS_TO_ESCALATION: Final = {
    *(
        f"amends.complaint.{name}.v1"
        for name in ("registered", "classified", "replied", "answered", "closed")
    ),
    "amends.negotiation.settled.v1",
}
# What may tell a hearer nothing new and then leaves no note; everything else that it listens to must leave one.
MAY_BE_KNOWN: Final[Mapping[str, frozenset[str]]] = {
    "intake": frozenset(),
    "escalation": HEARD_TYPES["escalation"] - _ALWAYS_NEWS_TO_ESCALATION,
    "compensation": frozenset(),
    "blacklist": frozenset(
        {
            "amends.complaint.classification_corrected.v1",
            "amends.complaint.owner_changed.v1",
            # A visit in vain finds nothing.
            "amends.complaint.return_visit_recorded.v1",
        }
    ),
}


def heard_in_order(logs: Mapping[str, ServiceLog]) -> list[str]:
    """R3: what each service noted of each stream it listens to is all that was said there, in its order."""
    found = []
    for hearer, topics in HEARD.items():
        for topic in topics:
            if hearer in logs and PRODUCER[topic] in logs:
                found += _noted_in_order(hearer, topic, logs)
    return found


def _noted_in_order(hearer: str, topic: str, logs: Mapping[str, ServiceLog]) -> list[str]:
    speaker, origin = logs[PRODUCER[topic]], f"{CATEGORY_OF[topic]}-"
    notes = _notes(logs[hearer].rows, NOTED_AS[hearer], origin)
    found = []
    for stream, said in _public(speaker.rows, origin, HEARD_TYPES[hearer]).items():
        noted, ids = notes.get(stream, []), [row.id for row in said]
        must = [row.id for row in said if row.public_type not in MAY_BE_KNOWN[hearer]]
        if noted != [each for each in ids if each in set(noted)] or not set(must) <= set(noted):
            found.append(f"R3 {hearer} noted {noted} of {ids}")
    return found + _inbox_behind(speaker, logs[hearer], topic)


def _notes(rows: Sequence[Row], kind: str, origin: str) -> dict[str, list[str]]:
    """Return the causes of the notes in a log by the stream they came from, in the order they were made."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.position):
        cause = row.causation_id or ""
        if row.type == kind and cause.startswith(origin):
            found[cause.rpartition("@")[0]].append(cause)
    return found


def _public(rows: Sequence[Row], origin: str, types: Collection[str]) -> dict[str, list[Row]]:
    return by_stream(row for row in rows if row.stream.startswith(origin) and row.public_type in types)


def _inbox_behind(speaker: ServiceLog, hearer: ServiceLog, topic: str) -> list[str]:
    last: dict[str, int] = {}
    for row in speaker.rows:
        if row.stream.startswith(f"{CATEGORY_OF[topic]}-") and row.public_sequence is not None:
            last[row.stream] = max(row.public_sequence, last.get(row.stream, 0))
    return [
        f"R3 heard up to {hearer.inbox.get((topic, stream), 0)} of {sequence} of {stream}"
        for stream, sequence in last.items()
        if hearer.inbox.get((topic, stream), 0) != sequence
    ]
