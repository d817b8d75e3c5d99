"""One complaint's people, times, facts and moves, for the tests of escalation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zlib import crc32

from eventlog.message import By
from eventlog.testing import Given, Scenario
from services.escalation.domain.escalation import commands
from services.escalation.domain.escalation.commands import EscalationCommand, NoteFact
from services.escalation.domain.escalation.decide import escalation_decider
from services.escalation.domain.escalation.events import AnyEscalationEvent, Routed
from services.escalation.domain.escalation.facts import (
    Acknowledged,
    Answered,
    Attributes,
    Classified,
    Closed,
    Corrected,
    DeadlineMissed,
    Fact,
    Flag,
    Grouped,
    HarmStopped,
    Linked,
    OwnerChanged,
    Registered,
    Regraded,
    Reopened,
    Replied,
    Screened,
    Settled,
)
from services.escalation.domain.escalation.state import Escalation, State
from services.escalation.policy_files import load_escalation_policy
from services.escalation.reactions import ESCALATION
from shared_kernel.money import money

COMPLAINT = "018f0000-0000-8000-8000-000000000001"
EARLIER = "018f0000-0000-8000-8000-000000000002"
PERSON = "018f0000-0000-8000-8000-0000000000aa"
GROUP = "018f0000-0000-8000-8000-0000000000c1"

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


def later(**lapse: float) -> datetime:
    return NOON + timedelta(**lapse)


ANNA = By(actor="anna", roles=("agent",), desk="front")
CARL = By(actor="carl", roles=("senior",), desk="care")
EVE = By(actor="eve", roles=("lead",), desk="care")
MARA = By(actor="mara", roles=("manager",), desk="customer_relations")
CUSTOMER = By(actor=PERSON, roles=("customer",))

POLICY = load_escalation_policy()
DECIDER = escalation_decider(POLICY)
given = Scenario(DECIDER).given

Story = Given[State, EscalationCommand, AnyEscalationEvent]


def note(fact: Fact, at: datetime = NOON, **fields: Any) -> NoteFact:
    """Return the note of a fact told by a stream of its own, unless `cause` says by which event."""
    told = {"cause": f"told-{crc32(repr((fact, at)).encode())}@1", **fields}
    return NoteFact(at=at, by=ESCALATION, complaint=COMPLAINT, person=PERSON, fact=fact, **told)


def labelled(**labels: Any) -> Classified:
    usual: dict[str, Any] = {"timing": "past", "severity": "service", "grade": "U4", "language": "en"}
    return Classified(**{**usual, **labels})


def missed(clock: str, start: datetime = NOON) -> NoteFact:
    return note(DeadlineMissed(clock=clock, start=start), start + timedelta(hours=2))


def grouped(stage: str, role: str | None = "follower", group: str = GROUP, **fields: Any) -> Grouped:
    return Grouped.model_validate({"group": group, "role": role, "stage": stage, **fields})


def flagged(*kinds: str, state: Literal["proposed", "confirmed", "appealed"] = "confirmed") -> NoteFact:
    """Return the note that the complainant carries these flags; none says that the last one is gone."""
    return note(Screened(flags=tuple(Flag(kind=kind, state=state) for kind in kinds)), later(hours=1))


LEFT = Grouped(group=GROUP, role=None, stage=None)

REGISTER = note(
    Registered(
        received_at=NOON, source="callcentre", owner="anna", tier="silver", cause_words=("water_leak",)
    ),
    attributes=Attributes(product="Tap T1", site="Lake Court", features=(1, 2, 3)),
)
CLASSIFY = note(labelled())
CLASSIFY_ONGOING = note(labelled(timing="ongoing", grade="U2"))
CLASSIFY_BYPASS = note(labelled(grade="U3", bypass="done", target="regulator"))
CORRECT_TO_NO_BYPASS = note(Corrected(bypass="none"), later(hours=1))
REGRADE = note(Regraded(grade="U3"), later(hours=1))
STOP_HARM = note(HarmStopped(), later(hours=1))
ACKNOWLEDGE = note(Acknowledged(), later(minutes=10))
REPLY = note(Replied(), later(minutes=20))
CARL_OWNS = note(OwnerChanged(owner="carl"), later(minutes=30))
ANSWER = note(Answered(outcome="answered"), later(hours=3))
REOPEN = note(Reopened(), later(hours=5))
CLOSE = note(Closed(outcome="answered"), later(hours=6))
SETTLED = note(Settled(round=1, sum=money("80.00", "GBP"), remedies=("fix",)), later(hours=4))
LINK = note(Linked(other=EARLIER), later(minutes=5))

SHELVE = commands.Shelve(at=later(hours=2), by=CARL, until=later(days=5), reason="waits for the laboratory")
RESUME = commands.Resume(at=later(days=1), by=CARL, reason="the laboratory has answered")
CHANGE_HANDLER = commands.ChangeHandler(
    at=later(hours=2), by=EVE, handler="dora", until=later(days=1), reason="they do not get on"
)
HOLD_LINE = commands.HoldLine(at=later(hours=2), by=CARL, until=later(days=5), reason="the contract is clear")
CONCEDE = commands.Concede(at=later(hours=2), by=CARL, until=later(days=5), reason="our mistake after all")
RECORD_BYPASS = commands.RecordBypass(at=later(hours=2), by=ANNA, target="regulator", came_at=later(hours=1))
SECOND_BYPASS = commands.RecordBypass(at=later(hours=4), by=ANNA, target="media", came_at=later(hours=3))
FREEZE = commands.FreezeAccount(at=later(hours=3), by=ANNA, account="I called on Monday and nobody was in")
SEND_BACK = commands.SendBack(
    at=later(hours=5), by=MARA, handler="ines", level="manager", reason="not properly looked into"
)
REFER = commands.Refer(
    at=later(hours=2), by=EVE, to="mediator", name="Consumer Council", until=later(days=30), reason="deadlock"
)
RETURN = commands.ReturnReferral(
    at=later(days=9), by=CARL, outcome="settled", findings="both agreed to a repair"
)

registered = given().having(REGISTER)
routed = registered.having(CLASSIFY)
bypassed = routed.having(RECORD_BYPASS)
closed = routed.having(CLOSE)


def state_of(story: Story) -> Escalation:
    assert isinstance(story.state, Escalation)
    return story.state


def routes(story: Story) -> list[Routed]:
    return [event for event in story.history if isinstance(event, Routed)]


def last_route(story: Story) -> Routed:
    return routes(story)[-1]
