"""Blacklist over HTTP: screenings, proposals and judgements, and what one may read of a person's flags."""

from __future__ import annotations

from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Path, Query, Request

from eventlog.message import By
from hosting.asked import Ask, Caller, Done, Engine, Id, done
from hosting.bodies import body_as
from hosting.identity import require_role
from hosting.openapi import documented_body
from hosting.problems import Problem
from hosting.reading import After, MinPosition, history_shown, require_position
from services.blacklist import bodies, handlers
from services.blacklist.domain.flag.state import FlagState, Unheard
from services.blacklist.domain.policy import FlagPolicy
from services.blacklist.projections import flag_list
from services.blacklist.screening import Screening
from services.blacklist.views import person_view
from shared_kernel.roles import CUSTOMER, LADDER, OPERATOR, PLATFORM, REVIEWER

# Who works with flags; texts are for them alone.
STAFF = (*LADDER, REVIEWER)

router = APIRouter(prefix="/v1", tags=["flags"])

FlagNumber = Annotated[int, Path(ge=1, le=1_000_000, description="the flag's number, from 1")]


async def _policy(request: Request) -> FlagPolicy:
    return cast("FlagPolicy", request.app.state.policy)


async def _screening(request: Request) -> Screening:
    return cast("Screening", request.app.state.screening)


@router.post("/screenings", openapi_extra=documented_body(bodies.ScreeningBody))
async def screen(
    by: Caller,
    engine: Engine,
    screening: Annotated[Screening, Depends(_screening)],
    body: Annotated[bodies.ScreeningBody, Depends(body_as(bodies.ScreeningBody))],
) -> dict[str, Any]:
    """Tell which flags stand against whoever this is, with reasons. Each look-up is kept in an audit table."""
    require_role(by, *STAFF, PLATFORM)
    if not any((body.phone, body.email, body.account, body.name and body.address)):
        raise Problem(422, "nothing_to_screen_by", "phone, email, account, or name with address")
    with_texts = bool(set(by.roles) & set(STAFF))
    return await screening.screen(body.attributes(), by, engine.clock.now(), with_texts=with_texts)


@router.get("/screenings")
async def screenings(
    by: Caller,
    screening: Annotated[Screening, Depends(_screening)],
    after: Annotated[int, Query(ge=0, description="the last number of the page before")] = 0,
) -> dict[str, Any]:
    """List who looked somebody up, when, by what, and which kinds of flag it found; never whom. 100 a page."""
    require_role(by, OPERATOR)
    return {"screenings": await screening.audited(after)}


@router.get("/flags")
async def flags(
    *,
    by: Caller,
    engine: Engine,
    state: Annotated[FlagState | None, Query()] = None,
    overdue: Annotated[bool, Query(description="only those whose review is due by now")] = False,
    after: After = None,
    min_position: MinPosition = 0,
) -> dict[str, Any]:
    """List persons who have, or had, a flag, 100 a page; `after` is the last person of the page before."""
    require_role(by, *STAFF, OPERATOR)
    await require_position(engine, flag_list.NAME, min_position)
    due_by = engine.clock.now() if overdue else None
    rows = await flag_list.listed(engine.pool, state=state, due_by=due_by, after=after)
    return {"flags": [dict(row) for row in rows]}


@router.get("/flags/{person}")
async def flags_of_person(
    person: Id, by: Caller, engine: Engine, policy: Annotated[FlagPolicy, Depends(_policy)]
) -> dict[str, Any]:
    """Show a person's flags, the score with its bill, and the complaints behind it. The person may, too."""
    _require_reader(by, person)
    folded = await engine.log.state(handlers.stream_of(person))
    if isinstance(folded.state, Unheard):
        raise _unknown()
    return {"version": folded.version, **person_view(folded.state, engine.clock.now(), policy.score)}


@router.get("/flags/{person}/history")
async def history(person: Id, by: Caller, engine: Engine) -> dict[str, Any]:
    """Tell a person's stream event by event. What people wrote is shown to staff and reviewers only."""
    return await history_shown(engine, handlers.stream_of(person), by, unknown=_unknown(), texts_for=STAFF)


