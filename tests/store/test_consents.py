"""A consent on its way: it is in the vault if the log took the signature, and nowhere if it did not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from eventlog.clock import Clock
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


async def only_held(pool: Pool) -> str:
    digest: bytes = await pool.fetchval("SELECT consent FROM consents_held")
    return digest.hex()


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
    await found.consents.conclude(story.COMPLAINT, "request-1", await only_held(pool))

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


async def test_attempt_that_was_refused_does_not_drop_what_the_next_one_signed_by(
    found: House, pool: Pool
) -> None:
    """Both carry one cause where the page sends the same words again by a fresh link."""
    refused = await found.consents.hold(CONSENT, cause="request-1")
    signed = await found.consent(AT, name="李华")

    await found.consents.conclude(story.COMPLAINT, "request-1", refused)

    assert signed != refused
    assert await in_vault(found) == {"consent", "consent-text"}
    assert await held(pool) == 0


async def test_attempt_still_on_its_way_is_left_to_itself(found: House, pool: Pool) -> None:
    refused = await found.consents.hold(CONSENT, cause="request-1")
    on_its_way = await found.consents.hold(replace(CONSENT, document="1" * 64), cause="request-1")

    await found.consents.conclude(story.COMPLAINT, "request-1", refused)

    assert await only_held(pool) == on_its_way


async def test_request_sent_again_after_its_signature_keeps_the_first_record_alone(
    found: House, pool: Pool
) -> None:
    signed = await found.consent(AT, name="李华")
    again = await found.consents.hold(replace(CONSENT, name="someone else"), cause="request-1")

    await found.consents.conclude(story.COMPLAINT, "request-1", again)

    (kept,) = [item for item in await found.vault.items_of(story.COMPLAINT) if item.name == "consent"]
    assert kept.sha256 == signed
    assert await held(pool) == 0


async def test_nothing_held_stands_in_clear(found: House, pool: Pool) -> None:
    await found.consents.hold(CONSENT, cause="one")

    assert "李华".encode() not in await pool.fetchval("SELECT sealed FROM consents_held")


async def test_what_was_left_behind_is_kept_if_it_was_signed_by_and_else_dropped(
    found: House, pool: Pool
) -> None:
    await found.consents.hold(CONSENT, cause="never told")
    await found.consent(AT, name="李华")
    now = Clock().real_now()
    await found.consents.sweep(now)
    assert await held(pool) == 2

    await found.consents.sweep(now + timedelta(days=2))

    assert await held(pool) == 0
    kept = [item for item in await found.vault.items_of(story.COMPLAINT) if item.name == "consent"]
    assert len(kept) == 1


async def test_held_consents_that_do_not_open_keep_no_other_from_being_dropped(
    found: House, pool: Pool
) -> None:
    await found.consent(AT, name="李华")
    await pool.execute(
        "INSERT INTO consents_held SELECT 'a' || n, complaint, consent, '\\x00', held_at"
        " FROM consents_held, generate_series(1, 250) AS n"
    )
    await pool.execute("DELETE FROM consents_held WHERE cause = 'request-1'")
    await found.consents.hold(CONSENT, cause="never told")

    await found.consents.sweep(Clock().real_now() + timedelta(days=2))

    left = await pool.fetch("SELECT cause FROM consents_held")
    assert len(left) == 250
    assert "never told" not in {row["cause"] for row in left}
