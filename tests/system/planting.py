"""What a small installation leaves behind when all goes well, and ways to spoil it for the checkers' own tests."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

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
from tests.system.folding import READ_MODELS, catalogue, rows_of_model, states
from tests.system.hearing import TOPIC_OF
from tests.system.promises import FOLLOWERS, Evidence
from tests.system.reading import HEARD, PRODUCER, Record, ServiceLog
from tests.unit.blacklist import story as flags
from tests.unit.compensation import story as bargain
from tests.unit.escalation import story as above
from tests.unit.intake import story

Change = Callable[[Evidence], Evidence]
INTAKE_STREAM = f"complaint-{story.COMPLAINT}"
ESCALATION_STREAM = f"escalation-{story.COMPLAINT}"
NEGOTIATION_STREAM = f"negotiation-{story.COMPLAINT}"
# A cause, and the commands it leads to.
Told: TypeAlias = tuple[str | None, list[Any]]


async def small_installation() -> Evidence:
    """What a small installation leaves behind when all goes well: one complaint, in hand, with a missed clock."""
    logs = {name: await _log(name) for name in STEPS}
    logs = {name: replace(log, inbox=_inbox(name, logs)) for name, log in logs.items()}
    return Evidence(
        logs=logs,
        records={name: _records(name, log) for name, log in logs.items()},
        models={
            name: rows_of_model(name, states(logs[service].rows))
            for name, (service, *_) in READ_MODELS.items()
        },
        timers={name: _timers(log) for name, log in logs.items()},
        acknowledged=[story.COMPLAINT],
        now=story.later(minutes=25),
    )


async def _log(service: str) -> ServiceLog:
    keyring = Keyring(MemoryKeyStore())
    (key,) = await keyring.new_persons(1)
    stream, steps = STEPS[service](str(key.person))
    rows = await written(keyring, stream, steps)
    return ServiceLog(tuple(rows), dict.fromkeys(FOLLOWERS[service], rows[-1].position))


async def settled_negotiation() -> list[Row]:
    """Return the log of a compensation that has brought one negotiation to its archive."""
    keyring = Keyring(MemoryKeyStore())
    (key,) = await keyring.new_persons(1)
    person = str(key.person)
    customer = bargain.CUSTOMER.model_copy(update={"actor": person})
    steps: list[Told] = [
        (f"{INTAKE_STREAM}@1", [replace(bargain.REGISTER, person=person)]),
        (f"{INTAKE_STREAM}@2", [replace(bargain.CLASSIFY, person=person)]),
    ]
    moves = (
        bargain.FIND,
        replace(bargain.TERMS, by=customer),
        bargain.OFFER,
        replace(bargain.ACCEPT, by=customer),
        bargain.RENDER,
        bargain.ISSUE,
        replace(bargain.SIGN, by=customer),
        bargain.COMPANY_SIGNS,
        bargain.pay(bargain.settled),
        bargain.ARCHIVE,
    )
    steps += [(None, [move]) for move in moves]
    return list(await written(keyring, NEGOTIATION_STREAM, steps))


async def written(keyring: Keyring, stream: str, steps: Sequence[Told]) -> Sequence[Row]:
    """Return the rows of a log in which a stream was told of each cause with its commands."""
    storage = memory_storage()
    log = EventLog(storage.log, catalogue(), keyring, clock=Clock())
    for number, (cause, commands) in enumerate(steps):
        chain = [
            Step(each, derived_id(str(number), str(place)), cause) for place, each in enumerate(commands)
        ]
        await log.run(Work(stream, chain))
    return await storage.log.read(0, 1000)


def _inbox(hearer: str, logs: Mapping[str, ServiceLog]) -> dict[tuple[str, str], int]:
    """Return how far a service has heard each stream when it has heard everything."""
    found = {}
    for topic in HEARD[hearer]:
        for row in logs[PRODUCER[topic]].rows:
            if TOPIC_OF[row.stream.split("-")[0]] == topic and row.public_sequence is not None:
                found[topic, row.stream] = row.public_sequence
    return found


def _intake(person: str) -> tuple[str, list[Told]]:
    route, higher = (
        Routed(desk="urgent", level=level, rule="ongoing", policy="r-1") for level in ("senior", "lead")
    )
    steps: list[Told] = [
        (None, [replace(story.REGISTER, person=person)]),
        (f"{INTAKE_STREAM}@1", [story.CLASSIFY]),
        (f"{ESCALATION_STREAM}@3", [story.note(route, 3, minutes=1)]),
        (f"{INTAKE_STREAM}@4", [replace(story.OFFER, by=story.SYSTEM)]),
        (None, [story.ACKNOWLEDGE]),
        ("timer:1", [story.ran_out("first_reply", story.later(days=1))]),
        (f"{ESCALATION_STREAM}@6", [story.note(higher, 6, days=1, minutes=1)]),
    ]
    return INTAKE_STREAM, steps


def _escalation(person: str) -> tuple[str, list[Told]]:
    noted = (
        (1, above.REGISTER),
        (2, above.CLASSIFY_ONGOING),
        (6, above.ACKNOWLEDGE),
        (7, above.missed("first_reply")),
    )
    return ESCALATION_STREAM, [
        (f"{INTAKE_STREAM}@{version}", [replace(fact, person=person)]) for version, fact in noted
    ]


def _compensation(person: str) -> tuple[str, list[Told]]:
    noted = ((1, bargain.REGISTER), (2, bargain.CLASSIFY_NO_MONEY))
    return NEGOTIATION_STREAM, [
        (f"{INTAKE_STREAM}@{version}", [replace(fact, person=person)]) for version, fact in noted
    ]


def _blacklist(person: str) -> tuple[str, list[Told]]:
    noted = ((1, flags.register(1)), (2, flags.labelled(1)))
    steps: list[Told] = [
        (f"{INTAKE_STREAM}@{version}", [replace(fact, person=person, cause=f"{INTAKE_STREAM}@{version}")])
        for version, fact in noted
    ]
    return f"flag-{person}", steps


STEPS: Final[Mapping[str, Callable[[str], tuple[str, list[Told]]]]] = {
    "intake": _intake,
    "escalation": _escalation,
    "compensation": _compensation,
    "blacklist": _blacklist,
}


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
