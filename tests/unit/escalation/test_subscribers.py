"""What compensation and blacklist say of a complaint is noted on its escalation; all else of theirs is not heard."""

from __future__ import annotations

from typing import Any

import pytest

from contracts import flag, negotiation
from contracts.message import Message
from eventlog.incoming import Incoming, RawRecord
from services.escalation.domain.escalation.commands import NoteFact
from services.escalation.domain.escalation.facts import DeadlineMissed, Fact, Flag, Screened, Settled
from services.escalation.subscribers import HEARD
from shared_kernel.money import money
from tests.unit.escalation.story import COMPLAINT, NOON, PERSON, later

HASH = "ab" * 32
BY = {"actor": "compensation", "roles": ["system"]}


def said(kind: type[Message], **fields: Any) -> Message:
    return kind.model_validate({"by": BY, "complaint": COMPLAINT, "person": PERSON, **fields})


SETTLED = said(
    negotiation.Settled,
    round=2,
    sum={"amount": "80.00", "currency": "GBP"},
    remedies=["repair"],
    document=HASH,
    signed=HASH,
    extract=HASH,
    custody=[],
)
LATE = said(
    negotiation.DeadlineMissed, clock="approval", start=NOON, due=later(hours=1), level="manager", round=1
)
SCREENED = said(
    flag.Screened,
    flags=[
        {
            "kind": "professional",
            "state": "confirmed",
            "since": NOON,
            "expires_at": later(days=9),
            "review_due": later(days=5),
        }
    ],
)


@pytest.mark.parametrize(
    ("message", "fact"),
    [
        (SETTLED, Settled(round=2, sum=money("80.00", "GBP"), remedies=("repair",))),
        (LATE, DeadlineMissed(clock="approval", start=NOON, level="manager")),
        (LATE.model_copy(update={"level": "newer"}), DeadlineMissed(clock="approval", start=NOON)),
        (SCREENED, Screened(flags=(Flag(kind="professional", state="confirmed"),))),
    ],
)
def test_message_becomes_the_fact_of_its_complaint(message: Message, fact: Fact) -> None:
    [heard] = [each for each in HEARD if each.type == message.TYPE]
    data = message.model_dump_json().encode()
    incoming = Incoming("t", "k", 1, "k@1", message.TYPE, NOON, data, RawRecord("t", 0, 0, None, None, ()))

    told = heard.command(incoming, heard.validate(data), {})

    assert told is not None
    stream, command = told
    assert stream == f"escalation-{COMPLAINT}"
    assert isinstance(command, NoteFact)
    assert (command.at, command.complaint, command.person, command.fact) == (NOON, COMPLAINT, PERSON, fact)
    assert command.cause == incoming.id


def test_of_a_negotiation_settlement_and_missed_clocks_are_heard_and_of_flags_the_screening() -> None:
    types = {each.type for each in HEARD}

    assert types & {message.TYPE for message in negotiation.MESSAGES} == {
        negotiation.DeadlineMissed.TYPE,
        negotiation.Settled.TYPE,
    }
    assert types & {message.TYPE for message in flag.MESSAGES} == {flag.Screened.TYPE}
