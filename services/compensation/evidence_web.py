"""Compensation over HTTP: evidence into the vault; the agreement, its bundle and a fresh link out of it."""

from __future__ import annotations

from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from eventlog.decider import Refused
from eventlog.message import By
from hosting.asked import Ask, Caller, Done, Engine, Id, done
from hosting.bodies import body_as
from hosting.identity import TokenCheck, bearer_of, require_role
from hosting.openapi import documented_body
from hosting.problems import Problem
from services.compensation import bodies, handlers
from services.compensation.domain.negotiation.authority import require_mover_or_system
from services.compensation.domain.negotiation.signing import require_latest_link, require_signing
from services.compensation.domain.negotiation.state import Known, NotHeard, Signing, State, settlement_of
from services.compensation.sessions import Session, session
from services.compensation.settlement.bundle import NoBundle, bundle_of
from services.compensation.settlement.inviting import Inviting, Link
from services.compensation.settlement.vault import Handed, Item, Vault
from shared_kernel.roles import LADDER

PDF = "application/pdf"
ZIP = "application/zip"
# What comes out of the vault is for this reader alone, and is never taken for something else.
GUARDED = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
# For the interface description: the body is the file itself.
ANY_FILE = {
    "requestBody": {"required": True, "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}
}

router = APIRouter(prefix="/v1/negotiations/{complaint}", tags=["evidence"])


class Taken(BaseModel):
    """What was put into the vault, by the SHA-256 (hex) of its content: a finding cites it by this name."""

    sha256: str


async def vault(request: Request) -> Vault:
    """FastAPI dependency: the evidence vault."""
    return cast("Vault", request.app.state.vault)


async def reader(request: Request) -> Session | By:
    """FastAPI dependency: who reads the document, by a signing session or by a token. Raises Problem 401."""
    try:
        return await session(request)
    except Problem as no_session:
        if no_session.rule != "session_invalid":
            raise
    tokens: TokenCheck = request.app.state.tokens
    return tokens.by_of(bearer_of(request))


TheVault = Annotated[Vault, Depends(vault)]


@router.post("/evidence", status_code=201, response_model=Taken, openapi_extra=ANY_FILE)
async def put_evidence(complaint: Id, ask: Ask, engine: Engine, request: Request, *, kept: TheVault) -> Taken:
    """Put a file into the vault; the same file again changes nothing."""
    require_role(ask.by, *LADDER)
    await _known(engine, complaint)
    content = await request.body()
    if not content:
        raise Problem(400, "body_missing")
    item = Item(
        complaint=complaint,
        name="evidence",
        content=content,
        media_type=request.headers["content-type"].partition(";")[0].strip().lower(),
        obtained="uploaded",
        kept_by=ask.by.actor,
        kept_at=ask.at,
    )
    return Taken(sha256=await kept.put(item))


@router.post("/liability", openapi_extra=documented_body(bodies.LiabilityBody))
async def find_liability(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    kept: TheVault,
    *,
    body: Annotated[bodies.LiabilityBody, Depends(body_as(bodies.LiabilityBody))],
) -> Done:
    """Say who answers for the loss; the evidence cited must be in the vault."""
    in_vault = {item.sha256 for item in await kept.items_of(complaint)} if body.evidence else set()
    if not {each.sha256 for each in body.evidence} <= in_vault:
        raise Refused("evidence_unknown", "a hash is cited that nothing is kept under for this complaint")
    return done(await handlers.find_liability(engine.log, complaint, ask, **body.given()))


@router.get("/document", response_class=Response, responses={200: {"content": {PDF: {}}}})
async def document(
    complaint: Id, engine: Engine, kept: TheVault, by: Annotated[Session | By, Depends(reader)]
) -> Response:
    """Give the agreement as PDF: the signed one if there is one, else the rendering both are to sign.

    To the customer what is to be signed is shown by the link alone; the signed copy, also by the own token.
    """
    state = await _known(engine, complaint)
    unsigned, given = _document_of(state)
    if isinstance(by, Session):
        if by.document != unsigned:
            raise Refused("document_differs", "the session is for another document")
        require_latest_link(state.case, by.link)
        by = by.by
    elif by.actor != state.case.person or given == unsigned:
        require_role(by, *LADDER)
    handed = Handed(sha256=given, act="given_out", actor=by.actor, at=engine.clock.now())
    content = await kept.get(given)
    await kept.hand_on(complaint, handed)
    named = {"content-disposition": f'inline; filename="settlement-{complaint}.pdf"'}
    return Response(content, media_type=PDF, headers={**GUARDED, **named})


@router.get("/bundle", response_class=Response, responses={200: {"content": {ZIP: {}}}})
async def bundle(complaint: Id, engine: Engine, kept: TheVault, by: Caller) -> Response:
    """Give all evidence of the last settlement as a zip that verifies offline."""
    require_role(by, *LADDER)
    settlement = settlement_of(await _known(engine, complaint))
    try:
        content = await bundle_of(kept, complaint)
    except NoBundle:
        settlement = None
    if settlement is None:
        raise Refused("nothing_settled", "there is no settlement yet")
    handed = Handed(
        sha256=settlement.signed, act="given_out_in_bundle", actor=by.actor, at=engine.clock.now()
    )
    await kept.hand_on(complaint, handed)
    named = {"content-disposition": f'attachment; filename="settlement-{complaint}.zip"'}
    return Response(content, media_type=ZIP, headers={**GUARDED, **named})


@router.post("/signing-links")
async def send_fresh_link(complaint: Id, ask: Ask, engine: Engine, request: Request) -> Done:
    """Send the customer a fresh one-time link; the one before is good no longer. Nobody here sees it."""
    state = await _known(engine, complaint)
    inviting, cause = cast("Inviting", request.app.state.inviting), str(ask.command_id)
    document = state.rendering.document if isinstance(state, Signing) else ""
    # Told again, it is answered as the first time, although by now there may be nothing to sign.
    if not await engine.storage.log.known([ask.command_id]):
        # What is drawn is kept for good: only for those who may, and where there is something to sign.
        require_mover_or_system(state.case, ask.by)
        require_signing(state, document)
    link = await inviting.link(cause, ask.at)
    result = await handlers.issue_signing_link(
        engine.log,
        complaint,
        ask,
        document=document,
        token_hash=link.token_hash,
        expires_at=link.expires_at,
    )
    # Only what the log knows may leave; told again after a crash, the same letter leaves once, while it opens anything.
    if _opens(await _known(engine, complaint), link):
        await inviting.send(handlers.stream_of(complaint), link, cause)
    return done(result)


@router.post("/agreement/lapse", openapi_extra=documented_body(bodies.ReasonBody))
async def let_lapse(
    complaint: Id,
    ask: Ask,
    engine: Engine,
    body: Annotated[bodies.ReasonBody, Depends(body_as(bodies.ReasonBody))],
) -> Done:
    """Wait no longer for a signature once the last link has expired: the talk goes on where it stood."""
    return done(await handlers.let_lapse(engine.log, complaint, ask, reason=body.reason))


def _opens(state: State, link: Link) -> bool:
    """Say whether a link may still be signed by: the last one of an agreement that is not signed yet."""
    if not isinstance(state, Signing) or state.customer is not None or not state.links:
        return False
    return state.links[-1].token_hash == link.token_hash


def _document_of(state: State) -> tuple[str, str]:
    """Return the hash both sign, and the hash of what is to be shown: the signed PDF once there is one."""
    if isinstance(state, Signing):
        return state.rendering.document, state.rendering.document
    settlement = settlement_of(state)
    if settlement is None:
        raise Refused("nothing_settled", "there is no agreement yet")
    return settlement.document, settlement.signed


async def _known(engine: Any, complaint: str) -> Known:
    state: State = (await engine.log.state(handlers.stream_of(complaint))).state
    if isinstance(state, NotHeard):
        raise Problem(404, "not_registered", "compensation has not heard of a complaint under this id")
    return state
