"""The first service of the benchmark: a complaint is registered and replied to, its texts sealed and public."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Final, TypeAlias, assert_never

from pydantic import AwareDatetime

from contracts.message import Actor, ComplaintMessage
from eventlog.aggregate import Aggregate
from eventlog.decider import Decider, Refused
from eventlog.message import By, Command, Event, Personal

TOPIC: Final = "amends.bench-complaint.v1"
AGENT: Final = By(actor="a-017", roles=("agent",), desk="front")
# About as long as a telephone note; sealed, it is 1.4 KB of every event's stored and public bytes.
TEXT_BYTES: Final = 1000


class Registered(Event):
    """A customer complains."""

    TYPE = "complaint.registered"

    complaint: str
    person: str
    source: str
    channel: str
    tier: str
    received_at: AwareDatetime
    narrative: Personal[str]


class Replied(Event):
    """The centre replies."""

    TYPE = "complaint.replied"

    complaint: str
    person: str
    number: int
    text: Personal[str]


ComplaintEvent: TypeAlias = Registered | Replied


@dataclass(frozen=True, slots=True, kw_only=True)
class Register(Command):
    """Take a complaint in."""

    complaint: str
    person: str
    narrative: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(Command):
    """Reply to the customer."""

    text: str


ComplaintCommand: TypeAlias = Register | Reply


@dataclass(frozen=True, slots=True)
class Complaint:
    """What later decisions need."""

    complaint: str = ""
    person: str = ""
    replies: int = 0
    replied_at: datetime | None = None


class RegisteredMessage(ComplaintMessage):
    """The public side of `Registered`."""

    TYPE: ClassVar[str] = "amends.bench-complaint.registered.v1"

    source: str
    channel: str
    tier: str
    received_at: AwareDatetime


class RepliedMessage(ComplaintMessage):
    """The public side of `Replied`."""

    TYPE: ClassVar[str] = "amends.bench-complaint.replied.v1"

    number: int


def decide(command: ComplaintCommand, state: Complaint) -> Sequence[ComplaintEvent]:
    """Register once, reply only to what is registered."""
    match command:
        case Register():
            return [] if state.complaint else [_registered(command)]
        case Reply():
            if not state.complaint:
                raise Refused("complaint_unknown")
            return [
                Replied(
                    at=command.at,
                    by=command.by,
                    complaint=state.complaint,
                    person=state.person,
                    number=state.replies + 1,
                    text=command.text,
                )
            ]
        case _:
            assert_never(command)


def evolve(state: Complaint, event: ComplaintEvent) -> Complaint:
    """Record what happened."""
    match event:
        case Registered():
            return Complaint(event.complaint, event.person)
        case Replied():
            return replace(state, replies=event.number, replied_at=event.at)
        case _:
            assert_never(event)


def outgoing(_stream: str, event: ComplaintEvent) -> RegisteredMessage | RepliedMessage:
    """Return the public message of an event; the engine adds what is sealed."""
    by = Actor(actor=event.by.actor, roles=event.by.roles, desk=event.by.desk)
    match event:
        case Registered():
            return RegisteredMessage(
                by=by,
                complaint=event.complaint,
                person=event.person,
                source=event.source,
                channel=event.channel,
                tier=event.tier,
                received_at=event.received_at,
            )
        case Replied():
            return RepliedMessage(by=by, complaint=event.complaint, person=event.person, number=event.number)
        case _:
            assert_never(event)


def _registered(command: Register) -> Registered:
    return Registered(
        at=command.at,
        by=command.by,
        complaint=command.complaint,
        person=command.person,
        source="centre-1",
        channel="phone",
        tier="standard",
        received_at=command.at,
        narrative=command.narrative,
    )


COMPLAINT: Final[Aggregate[Complaint, ComplaintCommand, ComplaintEvent]] = Aggregate(
    Decider(
        category="complaint",
        initial=Complaint(),
        events=(Registered, Replied),
        decide=decide,
        evolve=evolve,
    ),
    outgoing,
)
