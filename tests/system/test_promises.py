"""The checkers are checked: each promise, broken on purpose, is named. A checker that cannot fail is worthless."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contracts.topics import COMPLAINT
from eventlog.recorded import Row
from tests.system.agreements import settled_once
from tests.system.canaries import CANARIES, found_in, spellings
from tests.system.planting import (
    INTAKE_STREAM,
    Change,
    again,
    first_record,
    later_by,
    log,
    missed_early,
    out_of_step,
    records,
    rows,
    settled_negotiation,
    small_installation,
    some_row,
    timers,
    without,
)
from tests.system.promises import FOLLOWERS, Evidence, broken
from tests.unit.intake import story


@pytest.fixture
async def evidence() -> Evidence:
    return await small_installation()


async def test_an_installation_that_went_well_broke_no_promise(evidence: Evidence) -> None:
    assert broken(evidence) == []


NOTES = (f"{INTAKE_STREAM}@1", f"{INTAKE_STREAM}@2")

PLANTED: list[tuple[str, str, Change]] = [
    (
        "R1 acknowledged",
        "a lost registration",
        lambda e: replace(e, acknowledged=[*e.acknowledged, story.OTHER]),
    ),
    ("R1 registered 2", "a doubled registration", rows("intake", lambda r: again(r, "complaint.registered"))),
    (
        "R1 classified 0",
        "a classification that never came",
        rows("intake", lambda r: without(r, "complaint.classified")),
    ),
    (
        "R1 classified 2",
        "a doubled classification",
        rows("intake", lambda r: again(r, "complaint.classified")),
    ),
    (
        "R2",
        "a second append for one cause",
        rows(
            "intake", lambda r: again(r, "complaint.handover_offered", recorded_at=later_by(r[-1], seconds=1))
        ),
    ),
    ("R2", "two effects of one cause at once", rows("escalation", lambda r: again(r, "escalation.routed"))),
    ("R3 positions", "a position left out", rows("intake", lambda r: [*r[:3], *r[4:]])),
    ("R3 versions", "a version left out", rows("intake", lambda r: [*r[:-1], replace(r[-1], version=99)])),
    (
        "R3 sequences",
        "a sequence left out",
        rows("intake", lambda r: [*r[:-1], replace(r[-1], public_sequence=99)]),
    ),
    (
        "R3 escalation noted",
        "facts heard in another order",
        rows("escalation", lambda r: out_of_step(r, *NOTES)),
    ),
    (
        "R3 escalation noted",
        "a fact never noted",
        rows(
            "escalation",
            lambda r: [replace(row, causation_id=None) if row.causation_id == NOTES[1] else row for row in r],
        ),
    ),
    ("R3 intake noted", "a route never noted", rows("intake", lambda r: without(r, "complaint.noted"))),
    (
        "R3 compensation noted",
        "a demand never heard",
        rows("compensation", lambda r: [row for row in r if row.causation_id != NOTES[1]]),
    ),
    (
        "R3 blacklist noted",
        "a person's facts heard in another order",
        rows("blacklist", lambda r: out_of_step(r, *NOTES)),
    ),
    (
        "R3 heard up to",
        "an inbox that stopped",
        log("escalation", inbox={(COMPLAINT.name, INTAKE_STREAM): 3}),
    ),
    (
        "R4 relay",
        "a cursor that stopped",
        log("intake", checkpoints={"relay": 2, "reactions": 8, "complaint_list": 8}),
    ),
    (
        "R4 reactions",
        "a cursor beyond the end",
        log("intake", checkpoints=dict.fromkeys(FOLLOWERS["intake"], 99)),
    ),
    ("R5", "a stale row", some_row(lambda row: (*row[:2], "received", *row[3:]))),
    ("R5", "a missing row", some_row(lambda _row: None)),
    ("R6 never published", "a record lost", records(lambda r: r[1:])),
    (
        "R6 nothing like it",
        "a phantom",
        records(lambda r: [*r, replace(r[0], headers=(("ce_id", b"x@1"), ("ce_sequence", b"9")))]),
    ),
    ("R6 published otherwise", "other bytes", records(lambda r: first_record(r, value=b"{}"))),
    ("R6 published otherwise", "another key", records(lambda r: first_record(r, key="complaint-other"))),
    ("R6 complaint", "records out of order", records(lambda r: [r[1], r[0], *r[2:]])),
    ("R6 complaint", "a stream on two partitions", records(lambda r: first_record(r, partition=1))),
    ("R7 not armed", "a timer lost", timers(lambda t: dict(list(t.items())[1:]))),
    (
        "R7 armed for nothing",
        "a timer not cancelled",
        timers(lambda t: {**t, (INTAKE_STREAM, "acknowledge@x"): story.later(days=9)}),
    ),
    ("R7 due otherwise", "a timer at another time", timers(lambda t: dict.fromkeys(t, story.later(days=99)))),
    ("R7 due and not fired", "a timer that never fired", lambda e: replace(e, now=story.later(days=99))),
    ("R7 missed before", "a timer fired early", rows("intake", missed_early)),
    (
        "R7 missed 2",
        "a timer fired twice",
        rows("intake", lambda r: again(r, "complaint.deadline_missed", causation_id=None)),
    ),
]


@pytest.mark.parametrize(("name", "what", "plant"), PLANTED, ids=[what for _, what, _ in PLANTED])
async def test_a_planted_violation_is_named(evidence: Evidence, name: str, what: str, plant: Change) -> None:
    found = broken(plant(evidence))

    assert [each for each in found if each.startswith(name)], f"{what} was not seen; found: {found}"


@pytest.fixture
async def agreement() -> list[Row]:
    return await settled_negotiation()


async def test_settlement_that_went_well_broke_no_promise(agreement: list[Row]) -> None:
    assert settled_once(agreement) == []


@pytest.mark.parametrize(
    "kind", ["document_rendered", "customer_signed", "company_signed", "payment_instructed", "archived"]
)
async def test_second_effect_of_one_agreement_is_named(agreement: list[Row], kind: str) -> None:
    (found,) = settled_once(again(agreement, f"negotiation.{kind}"))

    assert found.startswith("R2")
    assert "round 1" in found


async def test_payment_that_was_never_instructed_is_named(agreement: list[Row]) -> None:
    (found,) = settled_once(without(agreement, "negotiation.payment_instructed"))

    assert found.endswith("0 payments for 1")


async def test_what_is_republished_breaks_nothing(evidence: Evidence) -> None:
    doubled = records(
        lambda found: [*found, *[replace(record, offset=record.offset + 99) for record in found]]
    )

    assert broken(doubled(evidence)) == []


@pytest.mark.parametrize("canary", CANARIES)
def test_a_canary_is_found_however_it_is_spelt(canary: str) -> None:
    for spelling in spellings(canary):
        assert found_in({"a log": b"before " + spelling + b" after"}) != []
    assert found_in({"a log": b"nothing to see"}) == []
