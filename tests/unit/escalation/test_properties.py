"""What holds for every history: folding never fails, repeating adds nothing, order between topics is free."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import chain

from hypothesis import given, settings
from hypothesis import strategies as st

from eventlog.decider import Refused
from eventlog.message import Event
from services.escalation.domain.escalation.commands import EscalationCommand, ExpireClock, NoteFact
from services.escalation.domain.escalation.state import Escalation, State, timers
from services.escalation.domain.group.commands import AgreeRemedy, GroupCommand
from services.escalation.domain.group.state import Group
from services.escalation.domain.group.state import State as GroupState
from services.escalation.reactions import on_timer
from tests.unit.escalation import crowd
from tests.unit.escalation.story import (
    ACKNOWLEDGE,
    ANSWER,
    CARL_OWNS,
    CHANGE_HANDLER,
    CLASSIFY,
    CLASSIFY_BYPASS,
    CLASSIFY_ONGOING,
    CLOSE,
    CONCEDE,
    CORRECT_TO_NO_BYPASS,
    DECIDER,
    EARLIER,
    FREEZE,
    HOLD_LINE,
    LEFT,
    LINK,
    NOON,
    RECORD_BYPASS,
    REFER,
    REGISTER,
    REGRADE,
    REOPEN,
    REPLY,
    RESUME,
    RETURN,
    SECOND_BYPASS,
    SEND_BACK,
    SETTLED,
    SHELVE,
    STOP_HARM,
    flagged,
    grouped,
    labelled,
    last_route,
    later,
    missed,
    note,
)
from tests.unit.escalation.story import given as history

NOTES: list[NoteFact] = [
    REGISTER,
    CLASSIFY,
    CLASSIFY_ONGOING,
    CLASSIFY_BYPASS,
    note(labelled(bypass="threatened", target="media")),
    CORRECT_TO_NO_BYPASS,
    REGRADE,
    STOP_HARM,
    ACKNOWLEDGE,
    REPLY,
    CARL_OWNS,
    missed("first_reply"),
    missed("final_answer"),
    ANSWER,
    REOPEN,
    CLOSE,
    LINK,
    note(grouped("followers")),
    note(grouped("collective", "initiator", group=EARLIER)),
    note(LEFT),
    SETTLED,
    flagged("professional"),
    flagged("coercive", "vip"),
    flagged("coercive", state="appealed"),
    flagged(),
]
ASKED: list[EscalationCommand] = [
    SHELVE,
    RESUME,
    CHANGE_HANDLER,
    HOLD_LINE,
    CONCEDE,
    RECORD_BYPASS,
    SECOND_BYPASS,
    FREEZE,
    SEND_BACK,
    replace(SEND_BACK, level="executive", handler="otto"),
    REFER,
    RETURN,
]
STEPS = st.lists(st.sampled_from([*NOTES, *ASKED]) | st.integers(0, 5), max_size=25)

CROWD: list[GroupCommand] = [
    crowd.FORM,
    replace(crowd.FORM, founders=tuple(crowd.founder(number) for number in range(1, 12))),
    *(crowd.joining(number) for number in range(2, 14)),
    *(crowd.joining(number, person=1) for number in (20, 21)),
    crowd.REMOVE,
    replace(crowd.joining(2), by=crowd.EVE),
    crowd.CHANGE_ROLE,
    crowd.APPROVE,
    crowd.AGREE,
]


def chosen(step: EscalationCommand | int, state: State) -> EscalationCommand | None:
    """A number stands for the end of one of the clocks running."""
    if not isinstance(step, int):
        return step
    running = sorted(timers(state).items())
    if not running:
        return None
    clock, due = running[step % len(running)]
    return on_timer("", clock, due, due)


@given(STEPS)
@settings(max_examples=100, deadline=None)
def test_whatever_is_accepted_can_be_folded_and_repeating_it_adds_nothing(
    steps: list[EscalationCommand | int],
) -> None:
    state: State = DECIDER.initial
    for step in steps:
        command = chosen(step, state)
        if command is None:
            continue
        try:
            events = DECIDER.decide(command, state)
        except Refused:
            continue
        state = DECIDER.fold(events, state)
        assert repeated(command, state) == []


def repeated(command: EscalationCommand, state: State) -> list[Event]:
    try:
        return list(DECIDER.decide(command, state))
    except Refused:
        return []


@given(
    st.permutations(
        list(history().having(REGISTER, CLASSIFY_BYPASS, SECOND_BYPASS, REFER, ANSWER, CLOSE).history)
    )
)
@settings(max_examples=30, deadline=None)
def test_no_order_of_events_makes_folding_fail(events: list[Event]) -> None:
    folded = DECIDER.fold(events)  # type: ignore[arg-type]

    assert isinstance(folded, Escalation)


@given(st.lists(st.sampled_from(CROWD), max_size=30))
@settings(max_examples=50, deadline=None)
def test_a_group_folds_counts_persons_and_repeats_nothing(commands: list[GroupCommand]) -> None:
    state: GroupState = crowd.DECIDER.initial
    for command in commands:
        try:
            state = crowd.DECIDER.fold(crowd.DECIDER.decide(command, state), state)
        except Refused:
            continue
        # The door reads the terms agreed last from the log.
        again = replace(command, agreed=command.terms) if isinstance(command, AgreeRemedy) else command
        assert quiet_or_refused(again, state)
    if isinstance(state, Group):
        members = [member.person for _, member in state.each_member()]
        assert (state.members.size, state.persons.size) == (len(members), len(set(members)))


def quiet_or_refused(command: GroupCommand, state: GroupState) -> bool:
    try:
        return list(crowd.DECIDER.decide(command, state)) == []
    except Refused:
        return True


# Each topic is in order within itself; nothing is promised between them (`events.md`).
COMPLAINT_TOPIC = [
    REGISTER,
    CLASSIFY_ONGOING,
    LINK,
    ACKNOWLEDGE,
    missed("first_reply"),
    CARL_OWNS,
    STOP_HARM,
    REGRADE,
    note(labelled(grade="U3", bypass="done", target="media")),
    ANSWER,
    REOPEN,
]
ONE_GROUP = [
    note(grouped("initiator"), later(minutes=1)),
    note(grouped("followers"), later(minutes=2)),
    note(LEFT, later(minutes=40)),
]
ANOTHER_GROUP = [
    note(grouped("followers", "representative", group=EARLIER), later(minutes=41)),
    note(grouped("collective", "representative", group=EARLIER), later(minutes=42)),
]
NEGOTIATION_TOPIC = [SETTLED]
FLAG_TOPIC = [flagged("professional", state="proposed"), flagged("professional"), flagged("coercive")]
TOPICS = (COMPLAINT_TOPIC, ONE_GROUP, ANOTHER_GROUP, NEGOTIATION_TOPIC, FLAG_TOPIC)
IN_TURN = history().having(*chain.from_iterable(TOPICS))


@st.composite
def interleaved(draw: st.DrawFn) -> list[NoteFact]:
    turns = draw(
        st.permutations(list(chain.from_iterable([name] * len(topic) for name, topic in enumerate(TOPICS))))
    )
    waiting = [iter(topic) for topic in TOPICS]
    return [next(waiting[turn]) for turn in turns]


@given(interleaved())
@settings(max_examples=50, deadline=None)
def test_the_order_between_topics_does_not_change_where_a_complaint_goes(told: list[NoteFact]) -> None:
    mixed = history().having(*told)
    state = mixed.state

    assert isinstance(state, Escalation)
    assert state == IN_TURN.state
    assert proposal(last_route(mixed)) == proposal(last_route(IN_TURN))


def proposal(route: Event) -> dict[str, object]:
    return route.model_dump(include={"desk", "level", "handler", "not_to", "skill", "language"})


def test_the_last_word_of_the_mixed_topics_is_what_the_table_says() -> None:
    route = last_route(IN_TURN)

    assert (route.rule, route.not_to) == ("bypass_to_press", ("carl",))


def test_a_clock_ends_only_at_the_time_it_was_set_for() -> None:
    early = ExpireClock(at=NOON, by=REGISTER.by, clock="referral", due=REFER.until - timedelta(seconds=1))

    history().having(REGISTER, CLASSIFY, REFER).when(early).then_nothing()
