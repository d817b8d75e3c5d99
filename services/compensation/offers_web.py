"""Compensation over HTTP: what the company offers, who approves it, and the customer's yes."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path

from eventlog.projections import reached
from hosting.asked import Ask, Done, Engine, Id, done
from hosting.bodies import body_as
from hosting.openapi import documented_body
from hosting.problems import Problem
from services.compensation import bodies, handlers
from services.compensation.domain.negotiation.state import NotHeard
from services.compensation.projections import given_sums, negotiation_list

# How long an offer waits for the read models to know all offers before it; what is in flight then is not counted.
BEHIND_SECONDS_MAX = 1.0
OFFERS_IN = (given_sums.NAME, negotiation_list.NAME)

Number = Annotated[int, Path(ge=1, le=10_000)]

router = APIRouter(prefix="/v1/negotiations/{complaint}/offers", tags=["offers"])


@router.post("", openapi_extra=documented_body(bodies.OfferBody))
async def make_offer(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.OfferBody, Depends(body_as(bodies.OfferBody))],
) -> Done:
    """Offer a sum and remedies; above the proposer's limits it waits for somebody else's approval."""
    state = (await engine.log.state(handlers.stream_of(complaint))).state
    if isinstance(state, NotHeard):
        raise Problem(404, "not_registered", "compensation has not heard of a complaint under this id")
    await _caught_up(engine)
    currency = body.sum.currency
    today = await given_sums.given_today(engine.pool, state, actor=ask.by.actor, at=ask.at, currency=currency)
    alike = await negotiation_list.alike(engine.pool, state.case, currency)
    offer = body.given(today=today, alike=alike)
    return done(await handlers.make_offer(engine.log, complaint, ask, **offer))


@router.post("/{number}/approval", openapi_extra=documented_body(bodies.ReasonBody))
async def grant_approval(
    complaint: Id,
    number: Number,
    ask: Ask,
    engine: Engine,
    *,
    body: Annotated[bodies.ReasonBody, Depends(body_as(bodies.ReasonBody))],
) -> Done:
    """Approve the waiting offer: it is live at once."""
    return done(await handlers.grant_approval(engine.log, complaint, ask, offer=number, reason=body.reason))


@router.post("/{number}/denial", openapi_extra=documented_body(bodies.ReasonBody))
async def deny_approval(
    complaint: Id,
    number: Number,
    ask: Ask,
    engine: Engine,
    *,
    body: Annotated[bodies.ReasonBody, Depends(body_as(bodies.ReasonBody))],
) -> Done:
    """Say no to the waiting offer."""
    return done(await handlers.deny_approval(engine.log, complaint, ask, offer=number, reason=body.reason))


@router.post("/{number}/withdrawal", openapi_extra=documented_body(bodies.ReasonBody))
async def withdraw_offer(
    complaint: Id,
    number: Number,
    ask: Ask,
    engine: Engine,
    *,
    body: Annotated[bodies.ReasonBody, Depends(body_as(bodies.ReasonBody))],
) -> Done:
    """Take back an offer."""
    return done(await handlers.withdraw_offer(engine.log, complaint, ask, offer=number, reason=body.reason))


@router.post("/{number}/acceptance")
async def accept_offer(complaint: Id, number: Number, ask: Ask, engine: Engine) -> Done:
    """Take the live offer: agreed, and the document follows."""
    return done(await handlers.accept_offer(engine.log, complaint, ask, offer=number))


async def _caught_up(engine: Any) -> None:
    """Give the read models a moment to know every offer that was made before this one."""
    head, followers = await engine.storage.log.head(), engine.storage.followers
    await asyncio.gather(
        *(reached(followers, name, head, seconds_max=BEHIND_SECONDS_MAX) for name in OFFERS_IN)
    )
