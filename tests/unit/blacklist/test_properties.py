"""What holds for every history: folding never fails, repeating adds nothing, order between topics is free."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

from hypothesis import given, settings
from hypothesis import strategies as st

from eventlog.decider import Refused
from eventlog.message import Event
from services.blacklist.domain.flag.commands import AnyFlagCommand, NoteFact
from services.blacklist.domain.flag.events import Proposed, Screened
from services.blacklist.domain.flag.facts import (
    DemandRefused,
    Grouped,
    Linked,
    OwnerChanged,
    Reopened,
    Settled,
    SettledMatterRaised,
    Shared,
    SharedMark,
    Visited,
    Withdrawn,
)
from services.blacklist.domain.flag.state import LIVE, Observed, State, timers
from services.blacklist.domain.policy import KINDS
from services.blacklist.domain.score import SCORE_MAX, score
from services.blacklist.reactions import on_timer
from shared_kernel.money import money
from tests.unit.blacklist.story import (
    ANNA,
    APPEAL,
    CONFIRM,
    CUSTOMER,
    DECIDER,
    LIFT,
    NOON,
    OTTO,
    OVERTURN,
    POLICY,
    PROPOSE,
    REJECT,
    REVIEW,
    RITA,
    RUTH,
    WARN,
    closing,
    complaint,
    later,
    note,
    register,
    serial,
    serially,
)
from tests.unit.blacklist.story import given as history

NOTES: list[NoteFact] = [
    *serially(5),
    register(6, human_review=True),
    register(7, purchases_12m=800),
    closing(1),
    closing(2, "withdrawn"),
    note(1, Reopened(why="not_solved"), later(days=20)),
    note(3, OwnerChanged(owner=OTTO.actor), later(days=6)),
    note(2, Linked(other=complaint(1)), later(days=7)),
    note(2, Settled(sum=money("20.00", "CNY")), later(days=7)),
    note(4, SettledMatterRaised(other=complaint(2), settled_at=later(days=7)), later(days=9)),
    note(5, Withdrawn(), later(days=12)),
    note(1, Visited(solved=True), later(days=21)),
    note(1, DemandRefused(refusal_class="excessive", basis="b"), later(days=19)),
    note(3, Shared(marks=(SharedMark(mark="phone", persons=2),)), later(days=6)),
    note(4, Grouped(group=complaint(9), role="follower", stage="followers"), later(days=12)),
]
STEPS: list[AnyFlagCommand] = [
    *(
        replace(step, by=who, flag=flag)
        for step in (WARN, CONFIRM, REVIEW, APPEAL, REJECT, OVERTURN, LIFT)
        for who in (ANNA, RITA, RUTH, OTTO, CUSTOMER)
        for flag in (1, 2)
    ),
    *(replace(PROPOSE, kind=kind, by=who) for kind in KINDS for who in (ANNA, RITA)),
]
ANY = st.lists(st.sampled_from(NOTES) | st.sampled_from(STEPS) | st.integers(0, 3), max_size=40)


def chosen(step: AnyFlagCommand | int, state: State) -> AnyFlagCommand | None:
    """A number stands for the end of one of the clocks running."""
    if not isinstance(step, int):
        return step
    running = sorted(timers(state).items())
    if not running:
        return None
    clock, due = running[step % len(running)]
    return on_timer("", clock, due, due)


def decided(command: AnyFlagCommand, state: State) -> list[Event]:
    try:
        return list(DECIDER.decide(command, state))
    except Refused:
        return []


def folded(steps: list[AnyFlagCommand | int]) -> tuple[State, list[Event]]:
    state: State = DECIDER.initial
    told: list[Event] = []
    for step in steps:
        command = chosen(step, state)
        if command is None:
            continue
        events = decided(command, state)
        told += events
        state = DECIDER.fold(events, state)  # type: ignore[arg-type]
        assert decided(command, state) == []
    return state, told


@given(ANY)
@settings(max_examples=100, deadline=None)
def test_whatever_is_accepted_can_be_folded_and_repeating_it_adds_nothing(
    steps: list[AnyFlagCommand | int],
) -> None:
    folded(steps)


@given(ANY)
@settings(max_examples=60, deadline=None)
def test_of_one_kind_one_flag_stands_and_each_ends_by_itself(steps: list[AnyFlagCommand | int]) -> None:
    state, _ = folded(steps)
    if not isinstance(state, Observed):
        return
    live = [flag for flag in state.flags if flag.state in LIVE]

    assert len({flag.kind for flag in live}) == len(live)
    assert all(timers(state)[f"expiry-{flag.number}"] == flag.expires_at for flag in live)
    assert all(flag.review_due <= flag.expires_at for flag in live)


@given(ANY)
@settings(max_examples=60, deadline=None)
def test_nobody_is_confirmed_by_software_proposer_or_owner(steps: list[AnyFlagCommand | int]) -> None:
    state, told = folded(steps)
    reviewers = {RITA.actor, RUTH.actor, OTTO.actor}
    if not isinstance(state, Observed):
        return

    assert all(flag.confirmer in reviewers | {None} for flag in state.flags)
    assert all(flag.confirmer != flag.proposer for flag in state.flags)
    assert {each.kind for each in told if isinstance(each, Proposed) and each.by.actor == "blacklist"} <= {
        "professional"
    }


@given(ANY)
@settings(max_examples=60, deadline=None)
def test_every_open_complaint_was_told_how_it_stands_and_never_twice_the_same(
    steps: list[AnyFlagCommand | int],
) -> None:
    state, told = folded(steps)
    if not isinstance(state, Observed):
        return
    last: dict[str, object] = {}
    for event in told:
        if isinstance(event, Screened):
            assert last.get(event.complaint, ()) != event.flags
            last[event.complaint] = event.flags

    assert all(last.get(case.complaint, ()) == state.live_flags for case in state.open_cases)


@given(ANY)
@settings(max_examples=60, deadline=None)
def test_bill_is_the_sum_of_its_lines_and_rests_on_what_was_counted(
    steps: list[AnyFlagCommand | int],
) -> None:
    state, _ = folded(steps)
    if not isinstance(state, Observed):
        return
    bill = score(state.cases, later(days=30), POLICY.score)

    assert bill.score == min(SCORE_MAX, sum(line.points for line in bill.reasons))
    assert bill.evidence <= set(bill.counted)
    assert score(dict(reversed(list(state.cases.items()))), later(days=30), POLICY.score) == bill


# Each topic is in order within itself; nothing is promised between them (`events.md`).
OF_COMPLAINTS = [[*serial(number), closing(number)] for number in (1, 2, 3)]
OF_NEGOTIATIONS = [
    [note(1, Settled(sum=money("20.00", "CNY")), later(days=5))],
    [note(3, SettledMatterRaised(other=complaint(1), settled_at=later(days=5)), later(days=7))],
]


@st.composite
def interleaved(draw: st.DrawFn) -> list[NoteFact]:
    topics = [*OF_COMPLAINTS, *OF_NEGOTIATIONS]
    turns = draw(
        st.permutations(list(chain.from_iterable([name] * len(topic) for name, topic in enumerate(topics))))
    )
    waiting = [iter(topic) for topic in topics]
    return [next(waiting[turn]) for turn in turns]


@given(interleaved())
@settings(max_examples=50, deadline=None)
def test_order_between_topics_does_not_change_the_score(told: list[NoteFact]) -> None:
    in_turn = history().having(*chain.from_iterable([*OF_COMPLAINTS, *OF_NEGOTIATIONS])).state
    mixed = history().having(*told).state
    assert isinstance(in_turn, Observed)
    assert isinstance(mixed, Observed)

    assert score(mixed.cases, later(days=30), POLICY.score) == score(
        in_turn.cases, later(days=30), POLICY.score
    )


@given(st.permutations(list(history().having(*serially(3), CONFIRM, APPEAL, OVERTURN).history)))
@settings(max_examples=30, deadline=None)
def test_no_order_of_events_makes_folding_fail(events: list[Event]) -> None:
    assert isinstance(DECIDER.fold(events), Observed)  # type: ignore[arg-type]


def test_score_is_a_matter_of_the_moment_asked() -> None:
    state = history().having(*serially(3)).state
    assert isinstance(state, Observed)

    assert score(state.cases, NOON, POLICY.score).score > 0
    assert score(state.cases, later(days=1000), POLICY.score).score == 0
