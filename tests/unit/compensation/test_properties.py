"""What holds for every history: folding never fails, repeating adds nothing, order between topics is free."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import chain

from hypothesis import given, settings
from hypothesis import strategies as st

from eventlog.decider import Refused
from eventlog.message import Event
from services.compensation.domain.negotiation.clocks import clocks
from services.compensation.domain.negotiation.commands import NegotiationCommand, NoteFact
from services.compensation.domain.negotiation.events import AnyNegotiationEvent, OfferMade, Opened, Settled
from services.compensation.domain.negotiation.state import (
    Agreed,
    Heard,
    InApproval,
    NotHeard,
    Referred,
    Shelved,
    Signing,
    State,
)
from services.compensation.outgoing import outgoing
from services.compensation.reactions import on_timer
from tests.unit.compensation import story
from tests.unit.compensation.story import DECIDER, NOON
from tests.unit.compensation.story import given as history

NOTES: list[NegotiationCommand] = [
    story.REGISTER,
    story.CLASSIFY,
    story.CLASSIFY_RUNNING,
    story.CLASSIFY_NO_MONEY,
    story.CORRECT_TO_MONEY,
    story.CORRECT_TO_RUNNING,
    story.STOP_HARM,
    story.ANSWER,
    story.ANSWER_REFUSED,
    story.REOPEN,
    story.CLOSE,
    story.CLOSE_WITHDRAWN,
    story.CLOSE_ELSEWHERE,
    story.LINK,
    story.UNLINK,
    story.EVE_OWNS,
    story.BYPASS,
    story.GROUPED,
    story.LEFT_GROUP,
]
SECOND_OFFER = replace(story.MORE, sum=story.yuan("1000.00"))
ASKED: list[NegotiationCommand] = [
    story.OPEN_ROUND,
    story.WAIVE,
    story.FIND,
    replace(story.FIND, party="customer", our_percent=0, evidence=(story.OWN,)),
    story.TERMS,
    story.DECLINE_TERMS,
    story.LOWER,
    story.RAISE,
    story.OFFER,
    story.BIG_OFFER,
    story.MORE,
    SECOND_OFFER,
    replace(story.OFFER, sum=story.yuan("0.00")),
    story.GRANT,
    story.DENY,
    replace(story.GRANT, offer=2),
    story.TAKE_BACK,
    story.ACCEPT,
    replace(story.ACCEPT, offer=2),
    story.SHELVE,
    story.RESUME,
    story.REFER,
    story.RETURN,
    story.RETURN_DECIDED,
    story.REFUSE,
    story.WITHDRAW,
    story.RENDER,
    story.ISSUE,
    story.SIGN,
    story.DECLINE_SIGNING,
    story.LET_LAPSE,
    story.COMPANY_SIGNS,
    story.pay(story.settled),
    story.reverse(story.settled),
    story.name_account(story.settled),
    story.review(story.settled),
    replace(story.review(story.settled), stands="paid"),
    story.ARCHIVE,
    story.RAISE_MATTER,
]
# Random steps alone hardly ever get as far as a settlement: each walk starts somewhere along the way.
STARTS = [
    history(),
    story.reviewing,
    story.bargaining,
    story.offered,
    story.waiting,
    story.agreed,
    story.linked,
    story.customer_signed,
    story.settled,
    story.archived,
]
STEPS = st.lists(st.sampled_from([*NOTES, *ASKED]) | st.integers(0, 3), max_size=25)


def chosen(step: NegotiationCommand | int, state: State) -> NegotiationCommand | None:
    """A number stands for the end of one of the clocks running."""
    if not isinstance(step, int):
        return step
    running = sorted(DECIDER.timers(state).items())
    if not running:
        return None
    clock, due = running[step % len(running)]
    return on_timer("", clock, due, due)


def walked(start: story.Story, steps: list[NegotiationCommand | int]) -> list[AnyNegotiationEvent]:
    """Walk on from a history; each accepted command must fold, and be quiet or refused when repeated."""
    told = list(start.history)
    state = start.state
    for step in steps:
        command = chosen(step, state)
        if command is None:
            continue
        try:
            events = DECIDER.decide(command, state)
        except Refused:
            continue
        state = DECIDER.fold(events, state)
        told += events
        assert repeated(command, state) == []
    return told


def repeated(command: NegotiationCommand, state: State) -> list[AnyNegotiationEvent]:
    try:
        return list(DECIDER.decide(command, state))
    except Refused:
        return []


@given(st.sampled_from(STARTS), STEPS)
@settings(max_examples=150, deadline=None)
def test_whatever_is_accepted_can_be_folded_and_repeating_it_adds_nothing(
    start: story.Story, steps: list[NegotiationCommand | int]
) -> None:
    told = walked(start, steps)

    assert isinstance(DECIDER.fold(told), NotHeard) == (not told)


@given(st.sampled_from(STARTS), STEPS)
@settings(max_examples=80, deadline=None)
def test_in_no_history_do_offers_of_a_round_go_down_or_rounds_settle_twice(
    start: story.Story, steps: list[NegotiationCommand | int]
) -> None:
    told = walked(start, steps)
    offers = [(event.round, event.sum.amount) for event in told if isinstance(event, OfferMade)]
    opened = [event.round for event in told if isinstance(event, Opened)]
    settled = [event.round for event in told if isinstance(event, Settled)]

    assert offers == sorted(offers)
    assert opened == list(range(1, len(opened) + 1))
    assert settled == sorted(set(settled))


@given(st.sampled_from(STARTS), STEPS)
@settings(max_examples=80, deadline=None)
def test_in_no_history_does_anything_wait_for_somebody_without_a_clock(
    start: story.Story, steps: list[NegotiationCommand | int]
) -> None:
    state = DECIDER.fold(walked(start, steps))
    waits = isinstance(state, InApproval | Shelved | Referred | Agreed | Signing)

    assert clocks(state) or not (waits or owes(state))


def owes(state: State) -> bool:
    return not isinstance(state, NotHeard) and bool(state.case.owed)


@given(st.sampled_from(STARTS), STEPS)
@settings(max_examples=40, deadline=None)
def test_every_event_that_can_happen_can_be_published(
    start: story.Story, steps: list[NegotiationCommand | int]
) -> None:
    for event in walked(start, steps):
        outgoing("", event)


@given(st.permutations(list(story.archived.history)))
@settings(max_examples=50, deadline=None)
def test_no_order_of_events_makes_folding_fail(events: list[AnyNegotiationEvent]) -> None:
    assert not isinstance(DECIDER.fold(events), NotHeard)
    DECIDER.timers(DECIDER.fold(events))


# Each topic is in order within itself; nothing is promised between them (`events.md`).
COMPLAINT_TOPIC = [story.REGISTER, story.CLASSIFY_RUNNING, story.STOP_HARM, story.LINK, story.EVE_OWNS]
ESCALATION_TOPIC = [story.GROUPED, story.LEFT_GROUP, story.BYPASS]
TOPICS = (COMPLAINT_TOPIC, ESCALATION_TOPIC)


@st.composite
def interleaved(draw: st.DrawFn) -> list[NoteFact]:
    turns = draw(
        st.permutations(list(chain.from_iterable([name] * len(topic) for name, topic in enumerate(TOPICS))))
    )
    waiting = [iter(topic) for topic in TOPICS]
    return [next(waiting[turn]) for turn in turns]


@given(interleaved())
@settings(max_examples=40, deadline=None)
def test_the_order_between_topics_does_not_change_where_a_negotiation_stands(told: list[NoteFact]) -> None:
    in_turn = history().having(*chain.from_iterable(TOPICS))

    assert history().having(*told).state == in_turn.state


def test_a_clock_ends_only_at_the_time_it_was_set_for() -> None:
    early = replace(
        story.clock_ends(story.offered, "offer@1.1"),
        due=NOON + timedelta(hours=1),
        at=NOON + timedelta(hours=1),
    )

    story.offered.when(early).then_nothing()


def test_events_before_the_first_note_change_nothing() -> None:
    events: list[Event] = [event for event in story.archived.history if not event.TYPE.endswith("noted")]

    assert isinstance(DECIDER.fold(events), NotHeard)  # type: ignore[arg-type]
    assert isinstance(DECIDER.fold(story.registered.history), Heard)
