"""A tiny aggregate that notes what it hears: the code of a note says how deciding on it goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from eventlog.aggregate import Aggregate, Catalogue
from eventlog.decider import Decider, Refused
from eventlog.message import By, Command, Event, Personal
from tests.support.account import NOON

CANARY = "Canary Wu 13800138000"
LISTENER = By(actor="listener", roles=("system",))


class Noted(Event):
    TYPE = "note.noted"

    person: str
    code: str
    words: Personal[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Command):
    person: str
    code: str
    words: str = CANARY


Codes: TypeAlias = tuple[str, ...]


def decide(command: Note, _state: Codes) -> Sequence[Noted]:
    match command.code:
        case "refused":
            raise Refused("not_today")
        case "quiet":
            return []
        case "crashing":
            raise RuntimeError(f"cannot note {command.words}")
        case _:
            return [
                Noted(
                    at=command.at,
                    by=command.by,
                    person=command.person,
                    code=command.code,
                    words=command.words,
                )
            ]


def evolve(state: Codes, event: Noted) -> Codes:
    match event:
        case Noted(code=code):
            return (*state, code)
        case _:
            assert_never(event)


Decide: TypeAlias = Callable[[Note, Codes], Sequence[Noted]]


def note_catalogue(decide_with: Decide = decide) -> Catalogue:
    """The catalogue of a service with this one aggregate."""
    decider: Decider[Codes, Note, Noted] = Decider(
        category="note", initial=(), events=(Noted,), decide=decide_with, evolve=evolve
    )
    return Catalogue(Aggregate(decider))


def note(code: str = "a", person: str = "0", words: str = CANARY) -> Note:
    return Note(at=NOON, by=LISTENER, person=person, code=code, words=words)
