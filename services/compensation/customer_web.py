"""Compensation over HTTP for the customer: the page a one-time link opens, the session, and the signature.

The link's token stands in the fragment of the address, which no browser sends: it reaches this service in the body
of one request, and no log.
"""

from __future__ import annotations

import base64
import binascii
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from eventlog.decider import Refused
from eventlog.errors import Unavailable
from hosting.asked import Asked, Done, Engine, Id, done
from hosting.bodies import body_as
from hosting.idempotency import request_command_id
from hosting.openapi import documented_body
from hosting.running import Running
from services.compensation import bodies, handlers
from services.compensation.domain.negotiation.commands import SignAsCustomer
from services.compensation.domain.negotiation.signing import sign_as_customer, signing_by
from services.compensation.sessions import SESSION_SECONDS, Session, Sessions, session
from services.compensation.settlement.consent import Consent
from services.compensation.settlement.consents import Consents
from services.compensation.settlement.links import token_hash

NO_RECORD = "0" * 64
PNG = b"\x89PNG\r\n\x1a\n"

router = APIRouter(prefix="/v1/signing/{complaint}", tags=["signing"])

Signatory = Annotated[Session, Depends(session)]


class Opened(BaseModel):
    """A session: its token, the document it is for, until when it is good, and the customer's language."""

    customer_token: str
    document: str
    expires_at: datetime
    language: str


@router.post("/session", response_model=Opened, openapi_extra=documented_body(bodies.SessionBody))
async def open_session(
    complaint: Id,
    engine: Engine,
    request: Request,
    body: Annotated[bodies.SessionBody, Depends(body_as(bodies.SessionBody))],
) -> Opened:
    """Exchange a link's token for a session, any number of times until the link is spent by signing."""
    state = (await engine.log.state(handlers.stream_of(complaint))).state
    link = token_hash(body.token)
    signing = signing_by(state, link, engine.clock.now())
    rendering = signing.rendering
    session_ = Session(
        complaint=complaint,
        person=signing.case.person,
        document=rendering.document,
        link=link,
        language=rendering.language,
    )
    return Opened(
        customer_token=cast("Sessions", request.app.state.sessions).opened(session_),
        document=rendering.document,
        expires_at=engine.clock.real_now() + timedelta(seconds=SESSION_SECONDS),
        language=rendering.language,
    )


@router.post("/signature", openapi_extra=documented_body(bodies.SignatureBody))
async def sign(
    complaint: Id,
    signatory: Signatory,
    engine: Engine,
    request: Request,
    *,
    body: Annotated[bodies.SignatureBody, Depends(body_as(bodies.SignatureBody))],
) -> Done:
    """Sign by the session's link: the consent is held first, and enters the vault if the log takes the signature."""
    ask = _asked(request, signatory, engine)
    _require_same_document(signatory, body.document)
    drawing = None if body.drawing is None else _png(body.drawing)
    consents, cause = cast("Consents", request.app.state.consents), str(ask.command_id)
    await _require_signable(engine, ask, signatory, body)
    consent = Consent(
        complaint=complaint,
        document=body.document,
        language=signatory.language,
        means=body.means,
        name=body.name,
        drawing=drawing,
        by=ask.by,
        at=ask.at,
    )
    held = await consents.hold(consent, cause=cause)
    signature: handlers.Signature = {
        "document": body.document,
        "link": signatory.link,
        "means": body.means,
        "consent": held,
    }
    try:
        result = await handlers.sign_as_customer(engine.log, complaint, ask, **signature)
    except Refused:
        # The link was replaced, or another signature came first, after it was looked at.
        await _concluded(consents, complaint, cause, held)
        raise
    await _concluded(consents, complaint, cause, held)
    return done(result)


@router.post("/refusal", openapi_extra=documented_body(bodies.NoSignatureBody))
async def decline(
    complaint: Id,
    signatory: Signatory,
    engine: Engine,
    request: Request,
    *,
    body: Annotated[bodies.NoSignatureBody, Depends(body_as(bodies.NoSignatureBody))],
) -> Done:
    """Do not sign: the talk goes on."""
    ask = _asked(request, signatory, engine)
    _require_same_document(signatory, body.document)
    declined: handlers.NoSignature = {
        "document": body.document,
        "link": signatory.link,
        "reason": body.reason,
    }
    return done(await handlers.decline_signing(engine.log, complaint, ask, **declined))


async def _concluded(consents: Consents, complaint: str, cause: str, held: str) -> None:
    # The log has spoken and that is the answer: what cannot be kept now the reaction keeps, or a sweep drops.
    with suppress(Unavailable):
        await consents.conclude(complaint, cause, held)


def _asked(request: Request, signatory: Session, engine: Running) -> Asked:
    return Asked(signatory.by, engine.clock.now(), request_command_id(request, signatory.by))


def _require_same_document(signatory: Session, document: str) -> None:
    if document != signatory.document:
        raise Refused("document_differs", "the session is for another document")


async def _require_signable(
    engine: Running, ask: Asked, signatory: Session, body: bodies.SignatureBody
) -> None:
    """Refuse what the log would refuse: of such a signature nothing is held."""
    state = (await engine.log.state(handlers.stream_of(signatory.complaint))).state
    # A signature told again is answered as before, although by now the link is spent.
    if not await engine.storage.log.known([ask.command_id]):
        command = SignAsCustomer(
            at=ask.at,
            by=ask.by,
            document=body.document,
            link=signatory.link,
            means=body.means,
            consent=NO_RECORD,
        )
        if not sign_as_customer(state, command):
            # Both have signed: a second consent beside the first would stand in the vault for good.
            raise Refused("link_spent", "it was signed")


def _png(drawing: str) -> bytes:
    try:
        content = base64.b64decode(drawing, validate=True)
    except binascii.Error:
        raise Refused("drawing_unreadable", "it is not base64") from None
    if not content.startswith(PNG):
        raise Refused("drawing_unreadable", "it is not a PNG")
    return content
