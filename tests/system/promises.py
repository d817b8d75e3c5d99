"""The promises of an installation as functions over what it left behind; each returns the ways it was broken.

R1 no lost complaint, R2 no duplicate effect, R3 stream order, R4 cursor, R5 projection = fold, R6 outbox,
R7 timers, R11 poison, R12 logs. They judge a settled installation: nothing under way, nothing to come.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from eventlog.recorded import Row
from services.intake.domain.complaint.events import DeadlineMissed
from tests.system.agreements import settled_once
from tests.system.folding import by_stream, catalogue, event_of, rows_of_model, states
from tests.system.hearing import TOPIC_OF, heard_in_order
from tests.system.reading import Record, ServiceLog

FOLLOWERS: Final = {
    "intake": ("relay", "reactions", "complaint_list"),
    "escalation": ("relay", "detection", "group_notes", "escalation_list", "group_list"),
    "compensation": ("relay", "settling", "settled_matters", "negotiation_list", "given_sums"),
    "blacklist": ("relay", "marks", "comparing", "flag_list"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What an installation left behind. `acknowledged` are the complaints somebody was told are taken in."""

    logs: Mapping[str, ServiceLog]
    records: Mapping[str, Sequence[Record]]
    models: Mapping[str, Mapping[str, tuple[Any, ...]]] = field(default_factory=dict)
    timers: Mapping[str, Mapping[tuple[str, str], datetime]] = field(default_factory=dict)
    acknowledged: Collection[str] = ()
    now: datetime | None = None


def broken(evidence: Evidence) -> list[str]:
    """Return every way in which a promise was broken, each beginning with the promise's name."""
    intake = evidence.logs["intake"]
    found = registered_once(evidence.acknowledged, intake.rows) + heard_in_order(evidence.logs)
    folded = {name: states(log.rows) for name, log in evidence.logs.items()}
    for name, log in evidence.logs.items():
        found += one_effect_a_cause(log.rows) + gapless(log.rows) + cursors_at_head(log, FOLLOWERS[name])
        found += published_as_committed(log.rows, evidence.records[name])
        found += timers_as_folded(folded[name], evidence.timers[name], evidence.now)
    found += clocks_missed_once(intake.rows) + settled_once(evidence.logs["compensation"].rows)
    for name, rows in evidence.models.items():
        found += model_is_fold(
            name, rows, {stream: each[stream] for each in folded.values() for stream in each}
        )
    return found


def registered_once(acknowledged: Iterable[str], rows: Sequence[Row]) -> list[str]:
    """R1: every acknowledged registration is in intake's log exactly once, and is classified exactly once."""
    registered = Counter(row.stream for row in rows if row.type == "complaint.registered")
    classified = Counter(row.stream for row in rows if row.type == "complaint.classified")
    streams = {f"complaint-{each}" for each in acknowledged}
    lost = [f"R1 acknowledged and not in the log: {each}" for each in sorted(streams - registered.keys())]
    twice = [f"R1 registered {count} times: {each}" for each, count in registered.items() if count != 1]
    unread = [
        f"R1 classified {classified[each]} times: {each}" for each in registered if classified[each] != 1
    ]
    return lost + twice + unread


def one_effect_a_cause(rows: Sequence[Row]) -> list[str]:
    """R2: what a cause led to in a stream was written in one append, and no command's effect stands twice.

    Two appends for one cause are two effects of it: each append has a time of its own.
    """
    led_to: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row.causation_id is not None:
            led_to[row.stream, row.causation_id].append(row)
    found = []
    for (stream, cause), effects in led_to.items():
        if len({row.recorded_at for row in effects}) > 1:
            found.append(f"R2 {cause} led to several appends on {stream}")
        said = Counter((row.type, _told_apart(row)) for row in effects) if len(effects) > 1 else {}
        found += [
            f"R2 {cause} led to {count} × {kind} on {stream}"
            for (kind, _), count in said.items()
            if count > 1
        ]
    return found


def _told_apart(row: Row) -> str:
    """Return what tells events of one type and cause apart: the things a decision may say of several."""
    event = event_of(row)
    names = (
        "number",
        "clock",
        "start",
        "other",
        "complaint" if row.stream.startswith(("group-", "flag-")) else "",
    )
    return " ".join(str(getattr(event, name, "")) for name in names if name)


