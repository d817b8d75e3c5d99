"""A command as HTTP asks it: who, when, under which id; and what is answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Path, Request
from pydantic import BaseModel

from eventlog.message import By, personal_fields
from eventlog.work import Result
from hosting.idempotency import request_command_id
from hosting.identity import caller
from hosting.running import Running

Caller = Annotated[By, Depends(caller)]
UUID_PATTERN: Final = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


async def engine(request: Request) -> Running:
    """FastAPI dependency: the running engine behind this door."""
    found: Running = request.app.state.running
    return found


Engine = Annotated[Running, Depends(engine)]


@dataclass(frozen=True, slots=True)
class Asked:
    """The envelope of a command from outside: same actor, route and Idempotency-Key give the same id."""

    by: By
    at: datetime
    command_id: UUID


async def asked(request: Request, by: Caller, running: Engine) -> Asked:
    """FastAPI dependency: who asks, when, and the command's id."""
    return Asked(by, running.clock.now(), request_command_id(request, by))


Ask = Annotated[Asked, Depends(asked)]
Id = Annotated[
    str,
    Path(pattern=UUID_PATTERN, description="the uuid the door answered with"),
]


class Done(BaseModel):
    """What came of a command. No events: it was already so, or this very request had been answered before.

    `position` is where the last event stands in the service's log; give it as `min_position` to a list to
    be sure that the list has it.
    """

    stream: str
    version: int
    events: tuple[str, ...] = ()
    position: int | None = None
    repeated: bool = False


def done(result: Result) -> Done:
    """Return a command's result as HTTP answers it."""
    return Done(
        stream=result.stream,
        version=result.version,
        events=tuple(event.TYPE for event in result.events),
        position=result.position,
        repeated=result.known,
    )


def event_shown(recorded: Any, *, with_texts: bool) -> dict[str, Any]:
    """Return an event of a history as JSON-ready data; personal texts only for those who may read them."""
    event = recorded.event
    shown = event.model_dump(mode="json", exclude=set() if with_texts else set(personal_fields(type(event))))
    return {
        "id": recorded.id,
        "type": event.TYPE,
        "version": recorded.version,
        "at": shown.pop("at"),
        "recorded_at": recorded.recorded_at,
        "by": shown.pop("by"),
        "cause": recorded.causation_id,
        "data": shown,
    }
