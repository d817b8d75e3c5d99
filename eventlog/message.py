"""Events and commands as every service writes them: who, when, and which fields are personal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from types import UnionType
from typing import Annotated, Any, ClassVar, Literal, TypeAlias, TypeVar, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel, ConfigDict

T = TypeVar("T")


class By(BaseModel):
    """Who acts: a pseudonymous actor id, the roles it holds and the desk it sits at (`domain.md` 3)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    actor: str
    roles: tuple[str, ...] = ()
    desk: str | None = None


class Erased(BaseModel):
    """What is left of a personal value once the person's key is gone; `evolve` never looks inside."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    erased: Literal[True] = True


ERASED = Erased()

# A value that belongs to a person: sealed in the log and on the topic, readable only while the key lives.
Personal: TypeAlias = T | Erased


@dataclass(frozen=True, slots=True)
class OwnedBy:
    """Names the field that holds the person id whose key seals an annotated personal field."""

    field: str


COMPLAINANT = OwnedBy("person")


class Event(BaseModel):
    """Something that happened, in the past tense, as stored for ever.

    Subclasses set `TYPE` (`aggregate.past_tense`, never a class path) and raise `VERSION` when the shape
    changes. `at` is when it happened; `by` is who made it so.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    TYPE: ClassVar[str]
    VERSION: ClassVar[int] = 1

    at: AwareDatetime
    by: By


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A wish in the imperative. Time and actor are data, so that `decide` stays pure."""

    at: datetime
    by: By


def personal_fields(event: type[Event]) -> dict[str, str]:
    """Map each personal field of an event type to the field that names the owning person.

    A field is personal when its annotation is `Personal[...]`; the owner is the complainant (`person`)
    unless `Annotated[Personal[...], OwnedBy("...")]` says otherwise. Raises TypeError for a field that an
    erased value would not fit, or whose owner is not said around the whole field.
    """
    owners: dict[str, str] = {}
    for name, field in event.model_fields.items():
        within = _parts(field.annotation)
        if Erased not in within:
            continue
        if Erased not in _choices(field.annotation) or any(isinstance(part, OwnedBy) for part in within):
            raise TypeError(f"{event.__name__}.{name}: Personal and OwnedBy must hold the whole field")
        marks = [mark for mark in field.metadata if isinstance(mark, OwnedBy)]
        owners[name] = (marks[0] if marks else COMPLAINANT).field
    missing = sorted({owner for owner in owners.values() if owner not in event.model_fields})
    if missing:
        raise TypeError(f"{event.__name__} has personal fields owned by {missing}, which it does not carry")
    return owners


def _choices(annotation: Any) -> list[Any]:
    """Return what a value of this annotation may be: the members of its union, however nested."""
    if get_origin(annotation) is Annotated:
        return _choices(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return [choice for member in get_args(annotation) for choice in _choices(member)]
    return [annotation]


def _parts(annotation: Any) -> list[Any]:
    """Return an annotation and everything written inside it, marks included."""
    return [annotation, *(part for argument in get_args(annotation) for part in _parts(argument))]