def gapless(rows: Sequence[Row]) -> list[str]:
    """R3: positions, versions and public sequences each count 1..n, in this order."""
    found = _gaps("position", "the log", [row.position for row in rows])
    for stream, each in by_stream(rows).items():
        found += _gaps("version", stream, [row.version for row in each])
        found += _gaps(
            "sequence", stream, [row.public_sequence for row in each if row.public_sequence is not None]
        )
        if [row.position for row in each] != sorted(row.position for row in each):
            found.append(f"R3 versions and positions of {stream} disagree")
    return found


def _gaps(what: str, where: str, numbers: Sequence[int]) -> list[str]:
    if list(numbers) == list(range(1, len(numbers) + 1)):
        return []
    return [f"R3 {what}s of {where} are not 1..{len(numbers)}"]


def cursors_at_head(log: ServiceLog, followers: Iterable[str]) -> list[str]:
    """R4: every follower has finished exactly what there is."""
    return [
        f"R4 {name} stands at {log.checkpoints.get(name, 0)} of {log.head}"
        for name in followers
        if log.checkpoints.get(name, 0) != log.head
    ]


def model_is_fold(name: str, found: Mapping[str, tuple[Any, ...]], folded: Mapping[str, Any]) -> list[str]:
    """R5: every row of a read model equals the fold of the log; none is missing, none is too many."""
    wanted = rows_of_model(name, folded)
    return [
        f"R5 {name} has {found.get(key)} where the log says {wanted.get(key)}"
        for key in sorted(wanted.keys() | found.keys())
        if wanted.get(key) != found.get(key)
    ]


def published_as_committed(rows: Sequence[Row], records: Sequence[Record]) -> list[str]:
    """R6: published ids = committed events with public bytes, byte for byte, in order when first seen."""
    committed = {row.id: row for row in rows if row.public is not None}
    seen = {record.id for record in records}
    found = [f"R6 never published: {each}" for each in sorted(committed.keys() - seen)]
    found += [f"R6 nothing like it was committed: {each}" for each in sorted(seen - committed.keys())]
    firsts: dict[str, list[int]] = defaultdict(list)
    places: dict[str, set[int]] = defaultdict(set)
    for record in records:
        row = committed.get(record.id)
        places[record.key].add(record.partition)
        if row is not None and not _is_same(record, row):
            found.append(f"R6 published otherwise than committed: {record.id}")
        if record.sequence not in firsts[record.key]:
            firsts[record.key].append(record.sequence)
    found += [
        f"R6 {key} lies in the partitions {sorted(each)}" for key, each in places.items() if len(each) > 1
    ]
    return found + [
        f"R6 {key} was first seen in the order {order}"
        for key, order in firsts.items()
        if order != list(range(1, len(order) + 1))
    ]


def _is_same(record: Record, row: Row) -> bool:
    said = (record.topic, record.key, record.value, record.type, record.sequence)
    return said == (
        TOPIC_OF[row.stream.split("-", 1)[0]],
        row.stream,
        row.public,
        row.public_type,
        row.public_sequence,
    )


def timers_as_folded(
    folded: Mapping[str, Any], timers: Mapping[tuple[str, str], datetime], now: datetime | None = None
) -> list[str]:
    """R7: armed is what the fold says is armed, and nothing that was due has been waiting since."""
    wanted = {
        (stream, name): due
        for stream, state in folded.items()
        for name, due in catalogue().of(stream).decider.timers(state).items()
    }
    found = [f"R7 not armed: {each}" for each in sorted(wanted.keys() - timers.keys())]
    found += [f"R7 armed for nothing: {each}" for each in sorted(timers.keys() - wanted.keys())]
    found += [
        f"R7 due otherwise: {each}" for each in timers if each in wanted and timers[each] != wanted[each]
    ]
    return found + [
        f"R7 due and not fired: {each}" for each, due in timers.items() if now is not None and due < now
    ]


def clocks_missed_once(rows: Sequence[Row]) -> list[str]:
    """R7: one miss for each instance of a clock, never before it was due."""
    counted: Counter[tuple[str, str, datetime]] = Counter()
    found = []
    for row in rows:
        event = event_of(row) if row.type == DeadlineMissed.TYPE else None
        if event is not None:
            counted[row.stream, event.clock, event.start] += 1
            if event.at < event.due or row.recorded_at < event.due:
                found.append(f"R7 missed before it was due: {row.id}")
    return found + [f"R7 missed {count} times: {each}" for each, count in counted.items() if count > 1]
