"""The second service of the benchmark: hears of a complaint, notes it privately, says publicly where it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final, TypeAlias, assert_never

from benchmarks.complaint import RegisteredMessage
from contracts.message import Actor, ComplaintMessage
from eventlog.aggregate import Aggregate
from eventlog.decider import Decider
from eventlog.incoming import Heard, Incoming
from eventlog.message import By, Command, Event, Personal

TOPIC: Final = "amends.bench-routing.v1"
ROUTER: Final = By(actor="router", roles=("system",))
_OPENING_CHARACTERS: Final = 200


class Noted(Event):
    """The complaint topic told us something. Private; what we keep of the text is sealed anew."""

    TYPE = "routing.noted"

    complaint: str
    person: str
    source: str
    channel: str
    tier: str
    opening: Personal[str]


class Routed(Event):
    """The complaint should go to this desk."""

    TYPE = "routing.routed"

    complaint: str
    person: str
    desk: str
    level: str
    rule: str


RoutingEvent: TypeAlias = Noted | Routed


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Command):
    """Note what the complaint topic says, and route."""

    complaint: str
    person: str
    source: str
    channel: str
    tier: str
    opening: str


@dataclass(frozen=True, slots=True)
class Routing:
    """What later decisions need."""

    complaint: str = ""
    desk: str = ""


class RoutedMessage(ComplaintMessage):
    """The public side of `Routed`."""

    TYPE: ClassVar[str] = "amends.bench-routing.routed.v1"

    desk: str
    level: str
    rule: str


def decide(command: Note, state: Routing) -> Sequence[RoutingEvent]:
    """Route once."""
    if state.complaint:
        return []
    noted = Noted(
        at=command.at,
        by=command.by,
        complaint=command.complaint,
        person=command.person,
        source=command.source,
        channel=command.channel,
        tier=command.tier,
        opening=command.opening,
    )
    routed = Routed(
        at=command.at,
        by=command.by,
        complaint=command.complaint,
        person=command.person,
        desk="senior" if command.tier == "premium" else "front",
        level="agent",
        rule="default",
    )
    return [noted, routed]


def evolve(state: Routing, event: RoutingEvent) -> Routing:
    """Record what happened."""
    match event:
        case Noted():
            return Routing(event.complaint)
        case Routed():
            return replace(state, desk=event.desk)
        case _:
            assert_never(event)


def outgoing(_stream: str, event: RoutingEvent) -> RoutedMessage | None:
    """Return the public message of an event, None for the private note."""
    match event:
        case Noted():
            return None
        case Routed():
            return RoutedMessage(
                by=Actor(actor=event.by.actor, roles=event.by.roles),
                complaint=event.complaint,
                person=event.person,
                desk=event.desk,
                level=event.level,
                rule=event.rule,
            )
        case _:
            assert_never(event)


def _note(incoming: Incoming, message: RegisteredMessage, opened: Mapping[str, Any]) -> tuple[str, Note]:
    command = Note(
        at=incoming.at,
        by=ROUTER,
        complaint=message.complaint,
        person=message.person,
        source=message.source,
        channel=message.channel,
        tier=message.tier,
        opening=(opened.get("narrative") or "")[:_OPENING_CHARACTERS],
    )
    return f"routing-{message.complaint}", command


ROUTING: Final[Aggregate[Routing, Note, RoutingEvent]] = Aggregate(
    Decider(
        category="routing",
        initial=Routing(),
        events=(Noted, Routed),
        decide=decide,
        evolve=evolve,
    ),
    outgoing,
)
HEARD: Final = Heard(RegisteredMessage.TYPE, RegisteredMessage.model_validate_json, _note, opens=True)
