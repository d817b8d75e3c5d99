"""Whole histories of complainants, told to the decider the way the topics and the own reaction do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from eventlog.recorded import Recorded
from services.blacklist.domain.flag.commands import NoteFact
from services.blacklist.domain.flag.events import FactNoted
from services.blacklist.domain.flag.facts import Attributes, Classified, Demanded, Registered
from services.blacklist.domain.wording import read_wording
from services.blacklist.policy_files import load_wording
from services.blacklist.reactions import compare
from shared_kernel.sketches import sketch
from tests.unit.blacklist.story import PERSON, Story, given, note


@dataclass(frozen=True, slots=True)
class Told:
    """One complaint of a history; `asked` is the sum demanded, None where no money is."""

    at: datetime
    merchant: str
    product: str
    text: str
    asked: str | None = None


def history_of(complaints: Iterable[Told], purchases_12m: int | None = None) -> Story:
    """Return what blacklist makes of these complaints of one person, in order."""
    story = given()
    for number, told in enumerate(complaints, 1):
        story = story.having(registration(number, told, purchases_12m))
        noted = [event for event in story.history if isinstance(event, FactNoted)]
        story = story.having(classification(number, told), *compared(noted, told.at))
    return story


def registration(number: int, told: Told, purchases_12m: int | None) -> NoteFact:
    fact = Registered(
        received_at=told.at,
        source="shop",
        merchant=told.merchant,
        product=told.product,
        purchases_12m=purchases_12m,
        wording=read_wording(told.text, load_wording()),
    )
    attributes = Attributes(source="shop", sketch=sketch(told.text))
    return replace(note(number, fact, told.at), attributes=attributes)


def classification(number: int, told: Told) -> NoteFact:
    demands = () if told.asked is None else (Demanded(kind="compensation", amount=Decimal(told.asked)),)
    return note(number, Classified(demands=demands), told.at)


def compared(noted: list[FactNoted], at: datetime) -> list[NoteFact]:
    """What the own reaction makes of the last of these notes, a registration."""
    *earlier, last = noted
    recorded = Recorded(
        position=len(noted),
        stream=f"flag-{PERSON}",
        version=len(noted),
        recorded_at=at,
        correlation_id="c",
        causation_id=None,
        public_sequence=None,
        event=last,
    )
    commands = [follow_up.command for follow_up in compare(recorded, earlier, at)]
    return [command for command in commands if isinstance(command, NoteFact)]
