"""What follows from a complaint's own events, and from its timers. Pure: look-ups and models come as functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from eventlog.message import Erased
from eventlog.reactions import FollowUp
from eventlog.recorded import Recorded
from services.intake.domain.classify import classify
from services.intake.domain.classify.model import Classification
from services.intake.domain.classify.rules import Rules
from services.intake.domain.complaint.authority import INTAKE
from services.intake.domain.complaint.commands import (
    Answer,
    Classify,
    ClockRanOut,
    Close,
    Link,
    OfferHandover,
    Withdraw,
)
from services.intake.domain.complaint.ending import UNREACHED_MAX
from services.intake.domain.complaint.events import (
    AnyComplaintEvent,
    ComplaintRegistered,
    FactNoted,
    ReturnVisitRecorded,
)
from services.intake.domain.complaint.values import NegotiationNoted, Routed


@dataclass(frozen=True, slots=True)
class SameMatter:
    """Another complaint of the same matter; `why` is a code: same_order, same_serial, same_batch."""

    other: str
    why: str


def nothing_linked(_event: ComplaintRegistered) -> Iterable[SameMatter]:
    """Find no other complaint: the look-up of a service without an index."""
    return ()


@dataclass(frozen=True, slots=True)
class Context:
    """What reactions need from outside: the classifier of what was registered, and a look-up."""

    classifier: Callable[[ComplaintRegistered], Classification]
    links: Callable[[ComplaintRegistered], Iterable[SameMatter]] = nothing_linked


def classifier_by(rules: Rules) -> Callable[[ComplaintRegistered], Classification]:
    """Return the classifier that reads a register by these rules."""

    def classifier(registered: ComplaintRegistered) -> Classification:
        # What is erased is classified like what was never told: a person decides.
        narrative, asks_for = (
            "" if isinstance(told, Erased) else told or ""
            for told in (registered.narrative, registered.asks_for)
        )
        return classify(narrative, rules, asks_for=asks_for, received_at=registered.received_at)

    return classifier


def react(recorded: Recorded[AnyComplaintEvent], at: datetime, context: Context) -> tuple[FollowUp, ...]:
    """Return the commands an event calls for (`events.md`), each at `at` and by intake itself."""
    stream = recorded.stream
    match recorded.event:
        case ComplaintRegistered() as registered:
            return _after_registration(stream, registered, at, context)
        case FactNoted(fact=Routed() as route, at=as_of):
            return (FollowUp("offer_handover", stream, _offer(route, at, as_of)),)
        case FactNoted(fact=NegotiationNoted(step=step)):
            return _after_negotiation(stream, step, at)
        case ReturnVisitRecorded(solved=True):
            return (FollowUp("close", stream, Close(at=at, by=INTAKE)),)
        case ReturnVisitRecorded(reached=False, attempt=attempt) if attempt >= UNREACHED_MAX:
            return (FollowUp("close", stream, Close(at=at, by=INTAKE)),)
        case _:
            return ()


def on_timer(_stream: str, name: str, _due: datetime, at: datetime) -> ClockRanOut:
    """Return the command of a timer that fired. Raises ValueError for a name that no clock gave."""
    clock, _, start = name.partition("@")
    return ClockRanOut(at=at, by=INTAKE, clock=clock, start=datetime.fromisoformat(start))


def _after_registration(
    stream: str, event: ComplaintRegistered, at: datetime, context: Context
) -> tuple[FollowUp, ...]:
    classify = Classify(at=at, by=INTAKE, labels=context.classifier(event))
    links = (
        FollowUp(f"link {found.other}", stream, Link(at=at, by=INTAKE, other=found.other, why=found.why))
        for found in context.links(event)
    )
    return (FollowUp("classify", stream, classify), *links)


def _after_negotiation(stream: str, step: str, at: datetime) -> tuple[FollowUp, ...]:
    # The words stand in the settlement or the refusal: intake adds none of its own.
    match step:
        case "settled":
            return (FollowUp("answer", stream, Answer(at=at, by=INTAKE, outcome="settled", text=None)),)
        case "refused":
            return (FollowUp("answer", stream, Answer(at=at, by=INTAKE, outcome="refused", text=None)),)
        case "withdrawn":
            return (FollowUp("withdraw", stream, Withdraw(at=at, by=INTAKE)),)
        case _:
            return ()


def _offer(route: Routed, at: datetime, as_of: datetime) -> OfferHandover:
    return OfferHandover(
        at=at,
        by=INTAKE,
        desk=route.desk,
        level=route.level,
        handler=route.handler,
        not_to=route.not_to,
        rule=route.rule,
        policy=route.policy,
        as_of=as_of,
    )
