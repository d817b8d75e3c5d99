"""Every public event of the services intake hears becomes one typed fact on the complaint."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from contracts import escalation, flag, negotiation
from contracts.message import Message
from eventlog.incoming import Heard, Incoming, RawRecord
from services.intake.domain.complaint.commands import NoteFact
from services.intake.domain.complaint.values import (
    AccountNoted,
    BypassNoted,
    Fact,
    Flag,
    GroupNoted,
    Moved,
    NegotiationNoted,
    ReferralReturned,
    Referred,
    Routed,
    Screened,
)
from services.intake.subscribers import HEARD, NOTED, fact_of
from shared_kernel.money import money

COMPLAINT = "018f0000-0000-8000-8000-000000000001"
OTHER = "018f0000-0000-8000-8000-000000000002"
PERSON = "018f0000-0000-8000-8000-0000000000aa"
NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
LATER = datetime(2026, 4, 3, 12, 0, tzinfo=UTC)
HASH = "ab" * 32
ANNA = {"actor": "anna", "roles": ["agent"]}
SYSTEM = {"actor": "compensation", "roles": ["system"]}


def said(kind: type[Message], by: dict[str, Any] | None = None, **fields: Any) -> Message:
    return kind.model_validate({"by": by or SYSTEM, "complaint": COMPLAINT, "person": PERSON, **fields})


def step(name: str, **fields: Any) -> NegotiationNoted:
    return NegotiationNoted(step=name, round=1, **fields)


SUM = {"amount": "80.00", "currency": "GBP"}

FACTS: list[tuple[Message, Fact]] = [
    (
        said(escalation.Routed, desk="care", level="lead", clock="first_reply", rule="r", policy="p"),
        Routed(desk="care", level="lead", rule="r", policy="p"),
    ),
    (said(escalation.Shelved, until=LATER), Moved(move="shelved", until=LATER)),
    (said(escalation.Resumed, why="person"), Moved(move="resumed")),
    (said(escalation.HandlerChanged, until=LATER), Moved(move="handler_changed", until=LATER)),
    (said(escalation.LineHeld, until=LATER), Moved(move="line_held", until=LATER)),
    (said(escalation.Conceded, until=LATER), Moved(move="conceded", until=LATER)),
    (
        said(escalation.BypassThreatened, target="media"),
        BypassNoted(step="threatened", target="media", found_by="classification"),
    ),
    (
        said(escalation.BypassRecorded, number=1, target="court", came_at=NOON, found_by="person"),
        BypassNoted(step="recorded", target="court", found_by="person"),
    ),
    (
        said(escalation.AccountRequested, bypass=1, due=LATER),
        AccountNoted(step="requested", bypass=1),
    ),
    (
        said(escalation.AccountFrozen, bypass=1, absent=True),
        AccountNoted(step="frozen", bypass=1, absent=True),
    ),
    (
        said(escalation.BypassSentBack, target="court", handler="ines", level="lead", due=LATER),
        BypassNoted(step="sent_back", target="court"),
    ),
    (
        said(
            escalation.BypassRepeated, count=2, target="media", call_back_level="manager", call_back_due=LATER
        ),
        BypassNoted(step="repeated", target="media"),
    ),
    (said(escalation.Referred, to="mediator", until=LATER), Referred(to="mediator", until=LATER)),
    (said(escalation.ReferralReturned, outcome="settled"), ReferralReturned()),
    (
        said(escalation.GroupNoted, group=OTHER, role="follower", stage="followers"),
        GroupNoted(group=OTHER, role="follower", stage="followers"),
    ),
    (said(negotiation.Opened, round=1, why="demand", harm_running=False, policy="p"), step("opened")),
    (said(negotiation.ServiceWaived, round=1), step("service_waived")),
    (
        said(
            negotiation.OfferMade,
            round=1,
            offer=1,
            sum=SUM,
            expires_at=LATER,
            proposer="anna",
            approver="carl",
            limits={"level": "agent", "per_case": SUM, "per_day": SUM, "given_today": SUM, "policy": "p"},
        ),
        step("offer_made", actor="anna", approver="carl"),
    ),
    (
        said(negotiation.Settled, round=1, sum=SUM, document=HASH, signed=HASH, extract=HASH, custody=()),
        step("settled", sum=money("80.00", "GBP"), document=HASH),
    ),
    (
        said(
            negotiation.Refused,
            by=ANNA,
            round=1,
            refusal_class="excessive",
            strategy="explain",
            basis="warranty-4",
            appeal="ombudsman",
        ),
        step("refused", basis="warranty-4", appeal="ombudsman", actor="anna"),
    ),
    (
        said(negotiation.Referred, round=1, to="mediator", until=LATER),
        step("referred", to="mediator", until=LATER),
    ),
    (said(negotiation.Withdrawn, round=1), step("withdrawn")),
    (said(negotiation.Ended, round=1, why="answered"), step("ended")),
    (
        said(negotiation.SettledMatterRaised, other=OTHER, document=HASH, settled_at=NOON),
        NegotiationNoted(step="settled_matter_raised", other=OTHER, document=HASH, settled_at=NOON),
    ),
    (
        said(
            flag.Screened,
            flags=[
                {
                    "kind": "professional",
                    "state": "confirmed",
                    "since": NOON,
                    "expires_at": LATER,
                    "review_due": LATER,
                }
            ],
        ),
        Screened(
            flags=(
                Flag(kind="professional", state="confirmed", since=NOON, expires_at=LATER, review_due=LATER),
            )
        ),
    ),
]


@pytest.mark.parametrize(("message", "fact"), FACTS, ids=[each.TYPE for each, _ in FACTS])
def test_message_becomes_the_fact_of_its_complaint(message: Message, fact: Fact) -> None:
    incoming = Incoming(
        topic="t",
        key="some-stream",
        sequence=7,
        id="some-stream@9",
        type=message.TYPE,
        at=NOON,
        data=message.model_dump_json().encode(),
        record=RawRecord("t", 0, 0, None, None, ()),
    )
    heard = heard_as(message.TYPE)
    told = heard.command(incoming, heard.validate(incoming.data), {})

    assert told is not None
    stream, command = told
    assert stream == f"complaint-{COMPLAINT}"
    assert isinstance(command, NoteFact)
    assert (command.cause, command.at, command.fact) == ("some-stream@9", NOON, fact)


def heard_as(name: str) -> Heard:
    [found] = [each for each in HEARD if each.type == name]
    return found


def test_every_step_of_a_negotiation_and_every_event_of_an_escalation_is_heard() -> None:
    assert {*negotiation.MESSAGES, *escalation.MESSAGES, flag.Screened} == set(NOTED)


def test_every_escalation_message_is_tested() -> None:
    assert {type(message) for message, _ in FACTS} >= set(escalation.MESSAGES)


def test_a_refusal_by_the_system_names_nobody_as_its_author() -> None:
    refused = said(negotiation.Refused, round=2, refusal_class="x", strategy="explain", basis="b", appeal="a")

    assert fact_of(refused) == NegotiationNoted(step="refused", round=2, basis="b", appeal="a")


def test_level_of_a_later_release_is_a_dead_letter_and_never_an_event_that_nobody_can_read() -> None:
    message = said(escalation.Routed, desk="care", level="director", clock="c", rule="r", policy="p")

    with pytest.raises(ValidationError):
        fact_of(message)
