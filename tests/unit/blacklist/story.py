"""One person's complaints, the people around them, and the steps on a flag, for the tests of blacklist."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from eventlog.message import By
from eventlog.testing import Given, Scenario
from services.blacklist.domain.flag import commands
from services.blacklist.domain.flag.commands import AnyFlagCommand, NoteFact
from services.blacklist.domain.flag.decide import flag_decider
from services.blacklist.domain.flag.events import AnyFlagEvent, Proposed, Screened
from services.blacklist.domain.flag.facts import (
    Alike,
    Classified,
    Closed,
    Compared,
    Demanded,
    Fact,
    Registered,
    Wording,
)
from services.blacklist.domain.flag.state import Flag, Observed, State
from services.blacklist.domain.score import Bill, score
from services.blacklist.policy_files import load_flag_policy
from services.blacklist.reactions import BLACKLIST

PERSON = "018f0000-0000-8000-8000-0000000000aa"
STRANGER = "018f0000-0000-8000-8000-0000000000bb"
NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)

ANNA = By(actor="anna", roles=("agent",), desk="front")
RITA = By(actor="rita", roles=("reviewer",))
RUTH = By(actor="ruth", roles=("reviewer",))
OTTO = By(actor="otto", roles=("manager", "reviewer"), desk="care")
CUSTOMER = By(actor=PERSON, roles=("customer",))
OTHER_CUSTOMER = By(actor=STRANGER, roles=("customer",))

POLICY = load_flag_policy()
DECIDER = flag_decider(POLICY)
given = Scenario(DECIDER).given

Story = Given[State, AnyFlagCommand, AnyFlagEvent]


def later(**lapse: float) -> datetime:
    return NOON + timedelta(**lapse)


def complaint(number: int) -> str:
    return f"018f0000-0000-8000-8000-{number:012}"


def note(number: int, fact: Fact, at: datetime = NOON, cause: str | None = None) -> NoteFact:
    """A fact about a complaint; its kind and time tell its cause unless said otherwise."""
    return NoteFact(
        at=at,
        by=BLACKLIST,
        person=PERSON,
        complaint=complaint(number),
        cause=cause or f"{complaint(number)}/{fact.kind}@{at.isoformat()}",
        fact=fact,
    )


def register(number: int, at: datetime | None = None, **fields: Any) -> NoteFact:
    """A complaint about a purchase of its own, two days after the one before."""
    came = later(days=2 * number) if at is None else at
    usual: dict[str, Any] = {
        "received_at": came,
        "source": "callcentre",
        "owner": "anna",
        "merchant": f"Shop {number}",
        "product": f"Thing {number}",
    }
    return note(number, Registered(**{**usual, **fields}), came)


def labelled(number: int, *demands: Demanded) -> NoteFact:
    return note(
        number, Classified(demands=demands or (Demanded(kind="compensation"),)), later(days=2 * number)
    )


def alike(number: int, *others: int, percent: int = 80) -> NoteFact:
    found = tuple(Alike(other=complaint(other), percent=percent) for other in others)
    return note(number, Compared(alike=found), later(days=2 * number))


THREEFOLD = Wording(statutes=("cn_consumer_55",), multiple=3)


def serial(number: int) -> list[NoteFact]:
    """A complaint in the wording of all before it, asking for three times the price."""
    steps = [register(number, wording=THREEFOLD), labelled(number)]
    return [*steps, alike(number, *range(1, number))] if number > 1 else steps


def serially(count: int) -> list[NoteFact]:
    return [step for number in range(1, count + 1) for step in serial(number)]


observed = given().having(register(1))
proposed = given().having(*serially(3))

PROPOSE = commands.ProposeFlag(at=later(days=1), by=ANNA, kind="coercive", reason="threatened the cashier")
WARN = commands.WarnPerson(at=later(days=8), by=ANNA, flag=1, text="You were told, and may appeal.")
CONFIRM = commands.ConfirmFlag(at=later(days=9), by=RITA, flag=1, reason="three shops, one text")
REVIEW = commands.ReviewFlag(
    at=later(days=10), by=RUTH, flag=1, reason="still so", review_due=later(days=100)
)
APPEAL = commands.Appeal(at=later(days=11), by=CUSTOMER, flag=1, words="I am a teacher.")
REJECT = commands.RejectAppeal(at=later(days=12), by=RUTH, flag=1, reason="nothing new")
OVERTURN = commands.OverturnFlag(at=later(days=12), by=RUTH, flag=1, reason="she is right")
LIFT = commands.LiftFlag(at=later(days=13), by=RITA, flag=1, reason="a mistake")

confirmed = proposed.having(CONFIRM)
appealed = confirmed.having(APPEAL)


def closing(number: int, outcome: str = "answered", at: datetime | None = None) -> NoteFact:
    return note(number, Closed(outcome=outcome), at or later(days=2 * number, hours=5))


def state_of(story: Story) -> Observed:
    assert isinstance(story.state, Observed)
    return story.state


def only_flag(story: Story) -> Flag:
    (flag,) = state_of(story).flags
    return flag


def proposals(story: Story) -> list[Proposed]:
    return [event for event in story.history if isinstance(event, Proposed)]


def said_of(story: Story, number: int) -> list[Screened]:
    return [
        event
        for event in story.history
        if isinstance(event, Screened) and event.complaint == complaint(number)
    ]


def by(command: AnyFlagCommand, who: By) -> AnyFlagCommand:
    return replace(command, by=who)


LATE = later(days=60)


def bill(story: Story, at: datetime = LATE) -> Bill:
    """What the score says of a person's complaints at a time."""
    return score(state_of(story).cases, at, POLICY.score)


def ones(*numbers: int) -> tuple[str, ...]:
    return tuple(complaint(number) for number in numbers)
