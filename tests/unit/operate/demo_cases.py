"""Complaints as the demo's players see them, for the tests of the demo."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from operate.demo.case import Act, Case, Later, Pay, Sign
from operate.demo.plays import next_turn
from operate.demo.seen import ClockSeen, Offered, Seat, Seen
from operate.demo.tales import Story, Tale
from operate.demo.talk import OfferSeen, Talk

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
COMPLAINT = "018f0000-0000-8000-8000-000000000001"
PERSON = "018f0000-0000-8000-8000-0000000000aa"
CARE = Offered("care", "senior")


def tale(plot: str = "answered", *, channel: str = "phone", **story: Any) -> Tale:
    usual = {
        "received_before": timedelta(minutes=10),
        "language": "en",
        "timing": "ongoing",
        "severity": "service",
        "demand": "fix",
        "demand_amount": None,
        "bypass": "none",
        "bypass_target": None,
        "group": None,
        "plot": plot,
    }
    register = {"source": "nova-callcentre", "channel": channel, "reference": "NC-1", "recorder": "a-017"}
    return Tale(register, Story.model_validate({**usual, **story}))


def case(plot: str = "answered", **told: Any) -> Case:
    return Case(tale(plot, **told), COMPLAINT)


def clock(name: str, status: str = "running", *, start: datetime = NOON, hours: float = 8) -> ClockSeen:
    due = start + timedelta(hours=hours)
    return ClockSeen(name, status, start, due, start if status == "met" else None)


OPENING = (
    clock("acknowledge", hours=0.5),
    clock("stop_the_loss"),
    clock("first_reply"),
    clock("final_answer", hours=168),
)
CLASSIFIED = Seen(
    complaint=COMPLAINT,
    person=PERSON,
    stage="classified",
    owner=Seat("a-017", "front", "agent"),
    timing="ongoing",
    severity="service",
    harm="running",
    clocks=OPENING,
)
IN_HAND = replace(
    CLASSIFIED,
    stage="in_hand",
    clocks=(
        clock("acknowledge", "met"),
        clock("stop_the_loss"),
        clock("first_reply"),
        clock("final_answer", hours=168),
    ),
)
STOPPED = replace(
    IN_HAND,
    timing="past",
    harm="stopped",
    clocks=(clock("acknowledge", "met"), clock("first_reply"), clock("final_answer", hours=168)),
)
ANSWERED = replace(
    STOPPED,
    stage="answered",
    clocks=(clock("acknowledge", "met"), clock("final_answer", "met"), clock("return_visit", hours=48)),
)
CLOSED = replace(ANSWERED, stage="closed", clocks=())
LIVE = OfferSeen(1, "90.00", "GBP", "a-017", expires_at=NOON + timedelta(hours=72))
WAITING = OfferSeen(1, "900.00", "GBP", "a-017", level_needed="lead")
REVIEW = Talk(state="liability_review", round=1)
TERMS = Talk(state="terms_awaited", round=1)
TALKING = Talk(state="bargaining", round=1)


def talking(seen: Seen = STOPPED, talk: Talk = REVIEW, **changes: Any) -> Seen:
    """A complaint that asks for money, and where its negotiation stands."""
    return replace(seen, demands=frozenset({"refund"}), talk=replace(talk, **changes))


def bargain(name: str = "plain", plot: str = "answered", **story: Any) -> Case:
    told = {"demand": "refund", "demand_amount": {"amount": "90", "currency": "GBP"}, **story}
    return case(plot, bargain=name, **told)


def did(played: Case, *names: str, at: datetime = NOON) -> Case:
    """The case after these deeds of round 1."""
    for name in names:
        played.note(f"round 1 {name}", at)
    return played


def door(played: Case, seen: Seen, at: datetime = NOON) -> str:
    """The door of the next act; "later" or "" where there is none now."""
    turn = next_turn(played, seen, at)
    match turn:
        case Later():
            return "later"
        case Sign():
            return "sign"
        case Pay():
            return "pay"
        case Act():
            return turn.door
        case _:
            return ""


def act(played: Case, seen: Seen, at: datetime = NOON) -> Act:
    turn = next_turn(played, seen, at)
    assert isinstance(turn, Act)
    return turn
