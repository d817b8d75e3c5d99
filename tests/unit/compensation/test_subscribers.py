"""What intake and escalation say of a complaint is noted on its negotiation, the customer sealed beside it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from contracts import complaint, escalation
from contracts.message import Message
from eventlog.incoming import Incoming, RawRecord
from services.compensation.domain.negotiation import facts
from services.compensation.domain.negotiation.authority import COMPENSATION
from services.compensation.domain.negotiation.commands import NoteFact
from services.compensation.domain.negotiation.values import Demanded, Owner, Remedy
from services.compensation.subscribers import HEARD
from tests.unit.compensation.story import COMPLAINT, EARLIER, GROUP, NOON, PERSON

BY = {"actor": "intake", "roles": ["system"]}
OWNER = {"actor": "carl", "desk": "care", "level": "senior"}
BYPASS = {"number": 1, "came_at": NOON, "found_by": "classifier"}
LABEL = {"value": "ongoing", "confidence": 0.9}
LABELS = {
    "language": "zh",
    "needs_review": False,
    "rules_version": "1",
    "timing": LABEL,
    "severity": {"value": "financial", "confidence": 0.9},
    "demands": [{"kind": "refund", "confidence": 0.9, "amount": "50.00", "currency": "CNY"}],
    "bypass": {"stage": "none", "confidence": 1},
}
GRADING = {"grade": "U2", "rule": "r", "lifted": False, "policy": "p"}
REGISTER: dict[str, Any] = {
    "source": "call-centre",
    "channel": "phone",
    "reference": "R-1",
    "received_at": NOON,
    "owner": OWNER,
    "tier": "gold",
    "product": {"name": "Kettle"},
}


def told(kind: type[Message], opened: Mapping[str, Any] | None = None, **fields: Any) -> NoteFact:
    message = kind.model_validate({"by": BY, "complaint": COMPLAINT, "person": PERSON, **fields})
    [heard] = [each for each in HEARD if each.type == kind.TYPE]
    data = message.model_dump_json().encode()
    record = RawRecord("t", 0, 0, None, None, ())
    incoming = Incoming("t", "k", 1, f"complaint-{COMPLAINT}@7", kind.TYPE, NOON, data, record)
    answer = heard.command(incoming, heard.validate(data), opened or {})
    assert answer is not None
    stream, command = answer
    assert stream == f"negotiation-{COMPLAINT}"
    assert isinstance(command, NoteFact)
    assert (command.at, command.by, command.complaint, command.person, command.cause) == (
        NOON,
        COMPENSATION,
        COMPLAINT,
        PERSON,
        f"complaint-{COMPLAINT}@7",
    )
    return command


@pytest.mark.parametrize(
    ("kind", "fields", "fact"),
    [
        (
            complaint.ComplaintClassified,
            {"labels": LABELS, "grading": GRADING},
            facts.Classified(
                harm_running=True, language="zh", demands=(Demanded("refund", Decimal("50.00"), "CNY"),)
            ),
        ),
        (
            complaint.ClassificationCorrected,
            {"correction": {"timing": "past"}},
            facts.Corrected(harm_running=False),
        ),
        (
            complaint.ClassificationCorrected,
            {"correction": {"demands": [{"kind": "apology"}]}},
            facts.Corrected(demands=(Demanded("apology"),)),
        ),
        (complaint.HarmStopped, {"stopped_at": NOON}, facts.HarmStopped()),
        (
            complaint.OwnerChanged,
            {"owner": OWNER, "was": OWNER, "how": "taken"},
            facts.OwnerChanged(owner=Owner("carl", "care", "senior")),
        ),
        (
            complaint.ComplaintLinked,
            {"other": EARLIER, "why": "same_order"},
            facts.Linked(other=EARLIER, why="same_order"),
        ),
        (complaint.ComplaintUnlinked, {"other": EARLIER, "why": "error"}, facts.Unlinked(other=EARLIER)),
        (
            complaint.ComplaintAnswered,
            {"outcome": "settled", "clocks": []},
            facts.Answered(outcome="settled"),
        ),
        (complaint.ComplaintReopened, {"why": "customer", "clocks": []}, facts.Reopened(why="customer")),
        (complaint.ComplaintClosed, {"outcome": "withdrawn"}, facts.Closed(outcome="withdrawn")),
        (
            escalation.GroupNoted,
            {
                "group": GROUP,
                "role": "follower",
                "stage": "followers",
                "remedy": {"kind": "refund", "amount": "500.00", "currency": "CNY"},
            },
            facts.Grouped(
                group=GROUP,
                role="follower",
                stage="followers",
                remedy=Remedy("refund", Decimal("500.00"), "CNY"),
            ),
        ),
        (
            escalation.GroupNoted,
            {"group": GROUP},
            facts.Grouped(group=GROUP, role=None, stage=None),
        ),
        (
            escalation.BypassThreatened,
            {"target": "media"},
            facts.Bypassed(step="threatened", target="media"),
        ),
        (
            escalation.BypassRecorded,
            {"target": "regulator", **BYPASS},
            facts.Bypassed(step="recorded", target="regulator"),
        ),
    ],
)
def test_message_becomes_the_fact_of_its_complaint(
    kind: type[Message], fields: dict[str, Any], fact: facts.Fact
) -> None:
    found = told(kind, **fields)

    assert found.fact == fact
    assert found.customer is None


def test_registration_brings_the_customer_and_what_the_loss_is_about() -> None:
    complainant = {"name": "Li Hua", "phone": "+8613900000000", "order": "ORD-1", "vulnerable": True}
    found = told(
        complaint.ComplaintRegistered,
        {"complainant": complainant, "narrative": "I was charged twice for one order."},
        **REGISTER,
    )

    assert found.customer == facts.Customer(
        name="Li Hua", phone="+8613900000000", order="ORD-1", product="Kettle"
    )
    assert isinstance(found.fact, facts.Registered)
    assert found.fact.owner == Owner("carl", "care", "senior")
    assert found.fact.cause_words


def test_registration_of_an_erased_person_brings_nobody_to_reach() -> None:
    found = told(complaint.ComplaintRegistered, **REGISTER)

    assert found.customer is None
    assert isinstance(found.fact, facts.Registered)
    assert found.fact.cause_words == ()
