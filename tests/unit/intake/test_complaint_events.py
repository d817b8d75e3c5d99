from __future__ import annotations

import json
from typing import get_args

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from eventlog.codec import Codec, Encoded
from eventlog.keys import PersonKey
from eventlog.message import ERASED, personal_fields
from eventlog.recorded import Row
from services.intake.domain.complaint.events import (
    EVENTS,
    AnyComplaintEvent,
    ComplaintClassified,
    ComplaintRegistered,
    FactNoted,
)
from services.intake.domain.complaint.values import (
    BypassNoted,
    Fact,
    GroupNoted,
    Level,
    Moved,
    ReferralReturned,
    Referred,
    Routed,
)
from services.intake.upcasters import UPCASTERS
from shared_kernel.roles import LADDER
from tests.unit.intake.story import (
    CANARY,
    COMPLAINT,
    DECIDER,
    EVERY_EVENT,
    PERSON,
    PERSONAL_REGISTER,
    TEN,
    given,
    in_hand,
    later,
    note,
    with_canaries,
)

CODEC = Codec(EVENTS, UPCASTERS)
ID = f"complaint-{COMPLAINT}@1"

TABLE = """
complaint.registered complaint.classified complaint.reply_promised complaint.classification_corrected
complaint.regraded complaint.acknowledged complaint.handover_offered complaint.handover_declined
complaint.owner_changed complaint.replied complaint.harm_stopped complaint.linked complaint.unlinked
complaint.noted complaint.answered complaint.return_visit_recorded complaint.reopened
complaint.deadline_missed complaint.closed
"""


def keys_of(event: AnyComplaintEvent) -> dict[str, PersonKey | None]:
    return {
        person: PersonKey(f"key of {person}", person, AESGCM(bytes([number]) * 32))
        for number, person in enumerate(sorted(CODEC.persons(event)))
    }


def row_of(event: AnyComplaintEvent, encoded: Encoded) -> Row:
    return Row(
        position=1,
        stream=ID.split("@", maxsplit=1)[0],
        version=1,
        type=event.TYPE,
        schema_version=event.VERSION,
        at=TEN,
        recorded_at=TEN,
        correlation_id=COMPLAINT,
        causation_id=None,
        public_type=None,
        public_schema=None,
        public_sequence=None,
        body=encoded.body,
        public=None,
    )


def test_events_are_those_of_the_table_and_the_decider_knows_them_all() -> None:
    assert [event.TYPE for event in EVENTS] == TABLE.split()
    assert EVENTS == DECIDER.events == get_args(AnyComplaintEvent)


@pytest.mark.parametrize("event", EVERY_EVENT, ids=lambda event: event.TYPE)
def test_event_survives_its_own_json(event: AnyComplaintEvent) -> None:
    again = type(event).model_validate_json(event.model_dump_json())

    assert event == again


@pytest.mark.parametrize("event", EVERY_EVENT, ids=lambda event: event.TYPE)
def test_event_survives_sealing_and_opening_and_shows_nothing_personal(event: AnyComplaintEvent) -> None:
    told = with_canaries(event)
    keys = keys_of(told)
    encoded = CODEC.encode(told, ID, keys)
    row = row_of(told, encoded)

    assert CANARY.encode() not in encoded.body
    assert told == CODEC.opened(row, {key.id: key for key in keys.values() if key is not None})


@pytest.mark.parametrize("event", EVERY_EVENT, ids=lambda event: event.TYPE)
def test_fold_needs_no_key(event: AnyComplaintEvent) -> None:
    told = with_canaries(event)

    closed = CODEC.closed(row_of(told, CODEC.encode(told, ID, keys_of(told))))

    assert all(getattr(closed, name) in {ERASED, None} for name in personal_fields(type(closed)))
    history = (EVERY_EVENT[0],) if event.TYPE != "complaint.registered" else ()
    assert DECIDER.fold((*history, closed)) == DECIDER.fold((*history, told))


def test_each_person_of_a_register_has_an_own_sealed_block() -> None:
    event = given().having(PERSONAL_REGISTER).history[0]
    encoded = CODEC.encode(event, ID, keys_of(event))

    blocks = json.loads(encoded.sealed or b"[]")

    assert isinstance(event, ComplaintRegistered)
    persons = {PERSON, event.representative_person, event.third_party_person}
    assert {block["person"] for block in blocks} == persons
    assert len(persons) == 3


def test_protected_status_is_sealed() -> None:
    event = given().having(PERSONAL_REGISTER).history[0]

    assert b"vulnerable" not in CODEC.encode(event, ID, keys_of(event)).body


@pytest.mark.parametrize(
    "fact",
    [
        Routed(desk="technical", level="lead", handler="carl", not_to=("anna",), rule="r", policy="p"),
        BypassNoted(step="sent_back", target="regulator"),
        GroupNoted(group="g", role=None, stage=None),
        Moved(move="line_held", until=later(days=1)),
        Referred(to="mediator", until=later(days=20)),
        ReferralReturned(),
    ],
)
def test_every_noted_fact_keeps_its_kind(fact: Fact) -> None:
    event = next(each for each in in_hand.having(note(fact)).history if isinstance(each, FactNoted))

    again = FactNoted.model_validate_json(event.model_dump_json())

    assert fact == again.fact
    assert type(fact) is type(again.fact)


def test_unknown_members_of_a_stored_event_are_not_passed_over() -> None:
    event = next(each for each in EVERY_EVENT if isinstance(each, ComplaintClassified))
    body = json.loads(event.model_dump_json())
    body["labels"]["mood"] = "grim"

    with pytest.raises(ValueError, match="mood"):
        ComplaintClassified.model_validate(body)


def test_stored_shape_of_a_classification_is_pinned() -> None:
    event = next(each for each in EVERY_EVENT if isinstance(each, ComplaintClassified))

    assert json.loads(event.model_dump_json(include={"labels"})) == {
        "labels": {
            "timing": {
                "value": "ongoing",
                "confidence": 0.9,
                "evidence": [{"start": 3, "end": 5, "rule": "still", "points": 2.0, "field": "narrative"}],
            },
            "severity": {
                "value": "service",
                "confidence": 0.8,
                "evidence": [{"start": 5, "end": 7, "rule": "leak", "points": 0.0, "field": "narrative"}],
            },
            "demands": [
                {"kind": "fix", "confidence": 0.7, "amount": None, "currency": None, "evidence": []},
                {
                    "kind": "refund",
                    "confidence": 0.9,
                    "amount": "1299",
                    "currency": "CNY",
                    "evidence": [{"start": 0, "end": 3, "rule": "sum", "points": 0.0, "field": "narrative"}],
                },
            ],
            "threats": [],
            "bypass": {"stage": "none", "confidence": 0.9, "target": None, "evidence": []},
            "needs": [{"value": "attention", "confidence": 0.5, "evidence": []}],
            "motive": {"value": "redress", "confidence": 0.5, "evidence": []},
            "temperament": None,
            "language": "zh",
            "needs_review": False,
            "rules_version": "test-1",
            "bill": [{"start": 3, "end": 5, "rule": "still", "points": 2.0, "field": "narrative"}],
        }
    }


def test_levels_are_the_rungs_of_the_ladder() -> None:
    assert get_args(Level) == LADDER
