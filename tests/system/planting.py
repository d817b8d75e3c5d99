"""What a small installation leaves behind when all goes well, and ways to spoil it for the checkers' own tests."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from contracts.topics import COMPLAINT
from eventlog.clock import Clock
from eventlog.ids import derived_id
from eventlog.keys import Keyring
from eventlog.keys.memory import MemoryKeyStore
from eventlog.log import EventLog
from eventlog.memory import memory_storage
from eventlog.recorded import Row
from eventlog.work import Step, Work
from hosting.wire import headers_of
from services.intake.domain.complaint.values import Routed
from tests.system.folding import catalogue, rows_of_model, states
from tests.system.promises import FOLLOWERS, TOPIC_OF, Evidence
from tests.system.reading import Record, ServiceLog
from tests.unit.escalation import story as above
from tests.unit.intake import story

Change = Callable[[Evidence], Evidence]
INTAKE_STREAM = f"complaint-{story.COMPLAINT}"
ESCALATION_STREAM = f"escalation-{story.COMPLAINT}"


async def small_installation() -> Evidence:
    """What a small installation leaves behind when all goes well: one complaint, in hand, with a missed clock."""
    intake, escalation = await _log("intake"), await _log("escalation")
    return Evidence(
        logs={"intake": intake, "escalation": escalation},
        records={"intake": _records("intake", intake), "escalation": _records("escalation", escalation)},
        models={
            "complaint_list": rows_of_model("complaint_list", states(intake.rows)),
            "escalation_list": rows_of_model("escalation_list", states(escalation.rows)),
            "group_list": {},
        },
        timers={"intake": _timers(intake), "escalation": _timers(escalation)},
        acknowledged=[story.COMPLAINT],
        now=story.later(minutes=25),
    )


async def _log(service: str) -> ServiceLog:
    keyring = Keyring(MemoryKeyStore())
    (key,) = await keyring.new_persons(1)
    storage = memory_storage()
    log = EventLog(storage.log, catalogue(), keyring, clock=Clock())
    steps = _intake(str(key.person)) if service == "intake" else _escalation(str(key.person))
    stream = INTAKE_STREAM if service == "intake" else ESCALATION_STREAM
    for number, (cause, commands) in enumerate(steps):
        chain = [
            Step(each, derived_id(str(number), str(place)), cause) for place, each in enumerate(commands)
        ]
        await log.run(Work(stream, chain))
    rows = await storage.log.read(0, 1000)
    head = rows[-1].position
    heard = (
        (COMPLAINT.name, INTAKE_STREAM, 6)
        if service == "escalation"
        else (TOPIC_OF["escalation"], ESCALATION_STREAM, 2)
    )
    return ServiceLog(tuple(rows), dict.fromkeys(FOLLOWERS[service], head), {heard[:2]: heard[2]})


def _intake(person: str) -> list[tuple[str | None, list[Any]]]:
    route = Routed(desk="urgent", level="senior", rule="ongoing", policy="r-1")
    return [
        (None, [replace(story.REGISTER, person=person)]),
        (f"{INTAKE_STREAM}@1", [story.CLASSIFY]),
        (f"{ESCALATION_STREAM}@3", [story.note(route, 3, minutes=1)]),
        (f"{INTAKE_STREAM}@4", [replace(story.OFFER, by=story.SYSTEM)]),
        (None, [story.ACKNOWLEDGE]),
        ("timer:1", [story.ran_out("first_reply", story.later(days=1))]),
        (f"{ESCALATION_STREAM}@6", [story.note(replace(route, level="lead"), 6, days=1, minutes=1)]),
    ]


def _escalation(person: str) -> list[tuple[str | None, list[Any]]]:
    noted = (
        (1, above.REGISTER),
        (2, above.CLASSIFY_ONGOING),
        (6, above.ACKNOWLEDGE),
        (7, above.missed("first_reply")),
    )
    return [(f"{INTAKE_STREAM}@{version}", [replace(fact, person=person)]) for version, fact in noted]


def _timers(log: ServiceLog) -> dict[tuple[str, str], datetime]:
    return {
        (stream, name): due
        for stream, state in states(log.rows).items()
        for name, due in catalogue().of(stream).decider.timers(state).items()
    }


def _records(service: str, log: ServiceLog) -> list[Record]:
    headers = headers_of(service)
    return [
        Record(TOPIC_OF[row.stream.split("-")[0]], 0, offset, row.stream, tuple(headers(row)), row.public)
        for offset, row in enumerate(log.rows)
        if row.public is not None
    ]


def rows(service: str, change: Callable[[list[Row]], Sequence[Row]]) -> Change:
    """Change a service's log and nothing else."""

    def changed(evidence: Evidence) -> Evidence:
        log = evidence.logs[service]
        return replace(
            evidence, logs={**evidence.logs, service: replace(log, rows=tuple(change(list(log.rows))))}
        )

    return changed


def log(service: str, **changes: Any) -> Change:
    return lambda evidence: replace(
        evidence, logs={**evidence.logs, service: replace(evidence.logs[service], **changes)}
    )


def records(change: Callable[[list[Record]], list[Record]]) -> Change:
    return lambda evidence: replace(
        evidence, records={**evidence.records, "intake": change(list(evidence.records["intake"]))}
    )


def timers(change: Callable[[dict[Any, datetime]], dict[Any, datetime]]) -> Change:
    return lambda evidence: replace(
        evidence, timers={**evidence.timers, "intake": change(dict(evidence.timers["intake"]))}
    )


def again(found: list[Row], type_name: str, **changes: Any) -> list[Row]:
    """Append an event of a type a second time, well numbered, as a double effect would be."""
    (first, *_) = [row for row in found if row.type == type_name]
    version = max(row.version for row in found if row.stream == first.stream) + 1
    sequence = max(row.public_sequence or 0 for row in found if row.stream == first.stream) + 1
    more = replace(
        first,
        position=found[-1].position + 1,
        version=version,
        public_sequence=None if first.public_sequence is None else sequence,
        **changes,
    )
    return [*found, more]


def later_by(row: Row, **lapse: float) -> datetime:
    return row.recorded_at + timedelta(**lapse)


def without(found: list[Row], type_name: str) -> list[Row]:
    return [row for row in found if row.type != type_name]


def out_of_step(found: list[Row], first: str, second: str) -> list[Row]:
    """Swap the causes of two notes: heard in another order than said."""
    causes = {first: second, second: first}
    return [replace(row, causation_id=causes.get(row.causation_id or "", row.causation_id)) for row in found]


def missed_early(found: list[Row]) -> list[Row]:
    (missed,) = [row for row in found if row.type == "complaint.deadline_missed"]
    body = json.loads(missed.body)
    clear = json.dumps({**body, "due": "2031-01-01T00:00:00Z"}).encode()
    return [replace(row, body=clear) if row is missed else row for row in found]


def first_record(found: list[Record], **changes: Any) -> list[Record]:
    return [replace(found[0], **changes), *found[1:]]


def some_row(change: Callable[[tuple[Any, ...]], tuple[Any, ...] | None]) -> Change:
    def changed(evidence: Evidence) -> Evidence:
        ((key, row),) = evidence.models["complaint_list"].items()
        told = change(row)
        return replace(
            evidence, models={**evidence.models, "complaint_list": {} if told is None else {key: told}}
        )

    return changed
