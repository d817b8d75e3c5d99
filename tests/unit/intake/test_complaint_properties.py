"""No command sequence makes the fold raise; an accepted command repeated adds nothing or is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as some

from eventlog.decider import Refused
from services.intake.domain.complaint import commands
from services.intake.domain.complaint.commands import ComplaintCommand
from services.intake.domain.complaint.events import AnyComplaintEvent, ComplaintClosed, DeadlineMissed
from services.intake.domain.complaint.state import Closed, NotRegistered, State
from services.intake.domain.complaint.values import (
    BypassNoted,
    Correction,
    GroupNoted,
    Moved,
    NegotiationNoted,
    ReferralReturned,
    Referred,
    Routed,
    Screened,
)
from tests.unit.intake.story import (
    ACCEPT,
    ACKNOWLEDGE,
    ANNA,
    ANSWER,
    CARL,
    CLASSIFY,
    CLOSE,
    CUSTOMER,
    DECIDER,
    DECLINE,
    DORA,
    ELSEWHERE,
    ESCALATION,
    EVE,
    EVERY_EVENT,
    LINK,
    MARA,
    NOT_SOLVED,
    OFFER,
    OTHER,
    PLATFORM,
    PROFESSIONAL,
    REFUSED,
    REGISTER,
    REOPEN,
    REPLY,
    REVIEWER,
    SETTLED,
    SOLVED,
    STOP_HARM,
    SYSTEM,
    TEN,
    UNLINK,
    UNREACHED,
    WITHDRAW,
    labels,
    later,
)

MINUTES_MAX = 24 * 60

people = some.sampled_from([ANNA, ANNA, DORA, CARL, EVE, MARA, CUSTOMER, PLATFORM, SYSTEM, SYSTEM, REVIEWER])
timings = some.sampled_from(["ongoing", "past"])
severities = some.sampled_from(["safety", "financial", "service", "attitude"])
levels = some.sampled_from(["agent", "senior", "lead"])
desks = some.sampled_from(["front", "technical"])
scores = some.one_of(some.none(), some.integers(0, 6))
flags = some.one_of(some.none(), some.booleans())

facts = some.one_of(
    some.builds(Routed, desk=desks, level=levels, rule=some.just("r"), policy=some.just("p")),
    some.builds(
        BypassNoted,
        step=some.sampled_from(["threatened", "recorded", "sent_back", "repeated"]),
        target=some.just("regulator"),
    ),
    some.builds(
        GroupNoted,
        group=some.just("group-1"),
        role=some.just("follower"),
        stage=some.sampled_from([None, "initiator", "followers", "collective"]),
    ),
    some.just(Moved(move="shelved")),
    some.builds(Referred, to=some.just("mediator"), until=some.sampled_from([None, later(days=2)])),
    some.just(ReferralReturned()),
    some.builds(
        NegotiationNoted,
        step=some.sampled_from(
            ["opened", "settled", "refused", "withdrawn", "referred", "resumed", "ended", "paid"]
        ),
        round=some.integers(1, 3),
        to=some.just("court"),
        until=some.sampled_from([None, later(days=2)]),
    ),
    some.just(NegotiationNoted(step="settled_matter_raised", other=OTHER)),
    some.sampled_from([Screened(flags=()), Screened(flags=(PROFESSIONAL,))]),
)

corrections = some.builds(
    Correction,
    timing=some.one_of(some.none(), timings),
    severity=some.one_of(some.none(), severities),
    threats=some.sampled_from([None, (), ("media",)]),
)


def build(kind: type[ComplaintCommand], **fields: Any) -> some.SearchStrategy[Any]:
    return some.builds(kind, at=some.just(TEN), by=people, **fields)


def like(command: ComplaintCommand) -> some.SearchStrategy[Any]:
    return some.one_of(some.just(command), people.map(lambda by: replace(command, by=by)))


wishes = some.one_of(
    some.just(REGISTER),
    some.just(replace(REGISTER, content_hash="beef")),
    some.builds(
        lambda timing, severity: replace(CLASSIFY, labels=labels(timing, severity)), timings, severities
    ),
    build(commands.CorrectClassification, correction=corrections),
    some.builds(
        lambda fact, version: commands.NoteFact(
            at=TEN, by=SYSTEM, cause=f"{ESCALATION}@{version}", fact=fact
        ),
        facts,
        some.integers(1, 9),
    ),
    like(ACKNOWLEDGE),
    build(commands.OfferHandover, desk=desks, level=levels, handler=some.sampled_from([None, "carl"])),
    build(commands.AcceptHandover),
    like(DECLINE),
    like(REPLY),
    build(commands.StopHarm, stopped_at=some.just(TEN), how=some.just("closed")),
    like(LINK),
    like(UNLINK),
    build(
        commands.Answer, outcome=some.sampled_from(["answered", "refused", "settled"]), text=some.just("So.")
    ),
    build(
        commands.RecordReturnVisit, reached=some.booleans(), solved=flags, perceived=scores, expected=scores
    ),
    like(ANSWER),
    like(SETTLED),
    like(REFUSED),
    like(OFFER),
    like(ACCEPT),
    like(STOP_HARM),
    like(SOLVED),
    like(NOT_SOLVED),
    like(UNREACHED),
    like(REOPEN),
    like(WITHDRAW),
    like(ELSEWHERE),
    some.builds(
        lambda clock, start: commands.ClockRanOut(at=TEN, by=SYSTEM, clock=clock, start=start),
        some.sampled_from(["acknowledge", "stop_the_loss", "first_reply", "return_visit", "final_answer"]),
        some.just(TEN),
    ),
    some.just(CLOSE),
)

BEGINNING: tuple[ComplaintCommand, ...] = (REGISTER, CLASSIFY, ACKNOWLEDGE, OFFER, ANSWER, UNREACHED)


@some.composite
def sequences(draw: some.DrawFn) -> list[ComplaintCommand]:
    """Commands in the order of time, after a beginning of any length."""
    found: list[ComplaintCommand] = [*BEGINNING[: draw(some.integers(0, len(BEGINNING)))]]
    at = found[-1].at if found else TEN
    for wish in draw(some.lists(wishes, min_size=1, max_size=25)):
        at += timedelta(minutes=draw(some.integers(0, MINUTES_MAX)))
        found.append(replace(wish, at=at))
    return found


def decided(command: ComplaintCommand, state: State) -> list[AnyComplaintEvent]:
    try:
        return list(DECIDER.decide(command, state))
    except Refused:
        return []


@settings(max_examples=100, deadline=None)
@for_all(sequences())
def test_no_command_sequence_makes_the_fold_raise_and_every_step_keeps_its_promises(
    sequence: list[ComplaintCommand],
) -> None:
    state: State = DECIDER.initial
    history: list[AnyComplaintEvent] = []
    for command in sequence:
        events = decided(command, state)
        history += events
        state = DECIDER.fold(events, state)
        assert decided(command, state) == []
        timers = DECIDER.timers(state)
        assert not (timers and isinstance(state, NotRegistered | Closed))

    missed = [(event.clock, event.start) for event in history if isinstance(event, DeadlineMissed)]
    assert len(missed) == len(set(missed))
    assert isinstance(state, Closed) == (bool(history) and isinstance(_last_turn(history), ComplaintClosed))


def _last_turn(history: list[AnyComplaintEvent]) -> AnyComplaintEvent | None:
    turns = [event for event in history if event.TYPE in {"complaint.closed", "complaint.reopened"}]
    return turns[-1] if turns else None


@settings(max_examples=100, deadline=None)
@for_all(some.lists(some.sampled_from(EVERY_EVENT), max_size=25))
def test_no_sequence_of_events_however_odd_makes_the_fold_raise(history: list[AnyComplaintEvent]) -> None:
    DECIDER.timers(DECIDER.fold(history))
    DECIDER.timers(DECIDER.fold([EVERY_EVENT[0], *history]))