@router.post("/flags/{person}/proposals", openapi_extra=documented_body(bodies.ProposalBody))
async def propose(
    person: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.ProposalBody, Depends(body_as(bodies.ProposalBody))],
) -> Done:
    """Propose a flag of any kind; somebody else confirms it or not."""
    return done(await handlers.propose_flag(engine.log, person, ask, kind=body.kind, reason=body.reason))


@router.post("/flags/{person}/{flag}/warning", openapi_extra=documented_body(bodies.WarningBody))
async def warn(
    person: Id,
    flag: FlagNumber,
    ask: Ask,
    *,
    engine: Engine,
    body: Annotated[bodies.WarningBody, Depends(body_as(bodies.WarningBody))],
) -> Done:
    """Record that the person was told of the flag and of the right to appeal."""
    return done(await handlers.warn_person(engine.log, person, ask, flag=flag, text=body.text))


@router.post("/flags/{person}/{flag}/confirmation", openapi_extra=documented_body(bodies.ReasonBody))
async def confirm(
    person: Id,
    flag: FlagNumber,
    ask: Ask,
    *,
    engine: Engine,
    body: Annotated[bodies.ReasonBody, Depends(body_as(bodies.ReasonBody))],
) -> Done:
    """Confirm a proposal, as a reviewer without any part in it."""
    return done(await handlers.confirm_flag(engine.log, person, ask, flag=flag, reason=body.reason))


@router.post("/flags/{person}/{flag}/review", openapi_extra=documented_body(bodies.ReviewBody))
async def review(
    person: Id,
    flag: FlagNumber,
    ask: Ask,
    *,
    engine: Engine,
    body: Annotated[bodies.ReviewBody, Depends(body_as(bodies.ReviewBody))],
) -> Done:
    """Let a confirmed flag stand until it is looked at again."""
    return done(await handlers.review_flag(engine.log, person, ask, flag=flag, **body.model_dump()))


@router.post("/flags/{person}/{flag}/appeal", openapi_extra=documented_body(bodies.AppealBody))
async def appeal(
    person: Id,
    flag: FlagNumber,
    ask: Ask,
    *,
    engine: Engine,
    body: Annotated[bodies.AppealBody, Depends(body_as(bodies.AppealBody))],
) -> Done:
    """Contest a confirmed flag, as the person or passing on the person's words."""
    return done(await handlers.appeal(engine.log, person, ask, flag=flag, words=body.words))


@router.post("/flags/{person}/{flag}/appeal/rejection", openapi_extra=documented_body(bodies.ReasonBody))
async def reject_appeal(
    person: Id,
    flag: FlagNumber,
    ask: Ask,
    *,
    engine: Engine,
    body: Annotated[bodies.ReasonBody, Depends(body_as(bodies.ReasonBody))],
) -> Done:
    """Decide that the flag stands, as somebody else than who confirmed it."""
    return done(await handlers.reject_appeal(engine.log, person, ask, flag=flag, reason=body.reason))


@router.post("/flags/{person}/{flag}/appeal/overturning", openapi_extra=documented_body(bodies.ReasonBody))
async def overturn(
    person: Id,
    flag: FlagNumber,
    ask: Ask,
    *,
    engine: Engine,
    body: Annotated[bodies.ReasonBody, Depends(body_as(bodies.ReasonBody))],
) -> Done:
    """Decide that the appeal is right, as somebody else than who confirmed the flag."""
    return done(await handlers.overturn_flag(engine.log, person, ask, flag=flag, reason=body.reason))


@router.post("/flags/{person}/{flag}/lifting", openapi_extra=documented_body(bodies.ReasonBody))
async def lift(
    person: Id,
    flag: FlagNumber,
    ask: Ask,
    *,
    engine: Engine,
    body: Annotated[bodies.ReasonBody, Depends(body_as(bodies.ReasonBody))],
) -> Done:
    """Take a flag or a proposal off."""
    return done(await handlers.lift_flag(engine.log, person, ask, flag=flag, reason=body.reason))


def _require_reader(by: By, person: str) -> None:
    if not (CUSTOMER in by.roles and by.actor == person):
        require_role(by, *STAFF, OPERATOR)


def _unknown() -> Problem:
    return Problem(404, "not_observed", "blacklist has not heard of a person under this id")
