"""Escalation over HTTP: moves, bypasses, groups, and what one may read of them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from hosting.asked import Ask, Caller, Done, Engine, Id, done
from hosting.bodies import body_as
from hosting.identity import require_role
from hosting.openapi import documented_body
from hosting.problems import Problem
from hosting.reading import After, DeskNamed, MinPosition, history_shown, require_position
from hosting.running import Running
from services.escalation import bodies, handlers
from services.escalation.domain.escalation.joining import require_free
from services.escalation.domain.escalation.state import Unheard
from services.escalation.domain.group.events import RemedyAgreed
from services.escalation.domain.group.state import NotFormed, agreed_terms
from services.escalation.projections import escalation_list, group_list
from services.escalation.views import escalation_view, group_view
from shared_kernel.roles import LADDER, OPERATOR

router = APIRouter(tags=["escalations"])


@router.get("/v1/escalations")
async def escalations(
    *,
    by: Caller,
    engine: Engine,
    desk: DeskNamed = None,
    after: After = None,
    min_position: MinPosition = 0,
) -> dict[str, Any]:
    """List escalations, 100 a page; `after` is the last complaint of the page before."""
    require_role(by, *LADDER, OPERATOR)
    await require_position(engine, escalation_list.NAME, min_position)
    rows = await escalation_list.listed(engine.pool, desk=desk, after=after)
    return {"escalations": [dict(row) for row in rows]}


@router.get("/v1/escalations/bypass-share")
async def bypass_share(by: Caller, engine: Engine) -> dict[str, Any]:
    """Tell how many bypasses there were and how many met a record of the front line: recording first is the aim."""
    require_role(by, *LADDER, OPERATOR)
    return dict(await escalation_list.bypass_share(engine.pool))


@router.get("/v1/escalations/{complaint}")
async def escalation(complaint: Id, by: Caller, engine: Engine) -> dict[str, Any]:
    """Show the escalation of a complaint as it stands now."""
    require_role(by, *LADDER, OPERATOR)
    folded = await engine.log.state(handlers.stream_of(complaint))
    if isinstance(folded.state, Unheard):
        raise _not_registered()
    return {"version": folded.version, **escalation_view(folded.state, engine.clock.now())}


@router.get("/v1/escalations/{complaint}/history")
async def escalation_history(complaint: Id, by: Caller, engine: Engine) -> dict[str, Any]:
    """Tell an escalation event by event. What people wrote is shown to staff only."""
    return await history_shown(engine, handlers.stream_of(complaint), by, unknown=_not_registered())


@router.post("/v1/escalations/{complaint}/shelving", openapi_extra=documented_body(bodies.MoveBody))
async def shelve(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.MoveBody, Depends(body_as(bodies.MoveBody))],
) -> Done:
    """Let the matter rest until a date; no clock of the complaint stops."""
    return done(await handlers.shelve(engine.log, complaint, ask, until=body.until, reason=body.reason))


@router.post("/v1/escalations/{complaint}/resumption", openapi_extra=documented_body(bodies.ReasonBody))
async def resume(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.ReasonBody, Depends(body_as(bodies.ReasonBody))],
) -> Done:
    """End the rest before its date."""
    return done(await handlers.resume(engine.log, complaint, ask, reason=body.reason))


@router.post(
    "/v1/escalations/{complaint}/handler-change", openapi_extra=documented_body(bodies.ChangeHandlerBody)
)
async def change_handler(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.ChangeHandlerBody, Depends(body_as(bodies.ChangeHandlerBody))],
) -> Done:
    """Give the complaint to another handler by a date."""
    return done(await handlers.change_handler(engine.log, complaint, ask, **body.model_dump()))


@router.post("/v1/escalations/{complaint}/held-line", openapi_extra=documented_body(bodies.MoveBody))
async def hold_line(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.MoveBody, Depends(body_as(bodies.MoveBody))],
) -> Done:
    """Keep to the position taken and look at it again by a date."""
    return done(await handlers.hold_line(engine.log, complaint, ask, until=body.until, reason=body.reason))


@router.post("/v1/escalations/{complaint}/concession", openapi_extra=documented_body(bodies.MoveBody))
async def concede(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.MoveBody, Depends(body_as(bodies.MoveBody))],
) -> Done:
    """Give way and carry it out by a date."""
    return done(await handlers.concede(engine.log, complaint, ask, until=body.until, reason=body.reason))


@router.post("/v1/escalations/{complaint}/bypasses", openapi_extra=documented_body(bodies.BypassBody))
async def record_bypass(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.BypassBody, Depends(body_as(bodies.BypassBody))],
) -> Done:
    """Record that the customer went over the front line's head."""
    return done(
        await handlers.record_bypass(engine.log, complaint, ask, target=body.target, came_at=body.came_at)
    )


@router.post("/v1/escalations/{complaint}/account", openapi_extra=documented_body(bodies.AccountBody))
async def freeze_account(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.AccountBody, Depends(body_as(bodies.AccountBody))],
) -> Done:
    """Hand in the front line's own account of a bypass."""
    return done(await handlers.freeze_account(engine.log, complaint, ask, account=body.account))


