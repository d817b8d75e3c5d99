"""The operator's door of every service: dead letters, the hash chain, republishing. Role `operator` only."""

from __future__ import annotations

import base64
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from eventlog.chain import verify
from eventlog.message import By
from eventlog.requeue import NotSettled, Settling
from eventlog.store import DeadLetter
from hosting.asked import Engine
from hosting.bodies import body_as
from hosting.identity import caller, require_role
from hosting.openapi import documented_body
from hosting.problems import Problem
from hosting.running import Running
from hosting.wire import read_record
from shared_kernel.roles import OPERATOR

PAGE = 1000

router = APIRouter(prefix="/v1/operations", tags=["operations"])


class Requeue(BaseModel):
    """How to requeue a dead letter: with mended bytes (base64), or as it was received."""

    model_config = ConfigDict(extra="forbid")

    mended_value: str | None = None


class Republish(BaseModel):
    """What to send to the topics again: one stream, or everything above a position."""

    model_config = ConfigDict(extra="forbid")

    stream: str | None = None
    from_position: int | None = None


class Release(BaseModel):
    """Which stream to let out of quarantine."""

    model_config = ConfigDict(extra="forbid")

    stream: str


async def _operator(by: Annotated[By, Depends(caller)]) -> By:
    require_role(by, OPERATOR)
    return by


Operator = Annotated[By, Depends(_operator)]


@router.get("/dead-letters")
async def dead_letters(
    _by: Operator, engine: Engine, after: Annotated[int, Query(ge=0)] = 0
) -> dict[str, list[dict[str, Any]]]:
    """List dead letters by number, without their content."""
    letters = await engine.storage.inbox.dead_after(after, 100)
    return {"dead_letters": [_shown(letter) for letter in letters]}


@router.post("/dead-letters/{number}/requeue", openapi_extra=documented_body(Requeue))
async def requeue(
    number: int, _by: Operator, engine: Engine, asked: Annotated[Requeue, Depends(body_as(Requeue))]
) -> dict[str, str]:
    """Handle a dead letter's record again; what waits behind it follows in order."""
    settling = _settling(engine)
    letter = await _unsettled(settling, number)
    mended = None if asked.mended_value is None else base64.b64decode(asked.mended_value)
    try:
        await settling.requeue(letter, mended)
    except NotSettled as still:
        raise Problem(409, "still_fails", str(still)) from None
    return {"settled_as": "requeued"}


@router.post("/dead-letters/{number}/drop")
async def drop(number: int, _by: Operator, engine: Engine) -> dict[str, str]:
    """Give a dead letter's record up for good and let what waits behind it go on."""
    settling = _settling(engine)
    letter = await _unsettled(settling, number)
    try:
        await settling.drop(letter)
    except NotSettled as still:
        raise Problem(409, "not_its_turn", str(still)) from None
    return {"settled_as": "dropped"}


@router.post("/republish", openapi_extra=documented_body(Republish))
async def republish(
    _by: Operator, engine: Engine, asked: Annotated[Republish, Depends(body_as(Republish))]
) -> dict[str, int]:
    """Send public events again with the same bytes; consumers drop by sequence what they have."""
    sent, position = 0, asked.from_position or 0
    if asked.stream is None and asked.from_position is None:
        raise Problem(422, "nothing_named", "give stream, or from_position")
    while rows := await engine.storage.log.read(position, PAGE):
        position = rows[-1].position
        sent += await engine.relay.republish([row for row in rows if asked.stream in (None, row.stream)])
    return {"republished": sent}


@router.get("/quarantine")
async def quarantine(_by: Operator, engine: Engine) -> dict[str, list[str]]:
    """List the streams the relay passes by because a record of theirs can never be sent."""
    return {"streams": sorted(await engine.storage.followers.quarantined())}


@router.post("/quarantine/release", openapi_extra=documented_body(Release))
async def release(
    _by: Operator, engine: Engine, asked: Annotated[Release, Depends(body_as(Release))]
) -> dict[str, str]:
    """Let a stream out of quarantine, after the topic's limit was raised; then republish the stream."""
    if asked.stream not in await engine.storage.followers.quarantined():
        raise Problem(404, "not_in_quarantine", "the relay does not pass this stream by")
    await engine.storage.followers.free(asked.stream)
    return {
        "released": asked.stream,
        "next": "republish the stream: what was passed by is sent again in order",
    }


@router.get("/chain")
async def chain(_by: Operator, engine: Engine) -> dict[str, Any]:
    """Verify the whole log's hash chain and say where it first does not fit."""
    found = await verify(engine.storage.log)
    return {
        "whole": found.is_whole,
        "positions": found.positions,
        "links": found.links,
        "broken_at": found.broken_at,
        "reason": found.reason,
    }


@router.get("/figures")
async def figures(_by: Operator, engine: Engine) -> dict[str, Any]:
    """Count what reconciles: events, public events, what the relay has sent, what waits."""
    log, inbox = engine.storage.log, engine.storage.inbox
    head = await log.head()
    relayed = await engine.storage.followers.checkpoint(engine.relay.name)
    return {
        "log_position": head,
        "relay_position": relayed,
        "parked": await inbox.parked_count(),
        "next_timer_due": await log.next_due(),
        "domain_time": engine.clock.now(),
    }


def _settling(engine: Running) -> Settling:
    return Settling(engine.inbound, engine.storage.inbox, engine.letters, read=read_record)


async def _unsettled(settling: Settling, number: int) -> DeadLetter:
    letter = await settling.find(number)
    if letter is None:
        raise Problem(404, "no_such_dead_letter", f"there is no dead letter {number}")
    if letter.settled_as is not None:
        raise Problem(409, "dead_letter_settled", f"it was {letter.settled_as}")
    return letter


def _shown(letter: DeadLetter) -> dict[str, Any]:
    return {
        "number": letter.id,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "key": (letter.key or b"").decode(errors="replace") if letter.sealed_value else None,
        "cause": letter.cause,
        "rule": letter.rule,
        "attempts": letter.attempts,
        "failed_at": letter.failed_at,
        "settled_as": letter.settled_as,
    }
