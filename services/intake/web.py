"""Intake over HTTP: the front door, the commands on a complaint, and what one may read of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Query, Request
from pydantic import TypeAdapter, ValidationError

from contracts.findings import explain_errors
from contracts.register import Register, unknown_members
from hosting.asked import Ask, Caller, Done, Engine, Id, done
from hosting.bodies import body_as, json_body
from hosting.identity import require_role
from hosting.openapi import documented_body
from hosting.problems import Fault, Problem
from hosting.reading import After, DeskNamed, MinPosition, history_shown, require_position
from services.intake import bodies, handlers
from services.intake.domain.complaint.policy import ComplaintPolicy
from services.intake.projections import complaint_list
from services.intake.registering import Registering
from services.intake.views import as_view
from shared_kernel.roles import LADDER, OPERATOR, PLATFORM, REVIEWER

REGISTER: TypeAdapter[Register] = TypeAdapter(Register)
# Who may read every complaint; a customer (by link) reads the own one.
READERS = (*LADDER, OPERATOR, PLATFORM, REVIEWER)

router = APIRouter(prefix="/v1/complaints", tags=["complaints"])


class Registered(Done):
    """A complaint taken in, or known already. `warnings` names members of the body that were passed over."""

    complaint: str
    warnings: tuple[str, ...] = ()


async def _registering(request: Request) -> Registering:
    return cast("Registering", request.app.state.registering)


async def _policy(request: Request) -> ComplaintPolicy:
    return cast("ComplaintPolicy", request.app.state.policy)


@router.post("", status_code=202, response_model=Registered, openapi_extra=documented_body(Register))
async def register(
    ask: Ask,
    raw: Annotated[Any, Depends(json_body)],
    request: Request,
    registering: Annotated[Registering, Depends(_registering)],
) -> Registered:
    """Take a complaint in. The same source, channel and reference is one complaint."""
    try:
        found = REGISTER.validate_python(raw)
    except ValidationError as error:
        raise _register_problem(error) from None
    has_key = "idempotency-key" in request.headers
    result = await registering.register(found, ask.by, ask.at, ask.command_id if has_key else None)
    return Registered(
        **done(result).model_dump(),
        complaint=result.stream.removeprefix("complaint-"),
        warnings=tuple(unknown_members(raw)),
    )


@router.get("")
async def complaints(
    *,
    by: Caller,
    engine: Engine,
    stage: Annotated[str | None, Query(pattern="^[a-z_]{1,20}$")] = None,
    desk: DeskNamed = None,
    open_only: Annotated[bool, Query()] = False,
    after: After = None,
    min_position: MinPosition = 0,
) -> dict[str, Any]:
    """List complaints, 100 a page; `after` is the last complaint of the page before."""
    require_role(by, *READERS)
    await require_position(engine, complaint_list.NAME, min_position)
    rows = await complaint_list.listed(engine.pool, stage=stage, desk=desk, open_only=open_only, after=after)
    return {"complaints": [dict(row) for row in rows]}


@router.get("/counts")
async def counts(by: Caller, engine: Engine, min_position: MinPosition = 0) -> dict[str, Any]:
    """Count complaints by stage, outcome, timing and grade."""
    require_role(by, *READERS)
    await require_position(engine, complaint_list.NAME, min_position)
    return {"counts": [dict(row) for row in await complaint_list.counted(engine.pool)]}


@router.get("/{complaint}")
async def complaint_view(
    complaint: Id, by: Caller, engine: Engine, policy: Annotated[ComplaintPolicy, Depends(_policy)]
) -> dict[str, Any]:
    """Show a complaint as it stands now: stage, owner, grade, clocks explained, negotiation, notes for the desk."""
    folded = await engine.log.state(handlers.stream_of(complaint))
    reads_all = bool(set(by.roles) & set(READERS))
    view = as_view(folded.state, engine.clock.now(), policy, for_desk=reads_all)
    # To a customer, somebody else's complaint does not exist.
    if view is None or (by.actor != view.person and not reads_all):
        raise _unknown()
    return {"version": folded.version, **asdict(view)}


@router.get("/{complaint}/history")
async def history(complaint: Id, by: Caller, engine: Engine) -> dict[str, Any]:
    """Tell a complaint event by event. What people wrote is shown to staff only."""
    return await history_shown(engine, handlers.stream_of(complaint), by, unknown=_unknown())


@router.post("/{complaint}/classification", openapi_extra=documented_body(bodies.CorrectionBody))
async def correct_classification(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.CorrectionBody, Depends(body_as(bodies.CorrectionBody))],
) -> Done:
    """Set labels right."""
    return done(
        await handlers.correct_classification(
            engine.log, complaint, ask, correction=body.correction(), reason=body.reason
        )
    )


@router.post("/{complaint}/acknowledgement")
async def acknowledge(complaint: Id, ask: Ask, engine: Engine) -> Done:
    """Confirm to the customer that the complaint has arrived."""
    return done(await handlers.acknowledge(engine.log, complaint, ask))


@router.post("/{complaint}/handover/offer", openapi_extra=documented_body(bodies.OfferBody))
async def offer_handover(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.OfferBody, Depends(body_as(bodies.OfferBody))],
) -> Done:
    """Offer the complaint to a desk and level."""
    return done(
        await handlers.offer_handover(
            engine.log, complaint, ask, desk=body.desk, level=body.level, handler=body.handler
        )
    )


@router.post("/{complaint}/handover/acceptance")
async def accept_handover(complaint: Id, ask: Ask, engine: Engine) -> Done:
    """Take the offered complaint over."""
    return done(await handlers.accept_handover(engine.log, complaint, ask))


@router.post("/{complaint}/handover/refusal", openapi_extra=documented_body(bodies.ReasonBody))
async def decline_handover(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.ReasonBody, Depends(body_as(bodies.ReasonBody))],
) -> Done:
    """Say no to the offered complaint."""
    return done(await handlers.decline_handover(engine.log, complaint, ask, reason=body.reason))


@router.post("/{complaint}/replies", openapi_extra=documented_body(bodies.TextBody))
async def reply(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.TextBody, Depends(body_as(bodies.TextBody))],
) -> Done:
    """Record a reply to the customer."""
    return done(await handlers.reply(engine.log, complaint, ask, text=body.text))


@router.post("/{complaint}/harm-stopped", openapi_extra=documented_body(bodies.StopHarmBody))
async def stop_harm(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.StopHarmBody, Depends(body_as(bodies.StopHarmBody))],
) -> Done:
    """Record that the running loss was stopped."""
    return done(
        await handlers.stop_harm(engine.log, complaint, ask, stopped_at=body.stopped_at, how=body.how)
    )


@router.post("/{complaint}/links", openapi_extra=documented_body(bodies.LinkBody))
async def link(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.LinkBody, Depends(body_as(bodies.LinkBody))],
) -> Done:
    """Tie another complaint to this one."""
    return done(await handlers.link(engine.log, complaint, ask, other=body.other, why=body.why))


@router.post("/{complaint}/links/removal", openapi_extra=documented_body(bodies.LinkBody))
async def unlink(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.LinkBody, Depends(body_as(bodies.LinkBody))],
) -> Done:
    """Undo a link."""
    return done(await handlers.unlink(engine.log, complaint, ask, other=body.other, why=body.why))


@router.post("/{complaint}/answer", openapi_extra=documented_body(bodies.AnswerBody))
async def answer(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.AnswerBody, Depends(body_as(bodies.AnswerBody))],
) -> Done:
    """Record the final answer."""
    return done(await handlers.answer(engine.log, complaint, ask, outcome=body.outcome, text=body.text))


@router.post("/{complaint}/return-visits", openapi_extra=documented_body(bodies.VisitBody))
async def record_return_visit(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.VisitBody, Depends(body_as(bodies.VisitBody))],
) -> Done:
    """Record a return visit."""
    return done(await handlers.record_return_visit(engine.log, complaint, ask, **body.model_dump()))


@router.post("/{complaint}/reopening", openapi_extra=documented_body(bodies.WordsBody))
async def reopen(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.WordsBody, Depends(body_as(bodies.WordsBody))],
) -> Done:
    """Reopen: the customer says it is not over."""
    return done(await handlers.reopen(engine.log, complaint, ask, words=body.words))


@router.post("/{complaint}/withdrawal", openapi_extra=documented_body(bodies.WordsBody))
async def withdraw(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.WordsBody, Depends(body_as(bodies.WordsBody))],
) -> Done:
    """Record that the customer takes the complaint back."""
    return done(await handlers.withdraw(engine.log, complaint, ask, words=body.words))


@router.post("/{complaint}/decision-elsewhere", openapi_extra=documented_body(bodies.DecidedBody))
async def decide_elsewhere(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.DecidedBody, Depends(body_as(bodies.DecidedBody))],
) -> Done:
    """Record that a court, ombudsman or other body decided the matter."""
    return done(
        await handlers.decide_elsewhere(
            engine.log, complaint, ask, decided_by=body.decided_by, words=body.words
        )
    )


def _unknown() -> Problem:
    return Problem(404, "not_registered", "there is no complaint under this id")


def _register_problem(error: ValidationError) -> Problem:
    faults = [Fault(found.rule, found.detail, found.field) for found in explain_errors(error)]
    first = faults[0]
    return Problem(422, first.rule, first.detail, field=first.at, errors=faults if len(faults) > 1 else ())