@router.post("/v1/escalations/{complaint}/sending-back", openapi_extra=documented_body(bodies.SendBackBody))
async def send_back(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.SendBackBody, Depends(body_as(bodies.SendBackBody))],
) -> Done:
    """Return a bypassed matter for second handling by somebody else and higher up."""
    return done(await handlers.send_back(engine.log, complaint, ask, **body.model_dump()))


@router.post("/v1/escalations/{complaint}/referral", openapi_extra=documented_body(bodies.ReferBody))
async def refer(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.ReferBody, Depends(body_as(bodies.ReferBody))],
) -> Done:
    """Put the matter before a third party until a date."""
    return done(await handlers.refer(engine.log, complaint, ask, **body.model_dump()))


@router.post("/v1/escalations/{complaint}/referral/return", openapi_extra=documented_body(bodies.ReturnBody))
async def return_referral(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.ReturnBody, Depends(body_as(bodies.ReturnBody))],
) -> Done:
    """Record how the third party ended it."""
    return done(await handlers.return_referral(engine.log, complaint, ask, **body.model_dump()))


@router.get("/v1/groups")
async def groups(
    by: Caller,
    engine: Engine,
    after: After = None,
    min_position: MinPosition = 0,
) -> dict[str, Any]:
    """List groups, 100 a page; `after` is the last group of the page before."""
    require_role(by, *LADDER, OPERATOR)
    await require_position(engine, group_list.NAME, min_position)
    return {"groups": [dict(row) for row in await group_list.listed(engine.pool, after=after)]}


@router.get("/v1/groups/{group}")
async def group_shown(group: Id, by: Caller, engine: Engine) -> dict[str, Any]:
    """Show a group as it stands now."""
    require_role(by, *LADDER, OPERATOR)
    folded = await engine.log.state(handlers.group_stream_of(group))
    if isinstance(folded.state, NotFormed):
        raise _group_unknown()
    return {"version": folded.version, **group_view(folded.state)}


@router.get("/v1/groups/{group}/history")
async def group_history(group: Id, by: Caller, engine: Engine) -> dict[str, Any]:
    """Tell a group event by event: how it grew, and why each member joined."""
    return await history_shown(engine, handlers.group_stream_of(group), by, unknown=_group_unknown())


@router.post("/v1/groups/{group}/members", openapi_extra=documented_body(bodies.JoinBody))
async def join_group(
    group: Id, ask: Ask, engine: Engine, body: Annotated[bodies.JoinBody, Depends(body_as(bodies.JoinBody))]
) -> Done:
    """Put a complaint into the group by hand: one that escalation knows as this person's, and that is in no other."""
    await _require_free(engine, group, body)
    return done(
        await handlers.join_group(engine.log, group, ask, complaint=body.complaint, person=body.person)
    )


@router.post("/v1/groups/{group}/members/removal", openapi_extra=documented_body(bodies.RemoveBody))
async def remove_member(
    group: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.RemoveBody, Depends(body_as(bodies.RemoveBody))],
) -> Done:
    """Take a complaint out: it does not share the cause. Its history stays."""
    return done(
        await handlers.remove_member(engine.log, group, ask, complaint=body.complaint, reason=body.reason)
    )


@router.post("/v1/groups/{group}/roles", openapi_extra=documented_body(bodies.RoleBody))
async def change_role(
    group: Id, ask: Ask, engine: Engine, body: Annotated[bodies.RoleBody, Depends(body_as(bodies.RoleBody))]
) -> Done:
    """Give a member another role."""
    return done(await handlers.change_role(engine.log, group, ask, complaint=body.complaint, role=body.role))


@router.post("/v1/groups/{group}/statement", openapi_extra=documented_body(bodies.StatementBody))
async def approve_statement(
    group: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.StatementBody, Depends(body_as(bodies.StatementBody))],
) -> Done:
    """Approve what every member is told."""
    keeper = await _keeper(engine)
    return done(await handlers.approve_statement(engine.log, group, ask, keeper=keeper, text=body.text))


@router.post("/v1/groups/{group}/remedy", openapi_extra=documented_body(bodies.RemedyBody))
async def agree_remedy(
    group: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.RemedyBody, Depends(body_as(bodies.RemedyBody))],
) -> Done:
    """Set what members with a like loss are offered."""
    stream, keeper = handlers.group_stream_of(group), await _keeper(engine)
    rows = (await engine.log.store.load({stream: 0}))[stream]
    # Of a group of ten thousand only these are decoded.
    agreed = await engine.log.opened([row for row in rows if row.type == RemedyAgreed.TYPE])
    return done(
        await handlers.agree_remedy(
            engine.log,
            group,
            ask,
            keeper=keeper,
            kind=body.kind,
            money=body.money(),
            terms=body.terms,
            agreed=agreed_terms(each.event for each in agreed),
        )
    )


async def _keeper(engine: Any) -> str:
    """Return a key holder for a group's texts; a group that has one keeps its own."""
    (key,) = await engine.keyring.new_persons(1)
    return str(key.person)


async def _require_free(engine: Running, group: str, body: bodies.JoinBody) -> None:
    state = (await engine.log.state(handlers.stream_of(body.complaint))).state
    if isinstance(state, Unheard):
        raise _not_registered()
    require_free(state, group, body.person)


def _not_registered() -> Problem:
    return Problem(404, "not_registered", "escalation has not heard of a complaint under this id")


def _group_unknown() -> Problem:
    return Problem(404, "group_unknown", "there is no group under this id")
