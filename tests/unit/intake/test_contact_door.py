"""The door on Kafka takes the very register that HTTP takes."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import pytest

from contracts.contact import ContactReported
from contracts.envelope import HeaderWriter
from contracts.register import Register
from eventlog.clock import Clock
from eventlog.incoming import Poison, RawRecord
from eventlog.message import By
from services.intake.registering import Registering
from services.intake.subscribers import ContactDoor

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
SUBJECT = "hotline/phone/C-1"
CONTACT = {
    "source": "hotline",
    "channel": "phone",
    "reference": "C-1",
    "received_at": "2026-03-03T12:00:00+08:00",
    "complainant": {"phone": "+86 138 0013 8000"},
    "product": {
        "name": "Tap T1",
        "produced_on": "2025-01-31",
        "price": {"amount": "12.50", "currency": "CNY"},
    },
    "narrative": "The tap still drips.",
    "attachments": [{"sha256": "ab" * 32, "media_type": "image/jpeg"}],
}


class Taken:
    """Takes registers in and keeps them."""

    def __init__(self) -> None:
        self.registers: list[Register] = []

    async def register(
        self, register: Register, _by: By, _at: datetime, _command_id: UUID | None = None
    ) -> None:
        self.registers.append(register)


def told(value: bytes, key: str = SUBJECT) -> list[Register]:
    """What the door takes in of one record. Raises Poison."""
    headers = HeaderWriter(source="/hotline").headers(
        event_id="1",
        type_name=ContactReported.TYPE,
        schema_version="1.0",
        subject=key,
        sequence=1,
        time=NOON,
        recorded_time=NOON,
        correlation_id="1",
    )
    taken = Taken()
    door = ContactDoor(cast("Registering", taken), Clock())
    asyncio.run(door(RawRecord("amends.contact.v1", 0, 0, key.encode(), value, headers)))
    return taken.registers


def as_json(**changes: Any) -> bytes:
    return json.dumps({**CONTACT, **changes}).encode()


def test_a_contact_with_lists_and_dates_is_read_as_http_reads_it() -> None:
    [register] = told(as_json())

    assert register == ContactReported.model_validate(CONTACT)
    assert len(register.attachments) == 1


@pytest.mark.parametrize(
    ("value", "cause", "rule"),
    [
        (as_json()[:-20], "unreadable", "not_json"),
        (as_json(channel="pigeon"), "breaks_contract", "channel"),
        (as_json(purchases_12m="12"), "breaks_contract", "purchases_12m"),
        (as_json(reference="C-2"), "unreadable", "subject_not_key"),
    ],
)
def test_a_contact_that_breaks_the_rules_is_poison_named_by_its_place(
    value: bytes, cause: str, rule: str
) -> None:
    with pytest.raises(Poison) as found:
        told(value)

    assert (found.value.cause, found.value.rule) == (cause, rule)
