"""The checkers are checked: each promise, broken on purpose, is named. A checker that cannot fail is worthless."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

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
from tests.system.canaries import CANARIES, found_in, spellings
from tests.system.folding import catalogue, rows_of_model, states
from tests.system.promises import FOLLOWERS, TOPIC_OF, Evidence, broken
from tests.system.reading import Record, ServiceLog
from tests.unit.escalation import story as above
from tests.unit.intake import story

Change = Callable[[Evidence], Evidence]
INTAKE_STREAM = f"complaint-{story.COMPLAINT}"
ESCALATION_STREAM = f"escalation-{story.COMPLAINT}"


@pytest.fixture
async def evidence() -> Evidence:
    """What a small installation leaves behind when all goes well: one complaint, in hand, with a missed clock."""
    intake, escalation = await _log("intake"), await _log("escalation")
    return Evidence(
        logs={"intake": intake, "escalation": escalation},
        records={"intake": _records("intake", intake), "escalation": _records("escalation", escalation)},
        models={
            "complaint_list": rows_of_model("complaint_list", intake.rows),
            "escalation_list": rows_of_model("escalation_list", escalation.rows),
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
        chain = [Step(each, derived_id(str(number), str(place)), cause) for place, each in enumerate(commands)]
        await log.run(Work(stream, chain))
    rows = await storage.log.read(0, 1000)
    head = rows[-1].position
    heard = (COMPLAINT.name, INTAKE_STREAM, 6) if service == "escalation" else (TOPIC_OF["escalation"], ESCALATION_STREAM, 2)
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
    noted = ((1, above.REGISTER), (2, above.CLASSIFY_ONGOING), (6, above.ACKNOWLEDGE), (7, above.missed("first_reply")))
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


async def test_an_installation_that_went_well_broke_no_promise(evidence: Evidence) -> None:
    assert broken(evidence) == []


def rows(service: str, change: Callable[[list[Row]], Sequence[Row]]) -> Change:
    """Change a service's log and nothing else."""

    def changed(evidence: Evidence) -> Evidence:
        log = evidence.logs[service]
        return replace(evidence, logs={**evidence.logs, service: replace(log, rows=tuple(change(list(log.rows))))})

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
        return replace(evidence, models={**evidence.models, "complaint_list": {} if told is None else {key: told}})

    return changed


NOTES = (f"{INTAKE_STREAM}@1", f"{INTAKE_STREAM}@2")

PLANTED: list[tuple[str, str, Change]] = [
    ("R1 acknowledged", "a lost registration", lambda e: replace(e, acknowledged=[*e.acknowledged, story.OTHER])),
    ("R1 registered 2", "a doubled registration", rows("intake", lambda r: again(r, "complaint.registered"))),
    ("R1 classified 0", "a classification that never came", rows("intake", lambda r: without(r, "complaint.classified"))),
    ("R1 classified 2", "a doubled classification", rows("intake", lambda r: again(r, "complaint.classified"))),
    (
        "R2",
        "a second append for one cause",
        rows("intake", lambda r: again(r, "complaint.handover_offered", recorded_at=later_by(r[-1], seconds=1))),
    ),
    ("R2", "two effects of one cause at once", rows("escalation", lambda r: again(r, "escalation.routed"))),
    ("R3 positions", "a position left out", rows("intake", lambda r: [*r[:3], *r[4:]])),
    ("R3 versions", "a version left out", rows("intake", lambda r: [*r[:-1], replace(r[-1], version=99)])),
    ("R3 sequences", "a sequence left out", rows("intake", lambda r: [*r[:-1], replace(r[-1], public_sequence=99)])),
    ("R3 escalation noted", "facts heard in another order", rows("escalation", lambda r: out_of_step(r, *NOTES))),
    (
        "R3 escalation noted",
        "a fact never noted",
        rows("escalation", lambda r: [replace(row, causation_id=None) if row.causation_id == NOTES[1] else row for row in r]),
    ),
    ("R3 intake noted", "a route never noted", rows("intake", lambda r: without(r, "complaint.noted"))),
    ("R3 heard up to", "an inbox that stopped", log("escalation", inbox={(COMPLAINT.name, INTAKE_STREAM): 3})),
    ("R4 relay", "a cursor that stopped", log("intake", checkpoints={"relay": 2, "reactions": 8, "complaint_list": 8})),
    ("R4 reactions", "a cursor beyond the end", log("intake", checkpoints=dict.fromkeys(FOLLOWERS["intake"], 99))),
    ("R5", "a stale row", some_row(lambda row: (*row[:2], "received", *row[3:]))),
    ("R5", "a missing row", some_row(lambda _row: None)),
    ("R6 never published", "a record lost", records(lambda r: r[1:])),
    ("R6 nothing like it", "a phantom", records(lambda r: [*r, replace(r[0], headers=(("ce_id", b"x@1"), ("ce_sequence", b"9")))])),
    ("R6 published otherwise", "other bytes", records(lambda r: first_record(r, value=b"{}"))),
    ("R6 published otherwise", "another key", records(lambda r: first_record(r, key="complaint-other"))),
    ("R6 complaint", "records out of order", records(lambda r: [r[1], r[0], *r[2:]])),
    ("R6 complaint", "a stream on two partitions", records(lambda r: first_record(r, partition=1))),
    ("R7 not armed", "a timer lost", timers(lambda t: dict(list(t.items())[1:]))),
    ("R7 armed for nothing", "a timer not cancelled", timers(lambda t: {**t, (INTAKE_STREAM, "acknowledge@x"): story.later(days=9)})),
    ("R7 due otherwise", "a timer at another time", timers(lambda t: dict.fromkeys(t, story.later(days=99)))),
    ("R7 due and not fired", "a timer that never fired", lambda e: replace(e, now=story.later(days=99))),
    ("R7 missed before", "a timer fired early", rows("intake", missed_early)),
    ("R7 missed 2", "a timer fired twice", rows("intake", lambda r: again(r, "complaint.deadline_missed", causation_id=None))),
]


@pytest.mark.parametrize(("name", "what", "plant"), PLANTED, ids=[what for _, what, _ in PLANTED])
async def test_a_planted_violation_is_named(evidence: Evidence, name: str, what: str, plant: Change) -> None:
    found = broken(plant(evidence))

    assert [each for each in found if each.startswith(name)], f"{what} was not seen; found: {found}"


async def test_what_is_republished_breaks_nothing(evidence: Evidence) -> None:
    doubled = records(lambda found: [*found, *[replace(record, offset=record.offset + 99) for record in found]])

    assert broken(doubled(evidence)) == []


@pytest.mark.parametrize("canary", CANARIES)
def test_a_canary_is_found_however_it_is_spelt(canary: str) -> None:
    for spelling in spellings(canary):
        assert found_in({"a log": b"before " + spelling + b" after"}) != []
    assert found_in({"a log": b"nothing to see"}) == []
