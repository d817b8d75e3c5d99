"""Events and commands as every service writes them: who, when, and which fields are personal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, TypeAlias, TypeVar, get_args, get_origin

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
    unless `Annotated[Personal[...], OwnedBy("...")]` says otherwise.
    """
    owners: dict[str, str] = {}
    for name, field in event.model_fields.items():
        if not _holds_erased(field.annotation):
            continue
        marks = [mark for mark in field.metadata if isinstance(mark, OwnedBy)]
        owners[name] = (marks[0] if marks else COMPLAINANT).field
    missing = sorted({owner for owner in owners.values() if owner not in event.model_fields})
    if missing:
        raise TypeError(f"{event.__name__} has personal fields owned by {missing}, which it does not carry")
    return owners


def _holds_erased(annotation: Any) -> bool:
    if annotation is Erased:
        return True
    if get_origin(annotation) is Annotated:
        return _holds_erased(get_args(annotation)[0])
    return any(_holds_erased(argument) for argument in get_args(annotation))
