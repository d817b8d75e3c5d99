"""Where a group stands. Built for 10,000 members: a join copies a small part of the state only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias, assert_never

from eventlog.message import Erased
from services.escalation.domain.buckets import Buckets
from services.escalation.domain.group import events as said
from services.escalation.domain.group.terms import Remedy, Role


@dataclass(frozen=True, slots=True)
class NotFormed:
    """No complaint shares this cause yet."""


@dataclass(frozen=True, slots=True)
class Member:
    """A complaint in the group: whose it is and what part it plays."""

    person: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A living group. `persons` counts each person's complaints in it, `removed` are those taken out.

    `keeper` has the key that the group's texts are sealed under, from the first text on.
    """

    group: str
    initiator: str
    causes: tuple[str, ...]
    stage: str
    stage_from: int
    members: Buckets[Member] = field(default_factory=Buckets)
    persons: Buckets[int] = field(default_factory=Buckets)
    removed: Buckets[bool] = field(default_factory=Buckets)
    keeper: str | None = None
    statements: int = 0
    statement_sha256: str | None = None
    remedy: Remedy | None = None

    def each_member(self) -> Iterator[tuple[str, Member]]:
        """Yield every member with its complaint, in an order that depends on the members alone."""
        return self.members.items()


State: TypeAlias = NotFormed | Group


def evolve(  # noqa: PLR0911 - one flat case per event
    state: State, event: said.AnyGroupEvent
) -> State:
    """Return the state after an event."""
    if isinstance(event, said.GroupFormed):
        return formed(event)
    if isinstance(state, NotFormed):
        return state
    match event:
        case said.MemberJoined():
            return joined(state, event)
        case said.MemberLeft():
            return _left(state, event)
        case said.RoleChanged():
            member = Member(event.person, event.role)
            return replace(state, members=state.members.having(event.complaint, member))
        case said.StageAdvanced():
            return replace(state, stage=event.stage, stage_from=event.stage_from)
        case said.StatementApproved():
            return replace(state, keeper=event.keeper, statements=event.number, statement_sha256=event.sha256)
        case said.RemedyAgreed():
            return replace(state, keeper=event.keeper, remedy=event.remedy)
        case _:
            assert_never(event)


def formed(event: said.GroupFormed) -> Group:
    """Return a group that nobody has joined yet."""
    return Group(
        group=event.group,
        initiator=event.initiator,
        causes=event.causes,
        stage=event.stage,
        stage_from=event.stage_from,
    )


def joined(state: Group, event: said.MemberJoined) -> Group:
    """Return the group with one member more."""
    count = state.persons.get(event.person) or 0
    return replace(
        state,
        members=state.members.having(event.complaint, Member(event.person, event.role)),
        persons=state.persons.having(event.person, count + 1),
        removed=state.removed.without(event.complaint),
    )


def _left(state: Group, event: said.MemberLeft) -> Group:
    count = (state.persons.get(event.person) or 1) - 1
    persons = state.persons.having(event.person, count) if count else state.persons.without(event.person)
    return replace(
        state,
        members=state.members.without(event.complaint),
        persons=persons,
        removed=state.removed.having(event.complaint, True),  # noqa: FBT003 - a set of complaints
    )


def agreed_terms(history: Iterable[said.AnyGroupEvent]) -> str | None:
    """Return the terms of the remedy agreed last, from opened events; None where no key opens them any more."""
    terms = [event.terms for event in history if isinstance(event, said.RemedyAgreed)]
    return terms[-1] if terms and not isinstance(terms[-1], Erased) else None
