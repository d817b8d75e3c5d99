"""The operator's door of every service: dead letters, the hash chain, republishing. Role `operator` only."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from contracts.fields import wrong
from eventlog.chain import verify
from eventlog.message import By
from eventlog.recorded import Row
from eventlog.requeue import NotSettled, Settling
from eventlog.store import DeadLetter
from hosting.asked import Engine
from hosting.bodies import body_as
from hosting.identity import caller, require_role
from hosting.openapi import documented_body
from hosting.problems import Problem
from hosting.reading import POSITION_MAX
from hosting.running import Running
from hosting.wire import read_record
from shared_kernel.roles import OPERATOR

PAGE = 1000

router = APIRouter(prefix="/v1/operations", tags=["operations"])

Number = Annotated[int, Path(ge=1, le=POSITION_MAX)]
Stream = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,62}-[A-Za-z0-9._-]{1,128}$")]
_BASE64 = {"type": "string", "contentEncoding": "base64"}


def _from_base64(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return base64.b64decode(value, validate=True)
    except ValueError:
        raise wrong("not_base64") from None


class Requeue(BaseModel):
    """How to requeue a dead letter: with mended bytes (base64), or as it was received."""

    model_config = ConfigDict(extra="forbid")

    mended_value: Annotated[bytes | None, BeforeValidator(_from_base64), WithJsonSchema(_BASE64)] = None


class Republish(BaseModel):
    """What to send to the topics again: one stream, or everything above a position."""

    model_config = ConfigDict(extra="forbid")

    stream: Stream | None = None
    from_position: Annotated[int, Field(ge=0, le=POSITION_MAX)] | None = None


class Release(BaseModel):
    """Which stream to let out of quarantine."""

    model_config = ConfigDict(extra="forbid")

    stream: Stream


async def _operator(by: Annotated[By, Depends(caller)]) -> By:
    require_role(by, OPERATOR)
    return by


Operator = Annotated[By, Depends(_operator)]


@router.get("/dead-letters")
async def dead_letters(
    _by: Operator, engine: Engine, after: Annotated[int, Query(ge=0, le=POSITION_MAX)] = 0
) -> dict[str, list[dict[str, Any]]]:
    """List dead letters by number, without their content."""
    letters = await engine.storage.inbox.dead_after(after, 100)
    return {"dead_letters": [_shown(letter) for letter in letters]}


@router.post("/dead-letters/{number}/requeue", openapi_extra=documented_body(Requeue))
async def requeue(
    number: Number, _by: Operator, engine: Engine, asked: Annotated[Requeue, Depends(body_as(Requeue))]
) -> dict[str, str]:
    """Handle a dead letter's record again; what waits behind it follows in order."""
    settling = _settling(engine)
    letter = await _unsettled(settling, number)
    try:
        await settling.requeue(letter, asked.mended_value)
    except NotSettled as still:
        raise Problem(409, "still_fails", str(still)) from None
    return {"settled_as": "requeued"}


@router.post("/dead-letters/{number}/drop")
async def drop(number: Number, _by: Operator, engine: Engine) -> dict[str, str]:
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
) -> dict[str, int | list[str]]:
    """Send public events again with the same bytes; consumers drop by sequence what they have.

    Streams in quarantine are passed by and named.
    """
    sent, passed_by = 0, set[str]()
    if asked.stream is None and asked.from_position is None:
        raise Problem(422, "nothing_named", "give stream, or from_position")
    async for rows in _asked_for(engine, asked):
        page_sent, page_passed_by = await engine.relay.republish(rows)
        sent, passed_by = sent + page_sent, passed_by | page_passed_by
    return {"republished": sent, "passed_by": sorted(passed_by)}


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


async def _asked_for(engine: Running, asked: Republish) -> AsyncIterator[Sequence[Row]]:
    """Yield what is to be sent, page by page: one stream by its own index, however long the log is."""
    log, after = engine.storage.log, asked.from_position or 0
    if asked.stream is None:
        while page := await log.read(after, PAGE):
            after = page[-1].position
            yield page
        return
    version = 0
    while page := await log.read_stream(asked.stream, version, PAGE):
        version = page[-1].version
        yield [row for row in page if row.position > after]


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
