"""A consent on its way: it is in the vault if the log took the signature, and nowhere if it did not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from eventlog.decider import Refused
from eventlog.postgres.pool import Pool
from services.compensation.settlement.consent import Consent
from services.compensation.settlement.signing import new_signing_certificate
from tests.store.settling import House, house
from tests.unit.compensation import story

PEM = new_signing_certificate("晨星家电有限公司")
AT = story.later(hours=7)
DRAWING = b"\x89PNG\r\n\x1a\n a stroke"
CONSENT = Consent(
    complaint=story.COMPLAINT,
    document="0" * 64,
    language="zh",
    means="typed",
    name="李华",
    drawing=None,
    by=story.CUSTOMER,
    at=AT,
)


@pytest.fixture
def pool(compensation_pool: Pool) -> Pool:
    return compensation_pool


@pytest.fixture
async def found(pool: Pool, tmp_path: Path) -> House:
    made = house(pool, tmp_path, PEM)
    await made.do(story.REGISTER, story.CLASSIFY, story.FIND, story.TERMS, story.OFFER, story.ACCEPT)
    await made.settle_what_is_open(AT)
    return made


async def in_vault(found: House) -> set[str]:
    kept = {item.name for item in await found.vault.items_of(story.COMPLAINT)}
    return kept & {"consent", "consent-text", "drawing"}


async def held(pool: Pool) -> int:
    return int(await pool.fetchval("SELECT count(*) FROM consents_held"))


async def replaced_link(found: House) -> None:
    """A fresh link goes out, in the instant between looking at the old one and signing by it."""
    (rendered,) = [each.event for each in await found.recorded() if each.event.TYPE.endswith("_rendered")]
    fresh = replace(story.ISSUE, at=AT, document=rendered.document, token_hash="9" * 64)
    await found.do(replace(fresh, expires_at=AT + timedelta(days=1)))


async def test_consent_of_a_link_replaced_in_the_instant_of_signing_stays_nowhere(
    found: House, pool: Pool
) -> None:
    await replaced_link(found)
    with pytest.raises(Refused, match="link_replaced"):
        await found.consent(AT, name=None, drawing=DRAWING)
    await found.consents.conclude(story.COMPLAINT, "request-1")

    assert await in_vault(found) == set()
    assert await held(pool) == 0


async def test_consent_the_log_took_is_in_the_vault_with_its_text_and_drawing(
    found: House, pool: Pool
) -> None:
    await found.sign(AT, name=None, drawing=DRAWING)

    assert await in_vault(found) == {"consent", "consent-text", "drawing"}
    assert await held(pool) == 0


async def test_consent_whose_door_died_with_the_log_told_is_kept_before_the_company_signs(
    found: House, pool: Pool
) -> None:
    await found.consent(AT, name="李华")
    assert await in_vault(found) == set()

    await found.settle_what_is_open(AT)

    assert await in_vault(found) == {"consent", "consent-text"}
    assert await held(pool) == 0
    assert "negotiation.settled" in [each.event.TYPE for each in await found.recorded()]


async def test_same_request_again_holds_the_same_record(found: House, pool: Pool) -> None:
    first = await found.consents.hold(CONSENT, cause="one")

    assert await found.consents.hold(CONSENT, cause="one") == first
    assert await found.consents.hold(CONSENT, cause="two") != first
    assert await held(pool) == 2


async def test_nothing_held_stands_in_clear(found: House, pool: Pool) -> None:
    await found.consents.hold(CONSENT, cause="one")

    assert "李华".encode() not in await pool.fetchval("SELECT sealed FROM consents_held")


async def test_what_was_left_behind_is_kept_if_it_was_signed_by_and_else_dropped(
    found: House, pool: Pool
) -> None:
    await found.consents.hold(CONSENT, cause="never told")
    await found.consent(AT, name="李华")
    await found.consents.sweep()
    assert await held(pool) == 2

    await pool.execute("UPDATE consents_held SET held_at = held_at - interval '2 days'")
    await found.consents.sweep()

    assert await held(pool) == 0
    kept = [item for item in await found.vault.items_of(story.COMPLAINT) if item.name == "consent"]
    assert len(kept) == 1


async def test_held_consent_that_does_not_open_keeps_nobody_from_signing(found: House, pool: Pool) -> None:
    await found.consent(AT, name="李华")
    await pool.execute("UPDATE consents_held SET sealed = '\\x00', held_at = held_at - interval '2 days'")

    await found.consents.sweep()

    assert await held(pool) == 1
