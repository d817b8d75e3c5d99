"""Compensation over HTTP: where the money goes when it came back, and what holds when two things were told of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from hosting.asked import Ask, Done, Engine, Id, done
from hosting.bodies import body_as
from hosting.openapi import documented_body
from services.compensation import bodies, handlers

router = APIRouter(prefix="/v1/negotiations/{complaint}/payments", tags=["payments"])


@router.post("/{payment}/account", openapi_extra=documented_body(bodies.AccountBody))
async def name_account(
    complaint: Id,
    payment: Id,
    ask: Ask,
    engine: Engine,
    *,
    body: Annotated[bodies.AccountBody, Depends(body_as(bodies.AccountBody))],
) -> Done:
    """Name the account for a payment that came back: it is instructed anew, under another id."""
    again = handlers.instruct_again
    return done(
        await again(engine.log, complaint, ask, payment=payment, account=body.account, reason=body.reason)
    )


@router.post("/{payment}/review", openapi_extra=documented_body(bodies.ReviewBody))
async def review(
    complaint: Id,
    payment: Id,
    ask: Ask,
    engine: Engine,
    *,
    body: Annotated[bodies.ReviewBody, Depends(body_as(bodies.ReviewBody))],
) -> Done:
    """Say whether a payment went out or came back, when both were told of it."""
    found = handlers.review_payment
    return done(
        await found(engine.log, complaint, ask, payment=payment, stands=body.stands, reason=body.reason)
    )
