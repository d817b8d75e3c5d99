from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel

from contracts import complaint as contract
from contracts.complaint_parts import Demand, Demanded, Price
from eventlog.message import personal_fields
from services.intake.domain.classify import Bypass
from services.intake.domain.classify import Demand as Asked
from services.intake.domain.complaint import commands
from services.intake.domain.complaint.events import EVENTS, AnyComplaintEvent, FactNoted
from services.intake.domain.complaint.values import Correction
from services.intake.domain.complaint.values import Demanded as Wished
from services.intake.outgoing import PUBLIC, outgoing
from tests.unit.intake.story import (
    ANNA,
    CANARY,
    CLASSIFY,
    EVERY_EVENT,
    REGISTER,
    classified,
    classify,
    given,
    later,
    registered,
    with_canaries,
)

STREAM = "complaint-018f0000-0000-8000-8000-000000000001"
PUBLIC_EVENTS = [event for event in EVERY_EVENT if not isinstance(event, FactNoted)]


def told(event: AnyComplaintEvent) -> Any:
    message = outgoing(STREAM, event)
    assert message is not None
    return message


def test_every_event_but_the_note_has_a_message_and_every_message_an_event() -> None:
    assert set(PUBLIC) == set(EVENTS) - {FactNoted}
    assert tuple(PUBLIC.values()) == contract.MESSAGES


def test_message_type_follows_from_the_events() -> None:
    assert [f"amends.{event.TYPE}.v1" for event in PUBLIC] == [message.TYPE for message in PUBLIC.values()]


def test_note_is_private() -> None:
    [note] = [event for event in EVERY_EVENT if isinstance(event, FactNoted)]

    assert outgoing(STREAM, note) is None


@pytest.mark.parametrize("event", PUBLIC_EVENTS, ids=lambda event: event.TYPE)
def test_nothing_personal_stands_in_clear(event: AnyComplaintEvent) -> None:
    message = told(with_canaries(event))

    assert CANARY not in message.model_dump_json()
    assert not set(personal_fields(type(event))) & set(type(message).model_fields)


@pytest.mark.parametrize("event", PUBLIC_EVENTS, ids=lambda event: event.TYPE)
def test_message_says_whose_complaint_it_is_and_who_acted(event: AnyComplaintEvent) -> None:
    message = told(event)

    assert (message.complaint, message.person) == (event.complaint, event.person)
    assert message.by.actor == event.by.actor
    assert message.sealed == ()


@pytest.mark.parametrize("event", PUBLIC_EVENTS, ids=lambda event: event.TYPE)
def test_message_survives_its_own_json_as_a_closed_writer_sends_it(event: AnyComplaintEvent) -> None:
    message = told(event)

    again = type(message).model_validate_json(message.model_dump_json(), extra="forbid")

    assert message == again


def test_registration_tells_what_escalation_and_integrators_need() -> None:
    told_all = replace(
        REGISTER, tier="gold", purchases_12m=4, region="Fangshan", service="repair", merchant="M1"
    )
    message = told(given().having(told_all).history[0])

    assert (message.source, message.channel, message.reference) == ("hotline", "phone", "H-1001")
    assert (message.product.name, message.product.batch) == ("water heater", "B7")
    assert message.product.price.model_dump() == {"amount": "1299.00", "currency": "CNY"}
    assert (message.site, message.region, message.service, message.merchant) == (
        "Riverside 3",
        "Fangshan",
        "repair",
        "M1",
    )
    assert (message.tier, message.purchases_12m, message.owner.actor) == ("gold", 4, "anna")


def test_classification_tells_labels_with_offsets_and_the_grade() -> None:
    message = told(classified.history[1])

    assert message.labels.timing.value == "ongoing"
    assert message.labels.timing.evidence[0].model_dump() == {
        "start": 3,
        "end": 5,
        "rule": "still",
        "field": "narrative",
    }
    assert message.labels.demands[1].amount == "1299"
    assert (message.grading.grade, message.grading.rule) == ("U2", "ongoing_other")


def test_bypass_tells_its_target() -> None:
    story = registered.having(classify(bypass=Bypass("done", 0.8, "regulator")))

    assert told(story.history[1]).labels.bypass.target == "regulator"


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (Decimal("0.50"), "0.50"),
        (Decimal("1E+5"), "100000"),
        (Decimal("999999999999999.9999"), "999999999999999.9999"),
        (Decimal(1000000000000000), None),
        (Decimal("0.12345"), None),
        (Decimal(-1), None),
        (Decimal("NaN"), None),
        (None, None),
    ],
)
def test_amount_no_message_can_hold_is_left_out_and_nothing_fails(
    amount: Decimal | None, written: str | None
) -> None:
    asked = classify(demands=(Asked("refund", 0.9, amount, "CNY"),))
    corrected = commands.CorrectClassification(
        at=later(minutes=1), by=ANNA, correction=Correction(demands=(Wished("refund", amount, "CNY"),))
    )
    message = told(registered.having(asked).history[1])
    correction = told(registered.having(CLASSIFY, corrected).history[3])

    assert message.labels.demands == (Demand(kind="refund", confidence=0.9, amount=written, currency="CNY"),)
    assert correction.correction.demands == (Demanded(kind="refund", amount=written, currency="CNY"),)


@pytest.mark.parametrize("part", [Demand, Demanded, Price])
def test_contract_gives_amounts_as_strings_in_its_schema(part: type[BaseModel]) -> None:
    kinds = part.model_json_schema()["properties"]["amount"]["anyOf"]

    assert [kind["type"] for kind in kinds] == ["string", "null"]
    assert "pattern" in kinds[0]
