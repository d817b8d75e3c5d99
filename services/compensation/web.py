"""Compensation over HTTP: the moves of a negotiation, and what one may read of it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from hosting.asked import Ask, Caller, Done, Engine, Id, done
from hosting.bodies import body_as
from hosting.identity import require_role
from hosting.openapi import documented_body
from hosting.problems import Problem
from hosting.reading import After, MinPosition, history_shown, require_position
from services.compensation import bodies, handlers
from services.compensation.domain.negotiation.state import NotHeard
from services.compensation.projections import negotiation_list
from services.compensation.views import ledger, negotiation_view
from shared_kernel.roles import LADDER, OPERATOR, PLATFORM, REVIEWER

# Who may read every negotiation; a customer reads the own one.
READERS = (*LADDER, OPERATOR, PLATFORM, REVIEWER)

router = APIRouter(tags=["negotiations"])


@router.get("/v1/negotiations")
async def negotiations(
    *,
    by: Caller,
    engine: Engine,
    state: Annotated[str | None, Query(pattern="^[a-z_]{1,20}$")] = None,
    after: After = None,
    min_position: MinPosition = 0,
) -> dict[str, Any]:
    """List negotiations, 100 a page; `after` is the last complaint of the page before."""
    require_role(by, *READERS)
    await require_position(engine, negotiation_list.NAME, min_position)
    rows = await negotiation_list.listed(engine.pool, state=state, after=after)
    return {"negotiations": [dict(row) for row in rows]}


@router.get("/v1/negotiations/{complaint}")
async def negotiation(complaint: Id, by: Caller, engine: Engine) -> dict[str, Any]:
    """Show a negotiation as it stands now, with the ledger of its moves. Reasons are shown to staff only."""
    stream = handlers.stream_of(complaint)
    folded = await engine.log.state(stream)
    reads_all = bool(set(by.roles) & set(READERS))
    # To a customer, somebody else's negotiation does not exist.
    if isinstance(folded.state, NotHeard) or not (reads_all or by.actor == folded.state.case.person):
        raise _unknown()
    is_staff = bool(set(by.roles) & set(LADDER))
    shown = negotiation_view(folded.state, engine.clock.now(), to_customer=not reads_all)
    moves = ledger(await engine.log.history(stream), with_texts=is_staff, to_customer=not reads_all)
    return {"version": folded.version, **shown, "ledger": moves}


@router.get("/v1/negotiations/{complaint}/history")
async def history(complaint: Id, by: Caller, engine: Engine) -> dict[str, Any]:
    """Tell a negotiation event by event. What people wrote is shown to staff only."""
    return await history_shown(engine, handlers.stream_of(complaint), by, unknown=_unknown())


@router.post("/v1/negotiations/{complaint}/rounds", openapi_extra=documented_body(bodies.ReasonBody))
async def open_round(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.ReasonBody, Depends(body_as(bodies.ReasonBody))],
) -> Done:
    """Begin a round by hand."""
    return done(await handlers.open_round(engine.log, complaint, ask, reason=body.reason))


@router.post("/v1/negotiations/{complaint}/service-waiver", openapi_extra=documented_body(bodies.ReasonBody))
async def waive_service(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.ReasonBody, Depends(body_as(bodies.ReasonBody))],
) -> Done:
    """Let money be talked about although the loss still runs."""
    return done(await handlers.waive_service(engine.log, complaint, ask, reason=body.reason))


@router.post("/v1/negotiations/{complaint}/terms", openapi_extra=documented_body(bodies.TermsBody))
async def record_terms(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.TermsBody, Depends(body_as(bodies.TermsBody))],
) -> Done:
    """Record what the customer asks for."""
    return done(await handlers.record_terms(engine.log, complaint, ask, **body.given()))


@router.post("/v1/negotiations/{complaint}/terms/decline", openapi_extra=documented_body(bodies.WordsBody))
async def decline_terms(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.WordsBody, Depends(body_as(bodies.WordsBody))],
) -> Done:
    """Record that the customer names no terms."""
    return done(await handlers.decline_terms(engine.log, complaint, ask, words=body.words))


@router.post("/v1/negotiations/{complaint}/demand", openapi_extra=documented_body(bodies.ChangedDemandBody))
async def change_demand(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.ChangedDemandBody, Depends(body_as(bodies.ChangedDemandBody))],
) -> Done:
    """Record that the customer asks for another sum."""
    return done(
        await handlers.change_demand(engine.log, complaint, ask, sum=body.sum.money(), words=body.words)
    )


@router.post("/v1/negotiations/{complaint}/shelving", openapi_extra=documented_body(bodies.ShelveBody))
async def shelve(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.ShelveBody, Depends(body_as(bodies.ShelveBody))],
) -> Done:
    """Let the talk rest until a date; no clock of the complaint stops."""
    return done(await handlers.shelve(engine.log, complaint, ask, until=body.until, reason=body.reason))


@router.post("/v1/negotiations/{complaint}/resumption", openapi_extra=documented_body(bodies.ReasonBody))
async def resume(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.ReasonBody, Depends(body_as(bodies.ReasonBody))],
) -> Done:
    """End the rest before its date."""
    return done(await handlers.resume(engine.log, complaint, ask, reason=body.reason))


@router.post("/v1/negotiations/{complaint}/refusal", openapi_extra=documented_body(bodies.RefusalBody))
async def refuse(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.RefusalBody, Depends(body_as(bodies.RefusalBody))],
) -> Done:
    """Refuse the demand: class, strategy, basis, and where the customer may turn to."""
    return done(await handlers.refuse(engine.log, complaint, ask, **body.given()))


@router.post("/v1/negotiations/{complaint}/referral", openapi_extra=documented_body(bodies.ReferBody))
async def refer(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.ReferBody, Depends(body_as(bodies.ReferBody))],
) -> Done:
    """Put the matter before a third party until a date."""
    return done(await handlers.refer(engine.log, complaint, ask, **body.model_dump()))


@router.post("/v1/negotiations/{complaint}/referral/return", openapi_extra=documented_body(bodies.ReturnBody))
async def return_referral(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.ReturnBody, Depends(body_as(bodies.ReturnBody))],
) -> Done:
    """Record how the third party ended it."""
    return done(await handlers.return_referral(engine.log, complaint, ask, outcome=body.outcome))


@router.post("/v1/negotiations/{complaint}/withdrawal", openapi_extra=documented_body(bodies.WordsBody))
async def withdraw(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.WordsBody, Depends(body_as(bodies.WordsBody))],
) -> Done:
    """Record that the customer no longer asks for anything."""
    return done(await handlers.withdraw(engine.log, complaint, ask, words=body.words))


@router.post("/v1/payments/{payment}", openapi_extra=documented_body(bodies.PaymentBody))
async def tell_payment(
    payment: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.PaymentBody, Depends(body_as(bodies.PaymentBody))],
) -> Done:
    """Tell what became of a payment: the platform's callback, which may come any number of times."""
    if body.status == "reversed":
        reverse = handlers.reverse_payment
        return done(await reverse(engine.log, body.complaint, ask, payment=payment, why=body.why or ""))
    return done(
        await handlers.record_payment(engine.log, body.complaint, ask, payment=payment, paid=body.sum.money())
    )


def _unknown() -> Problem:
    return Problem(404, "not_registered", "compensation has not heard of a complaint under this id")
