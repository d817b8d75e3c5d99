"""Every message blacklist hears becomes one typed fact on the person's stream; what identifies stays sealed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from contracts import complaint, escalation, negotiation
from contracts.message import Message
from eventlog.incoming import Incoming, RawRecord
from eventlog.message import Command
from services.blacklist.domain.flag import facts
from services.blacklist.domain.flag.commands import NoteFact
from services.blacklist.reactions import BLACKLIST
from services.blacklist.subscribers import HEARD
from shared_kernel.money import money

COMPLAINT = "018f0000-0000-8000-8000-000000000001"
OTHER = "018f0000-0000-8000-8000-000000000002"
PERSON = "018f0000-0000-8000-8000-0000000000aa"
NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
HASH = "ab" * 32
BY = {"actor": "someone", "roles": ["system"]}
SUM = {"amount": "80.00", "currency": "CNY"}
CARE = {"actor": None, "desk": "care", "level": "senior"}
CARL = {"actor": "carl", "desk": "care", "level": "senior"}

REGISTERED = {
    "source": "callcentre",
    "channel": "phone",
    "reference": "R-1",
    "received_at": NOON,
    "owner": CARL,
    "merchant": "Bakery",
    "product": {"name": "bread", "price": {"amount": "4.50", "currency": "CNY"}},
    "purchases_12m": 12,
    "jurisdiction": "CN-31",
}
WHO = {
    "name": "Canary Quill",
    "phone": "13800001111",
    "email": "canary@example.org",
    "account": "a-1",
    "address": "1 Lake Court",
    "order": "O-1",
    "payout_account": "6222 0000 1234",
}
NARRATIVE = "依据《消费者权益保护法》第五十五条，要求退一赔三，给钱就撤诉。"
LABELS = {
    "language": "zh",
    "needs_review": False,
    "rules_version": "r",
    "timing": {"value": "past", "confidence": 1},
    "severity": {"value": "financial", "confidence": 1},
    "bypass": {"stage": "none", "confidence": 1},
    "demands": [{"kind": "compensation", "confidence": 1, "amount": "13.50", "currency": "CNY"}],
}
GRADING = {"grade": "U4", "rule": "r", "lifted": False, "policy": "p"}


def heard(kind: type[Message], opened: Mapping[str, Any] | None = None, **fields: Any) -> NoteFact | None:
    """What blacklist makes of a message, as its subscriber does."""
    (listening,) = [each for each in HEARD if each.type == kind.TYPE]
    message = kind.model_validate({"by": BY, "complaint": COMPLAINT, "person": PERSON, **fields})
    data = message.model_dump_json().encode()
    record = RawRecord("t", 0, 0, b"k", data, ())
    incoming = Incoming(
        "t", f"complaint-{COMPLAINT}", 3, f"complaint-{COMPLAINT}@3", kind.TYPE, NOON, data, record
    )
    told = listening.command(incoming, listening.validate(data), opened or {})
    return None if told is None else note_of(*told)


def note_of(stream: str, command: Command) -> NoteFact:
    assert isinstance(command, NoteFact)
    assert stream == f"flag-{PERSON}"
    assert (command.by, command.at, command.cause) == (BLACKLIST, NOON, f"complaint-{COMPLAINT}@3")
    return command


FACTS: list[tuple[type[Message], dict[str, Any], facts.Fact]] = [
    (
        complaint.ComplaintClassified,
        {"labels": LABELS, "grading": GRADING},
        facts.Classified(
            demands=(facts.Demanded(kind="compensation", amount=Decimal("13.50"), currency="CNY"),)
        ),
    ),
    (
        complaint.ClassificationCorrected,
        {"correction": {"demands": [{"kind": "refund"}]}},
        facts.Corrected(demands=(facts.Demanded(kind="refund"),)),
    ),
    (
        complaint.OwnerChanged,
        {"owner": CARL, "was": CARE, "how": "accepted"},
        facts.OwnerChanged(owner="carl"),
    ),
    (complaint.ComplaintReopened, {"why": "not_solved", "clocks": ()}, facts.Reopened(why="not_solved")),
    (
        complaint.ReturnVisitRecorded,
        {"attempt": 1, "reached": True, "solved": True},
        facts.Visited(solved=True),
    ),
    (complaint.ComplaintClosed, {"outcome": "withdrawn"}, facts.Closed(outcome="withdrawn")),
    (complaint.ComplaintLinked, {"other": OTHER, "why": "same_order"}, facts.Linked(other=OTHER)),
    (complaint.ComplaintUnlinked, {"other": OTHER, "why": "mistake"}, facts.Unlinked(other=OTHER)),
    (
        escalation.BypassRecorded,
        {"number": 1, "target": "regulator", "came_at": NOON, "found_by": "person"},
        facts.BypassRecorded(number=1, target="regulator"),
    ),
    (
        escalation.GroupNoted,
        {"group": OTHER, "role": "follower", "stage": "followers"},
        facts.Grouped(group=OTHER, role="follower", stage="followers"),
    ),
    (
        negotiation.Settled,
        {"round": 1, "sum": SUM, "document": HASH, "signed": HASH, "extract": HASH, "custody": ()},
        facts.Settled(sum=money("80.00", "CNY")),
    ),
    (
        negotiation.Refused,
        {
            "round": 1,
            "refusal_class": "excessive",
            "strategy": "explain",
            "basis": "b",
            "appeal": "ombudsman",
        },
        facts.DemandRefused(refusal_class="excessive", basis="b"),
    ),
    (negotiation.Withdrawn, {"round": 1}, facts.Withdrawn()),
    (
        negotiation.SettledMatterRaised,
        {"other": OTHER, "document": HASH, "settled_at": NOON},
        facts.SettledMatterRaised(other=OTHER, settled_at=NOON),
    ),
]


@pytest.mark.parametrize(("kind", "fields", "fact"), FACTS, ids=[kind.__name__ for kind, _, _ in FACTS])
def test_message_becomes_a_fact_on_the_persons_stream(
    kind: type[Message], fields: dict[str, Any], fact: facts.Fact
) -> None:
    note = heard(kind, **fields)

    assert note is not None
    assert (note.complaint, note.person, note.fact, note.attributes) == (COMPLAINT, PERSON, fact, None)


def test_every_message_that_is_heard_is_tried_here() -> None:
    assert {each.type for each in HEARD} == {
        complaint.ComplaintRegistered.TYPE,
        *(kind.TYPE for kind, _, _ in FACTS),
    }


def test_registration_is_noted_with_its_wording_and_with_what_identifies_sealed() -> None:
    note = heard(complaint.ComplaintRegistered, {"complainant": WHO, "narrative": NARRATIVE}, **REGISTERED)

    assert note is not None
    assert note.fact == facts.Registered(
        received_at=NOON,
        source="callcentre",
        owner="carl",
        merchant="Bakery",
        product="bread",
        price=money("4.50", "CNY"),
        purchases_12m=12,
        wording=facts.Wording(statutes=("cn_consumer_55",), multiple=3, settles=True),
    )
    assert note.attributes is not None
    assert (note.attributes.phone, note.attributes.region, note.attributes.order) == (
        "13800001111",
        "CN",
        "O-1",
    )
    assert note.attributes.payout_account == "6222 0000 1234"
    assert note.attributes.sketch


def test_what_the_customer_asks_for_belongs_to_the_wording() -> None:
    note = heard(
        complaint.ComplaintRegistered,
        {"complainant": WHO, "narrative": "面包发霉。", "asks_for": "退一赔十"},
        **REGISTERED,
    )

    assert note is not None
    assert isinstance(note.fact, facts.Registered)
    assert note.fact.wording.multiple == 10


@pytest.mark.parametrize(
    "opened",
    [
        {"complainant": {**WHO, "vulnerable": True}, "narrative": NARRATIVE},
        {"complainant": {**WHO, "protected": True}, "narrative": NARRATIVE},
        {"complainant": WHO, "narrative": NARRATIVE, "representative": {"name": "Neighbour"}},
        {"complainant": WHO},
        {},
    ],
)
def test_status_representative_and_unreadable_text_call_for_a_person(opened: dict[str, Any]) -> None:
    note = heard(complaint.ComplaintRegistered, opened, **REGISTERED)

    assert note is not None
    assert isinstance(note.fact, facts.Registered)
    assert note.fact.human_review


def test_price_that_is_no_money_is_left_out() -> None:
    odd = {**REGISTERED, "product": {"name": "bar", "price": {"amount": "1.00", "currency": "XAU"}}}
    note = heard(complaint.ComplaintRegistered, {"complainant": WHO, "narrative": NARRATIVE}, **odd)

    assert note is not None
    assert isinstance(note.fact, facts.Registered)
    assert note.fact.price is None


def test_visit_in_vain_is_nothing_to_blacklist() -> None:
    assert heard(complaint.ReturnVisitRecorded, attempt=1, reached=False) is None


def test_desk_that_owns_and_correction_of_other_labels_are_nothing_to_blacklist() -> None:
    assert heard(complaint.OwnerChanged, owner=CARE, was=CARL, how="taken") is None
    assert heard(complaint.ClassificationCorrected, correction={"timing": "past"}) is None
