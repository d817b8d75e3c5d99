"""The vault on real PostgreSQL: by hash, sealed, written once; and a settlement that happens once however often it is tried."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from pathlib import Path

import asyncpg
import pytest

from eventlog.message import Erased
from eventlog.postgres.pool import Pool
from services.compensation.settlement.bundle import bundle_of
from services.compensation.settlement.effects import Effects
from services.compensation.settlement.links import token_hash
from services.compensation.settlement.sealing import SealBroken
from services.compensation.settlement.settling import LISTENS_TO
from services.compensation.settlement.signing import new_signing_certificate
from services.compensation.settlement.vault import Handed, Item, NotInVault, Vault
from tests.store.settling import URL, VAULT_KEY, House, house, settled
from tests.support.agreements import text_of
from tests.unit.compensation import story

PEM = new_signing_certificate("晨星家电有限公司")
WORDS = b"the seal was ours, says the laboratory"


@pytest.fixture
def pool(compensation_pool: Pool) -> Pool:
    return compensation_pool


@pytest.fixture
def vault(pool: Pool) -> Vault:
    return Vault(pool, VAULT_KEY)


@pytest.fixture
def found(pool: Pool, tmp_path: Path) -> House:
    return house(pool, tmp_path, PEM)


def item(content: bytes = WORDS, complaint: str = story.COMPLAINT) -> Item:
    return Item(
        complaint=complaint,
        name="evidence",
        content=content,
        media_type="text/plain",
        obtained="third_party",
        kept_by="carl",
        kept_at=story.NOON,
    )


async def test_item_is_found_by_its_hash_and_told_by_its_complaint(vault: Vault) -> None:
    sha256 = await vault.put(item())
    await vault.put(item())

    assert sha256 == hashlib.sha256(WORDS).hexdigest()
    assert await vault.get(sha256) == WORDS
    (kept,) = await vault.items_of(story.COMPLAINT)
    assert (kept.sha256, kept.size, kept.obtained, kept.kept_by) == (
        sha256,
        len(WORDS),
        "third_party",
        "carl",
    )


async def test_same_evidence_of_two_complaints_is_stored_once_and_belongs_to_both(
    vault: Vault, pool: Pool
) -> None:
    await vault.put(item())
    await vault.put(item(complaint=story.EARLIER))

    assert await pool.fetchval("SELECT count(*) FROM vault_items") == 1
    assert len(await vault.items_of(story.COMPLAINT)) == len(await vault.items_of(story.EARLIER)) == 1


async def test_nothing_is_kept_in_clear(vault: Vault, pool: Pool) -> None:
    await vault.put(item())
    await Effects(pool, VAULT_KEY, vault).once("cause", "token", _make(b"a secret token"))

    assert WORDS not in await pool.fetchval("SELECT sealed FROM vault_items")
    assert b"secret" not in await pool.fetchval("SELECT sealed FROM effects")


async def test_item_opens_under_the_vaults_own_key_only(vault: Vault, pool: Pool) -> None:
    sha256 = await vault.put(item())

    with pytest.raises(SealBroken):
        await Vault(pool, bytes(32)).get(sha256)
    with pytest.raises(NotInVault):
        await vault.get("0" * 64)


async def test_key_that_opens_nothing_of_the_vault_is_not_its_key(vault: Vault, pool: Pool) -> None:
    other = Vault(pool, bytes(32))
    while_empty = await other.has_its_key()
    await vault.put(item())

    assert while_empty
    assert await vault.has_its_key()
    assert not await other.has_its_key()


@pytest.mark.parametrize("table", ["vault_items", "vault_records", "vault_custody", "effects"])
@pytest.mark.parametrize("change", ["DELETE FROM {}", "UPDATE {} SET sealed = sealed", "TRUNCATE {} CASCADE"])
async def test_vault_is_written_once(pool: Pool, table: str, change: str) -> None:
    column = {"vault_records": "name", "vault_custody": "act"}.get(table, "sealed")
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="written once"):
        await pool.execute(change.format(table).replace("sealed", column))


async def test_custody_chain_tells_who_got_what_in_order(vault: Vault) -> None:
    sha256 = await vault.put(item())
    for act in ("copied", "given_out"):
        await vault.hand_on(story.COMPLAINT, Handed(sha256=sha256, act=act, actor="carl", at=story.NOON))

    assert [each.act for each in await vault.custody_of(story.COMPLAINT)] == ["copied", "given_out"]


async def test_of_two_that_do_the_same_at_once_the_first_result_stays_for_both(
    pool: Pool, vault: Vault
) -> None:
    effects = Effects(pool, VAULT_KEY, vault)

    results = await asyncio.gather(*(effects.once("c", "n", _make(bytes([each]))) for each in range(5)))

    assert len(set(results)) == 1
    assert await effects.once("c", "n", _make(b"later")) == results[0]


async def test_settlement_runs_from_agreement_to_archive(found: House) -> None:
    await settled(found)

    told = [each.event for each in await found.recorded()]
    archived = told[-1]
    assert [event.TYPE.partition(".")[2] for event in told[-9:]] == [
        "offer_accepted",
        "document_rendered",
        "signing_link_issued",
        "customer_signed",
        "company_signed",
        "settled",
        "payment_instructed",
        "paid",
        "archived",
    ]
    manifest = json.loads(await found.vault.get(archived.manifest))
    assert manifest["stage"] == "archived"
    (evidence,) = [each["name"] for each in manifest["items"] if each["name"].startswith("evidence/")]
    assert {each["name"] for each in manifest["items"]} == {
        *("agreement.pdf", "agreement-signed.pdf", "company-certificate.pem", "consent.json"),
        *("consent-text.txt", "events.jsonl", "chain.json", "closing-events.jsonl", "closing-chain.json"),
        *("custody.json", evidence),
    }


async def test_letter_alone_carries_the_token_whose_hash_the_log_knows(found: House) -> None:
    await settled(found)

    link = found.letter()["link"]
    (issued,) = [each.event for each in await found.recorded() if each.event.TYPE.endswith("link_issued")]
    assert link.startswith(f"{URL}/sign#{story.COMPLAINT}.")
    assert token_hash(link.rpartition(".")[2]) == issued.token_hash
    assert link in found.letter()["text"]


async def test_document_letter_and_order_name_the_customer_and_logs_of_the_house_do_not(
    found: House, pool: Pool
) -> None:
    await settled(found)

    (order,) = found.payments.iterdir()
    assert found.letter()["to"] == {"name": "Li Hua", "email": "li.hua@example.com"}
    payee = json.loads(order.read_text())["payee"]
    assert (payee["name"], payee["account"]) == ("Li Hua", "6222 0000 1111")
    (rendered,) = [each for each in await found.vault.items_of(story.COMPLAINT) if each.name == "document"]
    assert "Li Hua" in text_of(await found.vault.get(rendered.sha256))
    rows = await pool.fetch("SELECT body, public FROM eventlog.events")
    assert not [row for row in rows if b"Li Hua" in row["body"] + (row["public"] or b"")]


async def test_steps_run_again_repeat_nothing(found: House) -> None:
    await settled(found)
    before = await found.vault.items_of(story.COMPLAINT)
    events = len(await found.recorded())

    for recorded in await found.recorded():
        if recorded.event.TYPE in LISTENS_TO:
            await found.follow(recorded, story.later(days=30))

    assert await found.vault.items_of(story.COMPLAINT) == before
    assert len(await found.recorded()) == events
    assert len(list(found.mail.iterdir())) == 2
    assert len(list(found.payments.iterdir())) == 1


async def test_customer_is_sent_the_agreement_that_both_signed(found: House) -> None:
    await settled(found)

    letter = json.loads((found.mail / f"{story.COMPLAINT}-copy-1.json").read_text(encoding="utf-8"))
    (concluded,) = [each.event for each in await found.recorded() if each.event.TYPE.endswith(".settled")]
    (attached,) = letter["attachments"]
    assert hashlib.sha256(base64.b64decode(attached["content"])).hexdigest() == concluded.signed
    assert letter["to"] == found.letter()["to"]
    assert "link" not in letter


async def test_two_instances_that_settle_at_once_sign_once(found: House, pool: Pool, tmp_path: Path) -> None:
    await found.do(story.REGISTER, story.CLASSIFY, story.FIND, story.TERMS, story.OFFER, story.ACCEPT)
    seen = await found.settle_what_is_open(story.later(hours=7))
    await found.sign(story.later(hours=8), name="李华")
    (signed,) = [each for each in await found.recorded() if each.version > seen]
    other = house(pool, tmp_path, PEM)

    first, second = await asyncio.gather(
        *(each.settling.follow_up(signed, story.later(hours=9)) for each in (found, other))
    )

    assert [each.command for each in first] == [each.command for each in second]
    kept = [each.name for each in await found.vault.items_of(story.COMPLAINT)]
    assert [kept.count(name) for name in ("document", "signed", "extract", "custody")] == [1, 1, 1, 1]


async def test_order_that_was_taken_away_is_not_put_again(found: House) -> None:
    await settled(found)
    (order,) = found.payments.iterdir()
    order.unlink()

    for recorded in await found.recorded():
        await found.settling.follow_up(recorded, story.later(days=30))

    assert list(found.payments.iterdir()) == []


async def test_bundle_is_the_same_after_the_person_was_erased(found: House) -> None:
    await settled(found)
    before = await bundle_of(found.vault, story.COMPLAINT)

    await found.keys.erase(story.PERSON)

    noted = (await found.recorded())[0].event
    assert isinstance(noted.customer, Erased)
    assert await bundle_of(found.vault, story.COMPLAINT) == before


def _make(content: bytes):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a coroutine function, spelt once
    async def make() -> bytes:
        return content

    return make
