"""One complaint's people, times and acts, for the tests of the complaint aggregate."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from eventlog.message import By, personal_fields
from eventlog.testing import Given, Scenario
from services.intake.domain.classify import Bypass, Classification, Demand, Evidence, Label
from services.intake.domain.complaint import commands, events
from services.intake.domain.complaint.authority import INTAKE
from services.intake.domain.complaint.commands import ComplaintCommand
from services.intake.domain.complaint.decide import complaint_decider
from services.intake.domain.complaint.events import AnyComplaintEvent
from services.intake.domain.complaint.people import Complainant, Contact
from services.intake.domain.complaint.state import Case, Closed, NotRegistered, Received, State, Talk
from services.intake.domain.complaint.values import (
    Attachment,
    BypassNoted,
    Correction,
    Flag,
    GroupNoted,
    NegotiationNoted,
    Product,
    ReferralReturned,
    Referred,
    Routed,
    Screened,
    StartedClock,
)
from services.intake.policy_files import load_complaint_policy
from shared_kernel.money import money

COMPLAINT = "018f0000-0000-8000-8000-000000000001"
PERSON = "018f0000-0000-8000-8000-0000000000aa"
OTHER = "018f0000-0000-8000-8000-000000000002"
ESCALATION = f"escalation-{COMPLAINT}"
NEGOTIATION = f"negotiation-{COMPLAINT}"

# A Tuesday, ten in the morning in Shanghai: an office hour of the shipped calendar.
TEN = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)


def later(**lapse: float) -> datetime:
    return TEN + timedelta(**lapse)


ANNA = By(actor="anna", roles=("agent",), desk="front")
DORA = By(actor="dora", roles=("agent",), desk="front")
CARL = By(actor="carl", roles=("senior",), desk="technical")
EVE = By(actor="eve", roles=("lead",), desk="technical")
MARA = By(actor="mara", roles=("manager",), desk="head")
REVIEWER = By(actor="rex", roles=("reviewer",))
PLATFORM = By(actor="callcentre", roles=("platform",))
CUSTOMER = By(actor=PERSON, roles=("customer",))
SYSTEM = INTAKE

POLICY = load_complaint_policy()
DECIDER = complaint_decider(POLICY)
given = Scenario(DECIDER).given

REGISTER = commands.RegisterComplaint(
    at=TEN,
    by=ANNA,
    complaint=COMPLAINT,
    person=PERSON,
    content_hash="3f1c",
    source="hotline",
    channel="phone",
    reference="H-1001",
    received_at=TEN,
    recorder="anna",
    complainant=Complainant(name="林女士", phone="+8613800000001"),
    narrative="热水器还在漏水，一直没人来。",
    product=Product(name="water heater", batch="B7", price=money("1299.00", "CNY")),
    site="Riverside 3",
    attachments=(Attachment("ab" * 32, "image/jpeg"),),
)


def labels(timing: Any = "ongoing", severity: Any = "service", **other: Any) -> Classification:
    usual = Classification(
        timing=Label(timing, 0.9, (Evidence(3, 5, "still", 2.0),)),
        severity=Label(severity, 0.8, (Evidence(5, 7, "leak"),)),
        demands=(Demand("fix", 0.7), Demand("refund", 0.9, Decimal(1299), "CNY", (Evidence(0, 3, "sum"),))),
        threats=(),
        bypass=Bypass("none", 0.9),
        needs=(Label("attention", 0.5),),
        motive=Label("redress", 0.5),
        temperament=None,
        language="zh",
        needs_review=False,
        rules_version="test-1",
        bill=(Evidence(3, 5, "still", 2.0),),
    )
    return replace(usual, **other)


def classify(timing: Any = "ongoing", severity: Any = "service", **other: Any) -> commands.Classify:
    return commands.Classify(at=TEN, by=SYSTEM, labels=labels(timing, severity, **other))


CLASSIFY = classify()
ACKNOWLEDGE = commands.Acknowledge(at=later(minutes=10), by=ANNA)
OFFER = commands.OfferHandover(at=later(minutes=11), by=ANNA, desk="technical", level="senior")
ACCEPT = commands.AcceptHandover(at=later(minutes=12), by=CARL)
DECLINE = commands.DeclineHandover(at=later(minutes=12), by=CARL, reason="not our product")
REPLY = commands.Reply(at=later(hours=1), by=ANNA, text="A fitter comes at two.")
STOP_HARM = commands.StopHarm(at=later(hours=4), by=ANNA, stopped_at=later(hours=3), how="valve closed")
ANSWER = commands.Answer(at=later(hours=6), by=ANNA, outcome="answered", text="The valve was replaced.")
SOLVED = commands.RecordReturnVisit(
    at=later(hours=30), by=DORA, reached=True, solved=True, perceived=4, expected=5
)
NOT_SOLVED = replace(SOLVED, solved=False, perceived=1)
UNREACHED = commands.RecordReturnVisit(at=later(hours=30), by=DORA, reached=False)
CLOSE = commands.Close(at=later(hours=31), by=SYSTEM)
REOPEN = commands.Reopen(at=later(hours=40), by=CUSTOMER, words="It drips again.")
WITHDRAW = commands.Withdraw(at=later(hours=41), by=CUSTOMER, words="Never mind.")
ELSEWHERE = commands.DecideElsewhere(at=later(hours=42), by=MARA, decided_by="court", words="Judgment.")
LINK = commands.Link(at=later(hours=1), by=SYSTEM, other=OTHER, why="same_order")
UNLINK = commands.Unlink(at=later(hours=2), by=ANNA, other=OTHER, why="wrong_match")
TO_PAST = commands.CorrectClassification(
    at=later(hours=1), by=ANNA, correction=Correction(timing="past"), reason="It stopped on Monday."
)


def note(fact: Any, version: int = 1, **lapse: float) -> commands.NoteFact:
    at = later(**(lapse or {"hours": 2}))
    return commands.NoteFact(at=at, by=SYSTEM, cause=f"{ESCALATION}@{version}", fact=fact)


ROUTED = Routed(desk="technical", level="senior", rule="ongoing", policy="r-1")
COLLECTIVE = GroupNoted(group="group-1", role="follower", stage="collective")
RECORDED = BypassNoted(step="recorded", target="regulator")
REFERRED = Referred(to="mediator", until=later(days=20))
RETURNED = ReferralReturned()

PROFESSIONAL = Flag(
    kind="professional",
    state="confirmed",
    since=TEN,
    expires_at=later(days=365),
    review_due=later(days=180),
)


def talked(step: str, version: int = 1, at: datetime | None = None, **fields: Any) -> commands.NoteFact:
    """Return the note of a step of the negotiation, in round 1 unless another is given."""
    fact = NegotiationNoted(step=step, **{"round": 1, **fields})
    cause = f"{NEGOTIATION}@{version}"
    return commands.NoteFact(at=at or later(hours=2, minutes=version), by=SYSTEM, cause=cause, fact=fact)


def screened(*flags: Flag, version: int = 1) -> commands.NoteFact:
    cause = f"flag-{PERSON}@{version}"
    return commands.NoteFact(at=later(minutes=version), by=SYSTEM, cause=cause, fact=Screened(flags=flags))


SETTLED = commands.Answer(at=later(hours=3), by=SYSTEM, outcome="settled", text=None)
REFUSED = replace(SETTLED, outcome="refused")

Story = Given[State, ComplaintCommand, AnyComplaintEvent]

registered: Story = given().having(REGISTER)
classified: Story = registered.having(CLASSIFY)
in_hand: Story = classified.having(ACKNOWLEDGE)
offered: Story = in_hand.having(OFFER)
answered: Story = in_hand.having(REPLY, STOP_HARM, ANSWER)
visited: Story = answered.having(SOLVED)
closed: Story = visited.having(CLOSE)
reopened: Story = answered.having(NOT_SOLVED)
open_round: Story = in_hand.having(talked("opened"))


def last(story: Story) -> AnyComplaintEvent:
    return story.history[-1]


def clocks(found: tuple[StartedClock, ...]) -> dict[str, datetime]:
    return {clock.name: clock.due for clock in found}


def running(story: Story) -> dict[str, datetime]:
    return dict(DECIDER.timers(story.state))


def ran_out(clock: str, at: datetime, start: datetime = TEN) -> commands.ClockRanOut:
    return commands.ClockRanOut(at=at, by=SYSTEM, clock=clock, start=start)


def names(story: Story) -> set[str]:
    return {name.partition("@")[0] for name in running(story)}


def misses(story: Story) -> list[tuple[str, datetime]]:
    return [(event.clock, event.start) for event in story.history if isinstance(event, events.DeadlineMissed)]


def statuses(story: Story) -> dict[str, str]:
    state = story.state
    assert not isinstance(state, NotRegistered)
    return {run.clock.name: run.status for run in state.case.clocks}


def grade_of(story: Story) -> str:
    state = story.state
    assert not isinstance(state, NotRegistered | Received)
    assert state.assessment is not None
    return state.assessment.grading.grade


def owner_of(story: Story) -> str | None:
    state = story.state
    assert not isinstance(state, NotRegistered)
    return state.case.owner.actor


def case_of(story: Story) -> Case:
    state = story.state
    assert not isinstance(state, NotRegistered)
    return state.case


def talk_of(story: Story) -> Talk:
    talk = case_of(story).talk
    assert talk is not None
    return talk


def outcome_of(story: Story) -> str:
    assert isinstance(story.state, Closed)
    return story.state.outcome


# Every kind of event at least once, all personal fields filled: for codec, contract and canary tests.
EVERY_EVENT: tuple[AnyComplaintEvent, ...] = (
    *registered.having(CLASSIFY, TO_PAST, ACKNOWLEDGE, OFFER, ACCEPT, LINK, UNLINK, note(REFERRED)).history,
    *offered.having(DECLINE, REPLY, STOP_HARM, ANSWER, NOT_SOLVED).history,
    *classified.having(
        commands.ClockRanOut(at=later(hours=1), by=SYSTEM, clock="acknowledge", start=TEN), ELSEWHERE
    ).history,
)
assert {type(event) for event in EVERY_EVENT} == set(events.EVENTS)

CANARY = "canary-4711"

# Everything personal of a register filled with a canary, under three persons.
PERSONAL_REGISTER = replace(
    REGISTER,
    complainant=Complainant(
        name=CANARY,
        phone=CANARY,
        email=CANARY,
        address=CANARY,
        organisation=CANARY,
        account=CANARY,
        payout_account=CANARY,
        order=CANARY,
        serial=CANARY,
        vulnerable=True,
        protected=True,
    ),
    representative=Contact(name=CANARY, phone=CANARY, relation=CANARY),
    representative_person=OTHER,
    third_party=Contact(name=CANARY, email=CANARY),
    third_party_person="018f0000-0000-8000-8000-0000000000bb",
    narrative=CANARY,
    asks_for=CANARY,
)


def with_canaries(event: AnyComplaintEvent) -> AnyComplaintEvent:
    """Return the event with a canary in every personal text."""
    if isinstance(event, events.ComplaintRegistered):
        return given().having(PERSONAL_REGISTER).history[0]
    return event.model_copy(update=dict.fromkeys(personal_fields(type(event)), CANARY))
