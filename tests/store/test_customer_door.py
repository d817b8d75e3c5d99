"""The customer's door in the instant that no test over the wire can hit: between looking and signing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI

from contracts.strict_json import BadBody, parse_json
from eventlog.decider import Refused
from eventlog.postgres.log import PostgresLog
from eventlog.postgres.pool import Pool
from hosting.bodies import BodyReader
from services.compensation.customer_web import router
from services.compensation.domain.negotiation.values import Language
from services.compensation.sessions import Session, Sessions
from services.compensation.settlement.consent import Consent
from services.compensation.settlement.consents import Consents
from services.compensation.settlement.links import token_hash
from services.compensation.settlement.signing import new_signing_certificate
from services.compensation.settlement.wording import consent_text_hash
from tests.store.settling import VAULT_KEY, House, house
from tests.unit.compensation import story

PEM = new_signing_certificate("晨星家电有限公司")
AT = story.later(hours=7)


@pytest.fixture
def pool(compensation_pool: Pool) -> Pool:
    return compensation_pool


@pytest.fixture
async def found(pool: Pool, tmp_path: Path) -> House:
    made = house(pool, tmp_path, PEM)
    await made.do(story.REGISTER, story.CLASSIFY, story.FIND, story.TERMS, story.OFFER, story.ACCEPT)
    await made.settle_what_is_open(AT)
    return made


class Overtaken(Consents):
    """Holds a consent, and in that instant a fresh link goes out."""

    house: House

    async def hold(self, consent: Consent, *, cause: str) -> str:
        held = await super().hold(consent, cause=cause)
        fresh = replace(story.ISSUE, at=AT, document=consent.document, token_hash="9" * 64)
        await self.house.do(replace(fresh, expires_at=AT + timedelta(days=1)))
        return held


async def signed_through(
    found: House, pool: Pool, consents: Consents, language: Language = "zh"
) -> httpx.Response:
    """Sign through the routes, over a house's parts; the page showed the document in this language."""
    letter = found.letter()
    link = token_hash(letter["link"].rpartition(".")[2])
    (rendered,) = [each.event for each in await found.recorded() if each.event.TYPE.endswith("_rendered")]
    session = Session(
        complaint=story.COMPLAINT,
        person=story.PERSON,
        document=rendered.document,
        link=link,
        language=language,
    )
    app = FastAPI()
    app.include_router(router)
    app.state.sessions = Sessions(VAULT_KEY)
    app.state.consents = consents
    app.state.bodies = BodyReader(parse_json, BadBody)
    app.state.running = SimpleNamespace(
        log=found.log, clock=SimpleNamespace(now=lambda: AT), storage=SimpleNamespace(log=PostgresLog(pool))
    )
    headers = {"authorization": f"Bearer {app.state.sessions.opened(session)}"}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://door", headers=headers) as client:
        body = {"document": rendered.document, "means": "typed", "name": "李华", "consent": True}
        return await client.post(f"/v1/signing/{story.COMPLAINT}/signature", json=body)


async def in_vault(found: House) -> set[str]:
    return {item.name for item in await found.vault.items_of(story.COMPLAINT)} & {"consent", "consent-text"}


async def test_consent_of_a_link_that_was_replaced_meanwhile_is_dropped_at_once(
    found: House, pool: Pool
) -> None:
    consents = Overtaken(found.log, pool, VAULT_KEY, found.vault)
    consents.house = found

    with pytest.raises(Refused, match="link_replaced"):
        await signed_through(found, pool, consents)

    assert await in_vault(found) == set()
    assert await pool.fetchval("SELECT count(*) FROM consents_held") == 0


async def test_consent_that_was_signed_by_is_kept_at_once(found: House, pool: Pool) -> None:
    answer = await signed_through(found, pool, found.consents)

    assert answer.json()["events"] == ["negotiation.customer_signed"]
    assert await in_vault(found) == {"consent", "consent-text"}
    assert await pool.fetchval("SELECT count(*) FROM consents_held") == 0


async def test_consent_is_to_the_text_the_page_showed_whatever_the_complaint_is_taken_for_by_now(
    found: House, pool: Pool
) -> None:
    await signed_through(found, pool, found.consents, language="en")

    items = {item.name: item for item in await found.vault.items_of(story.COMPLAINT)}
    record = json.loads(await found.vault.get(items["consent"].sha256))
    assert record["language"] == "en"
    assert record["consent_text"] == consent_text_hash("en")
