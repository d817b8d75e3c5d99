"""A real bundle of a real settlement, checked offline; and whatever is altered in it is found and named."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from eventlog.postgres.migrate import engine_migrations, migrate, migrations_in
from eventlog.postgres.pool import open_pool
from operate.evidence.bundle import check_bundle, check_file
from operate.stack.databases import create_database, drop_database
from operate.stack.local import Engines
from services.compensation.app import SERVICE
from services.compensation.settlement.bundle import bundle_of
from services.compensation.settlement.signing import Signer, new_signing_certificate
from tests.store.settling import House, house, settled
from tests.unit.compensation import story

DATABASE = "test_evidence"
PEM = new_signing_certificate("晨星家电有限公司")
PNG = b"\x89PNG\r\n\x1a\n a drawing"
FILES = (
    *("README.txt", "SHA256SUMS", "agreement-signed.pdf", "agreement.pdf", "chain.json"),
    *("closing-chain.json", "closing-events.jsonl", "company-certificate.pem", "consent-text.txt"),
    *("consent.json", "custody.json", "drawing.png", "events.jsonl", "manifest.json", "manifest.sig"),
)


@pytest.fixture(scope="module")
def bundle(postgres_only: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[bytes]:
    async def make(folder: Path) -> bytes:
        dsn = await create_database(postgres_only, DATABASE)
        await migrate(dsn, [*engine_migrations(), *migrations_in("compensation", SERVICE.migrations)])
        pool = await open_pool(dsn, application="evidence-tests", size=4)
        try:
            found: House = house(pool, folder, PEM)
            await settled(found, drawing=PNG)
            return await bundle_of(found.vault, story.COMPLAINT)
        finally:
            pool.terminate()

    yield asyncio.run(make(tmp_path_factory.mktemp("house")))
    asyncio.run(drop_database(postgres_only, DATABASE))


@pytest.fixture
def files(bundle: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def broken(files: dict[str, bytes]) -> set[str]:
    return {each.place for each in check_bundle(files).findings if not each.is_well}


def test_bundle_of_a_settlement_holds(bundle: bytes) -> None:
    checked = check_file(bundle, "bundle.zip")

    assert [each for each in checked.findings if not each.is_well] == []
    assert {note.rule for note in checked.notes} == {"signer", "certificate", "signed_at", "self_signed"}


def test_bundle_holds_what_it_says(files: dict[str, bytes]) -> None:
    (evidence,) = set(files) - set(FILES)

    assert files[evidence] == b"a photograph"
    assert files["drawing.png"] == PNG
    assert files["agreement-signed.pdf"].startswith(files["agreement.pdf"])


@pytest.mark.parametrize("name", [*FILES, "evidence/"])
def test_one_flipped_byte_is_found_and_named(files: dict[str, bytes], name: str) -> None:
    (file,) = [each for each in files if each.startswith(name) and (name != "agreement.pdf" or each == name)]
    for place in {0, len(files[file]) // 2, len(files[file]) - 2}:
        altered = bytearray(files[file])
        altered[place] ^= 1

        assert file in broken({**files, file: bytes(altered)}), place


@pytest.mark.parametrize("name", FILES)
def test_file_that_is_taken_out_is_missed(files: dict[str, bytes], name: str) -> None:
    left = {each: content for each, content in files.items() if each != name}

    assert broken(left)


def test_file_that_is_put_in_is_named(files: dict[str, bytes]) -> None:
    assert "invented.txt" in broken({**files, "invented.txt": b"I never said that"})


def test_events_rewritten_with_all_lists_are_found_by_the_companys_signature(files: dict[str, bytes]) -> None:
    custody = files["custody.json"].replace(b'"company"', b'"nobodyx"')
    files = {**files, "custody.json": custody, **_relisted({**files, "custody.json": custody})}

    assert "manifest.sig" in broken(files)


def test_manifest_signed_by_somebody_else_is_found(files: dict[str, bytes]) -> None:
    stranger = Signer(new_signing_certificate("晨星家电有限公司"))
    forged = {
        **files,
        "company-certificate.pem": stranger.pem,
        "manifest.sig": stranger.sign_bytes(files["manifest.json"]),
    }

    assert "company-certificate.pem" in broken(forged)


def test_signed_agreement_alone_holds_and_says_that_nobody_vouches_for_its_signer(
    files: dict[str, bytes],
) -> None:
    checked = check_file(files["agreement-signed.pdf"], "agreement-signed.pdf")

    assert checked.is_whole
    assert "self_signed" in {note.rule for note in checked.notes}


def test_what_is_appended_after_the_signature_is_found(files: dict[str, bytes]) -> None:
    checked = check_file(files["agreement-signed.pdf"] + b"\n% more", "agreement-signed.pdf")

    assert "signature_covers_all" in {each.rule for each in checked.findings if not each.is_well}


def test_unsigned_agreement_is_told_as_unsigned(files: dict[str, bytes]) -> None:
    checked = check_file(files["agreement.pdf"], "agreement.pdf")

    assert [each.rule for each in checked.findings] == ["signature_missing"]


def test_certificate_in_the_bundle_is_the_public_half_only(files: dict[str, bytes]) -> None:
    assert b"PRIVATE KEY" not in b"".join(files.values())
    with pytest.raises(ValueError, match="key"):
        serialization.load_pem_private_key(files["company-certificate.pem"], password=None)


def _relisted(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return the manifest and sums a careful forger would write."""
    import hashlib  # noqa: PLC0415 - the forger's tool

    manifest = json.loads(files["manifest.json"])
    for item in manifest["items"]:
        item["sha256"] = hashlib.sha256(files[item["name"]]).hexdigest()
    written = json.dumps(manifest, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()
    every = {**files, "manifest.json": written}
    del every["SHA256SUMS"]
    sums = "".join(f"{hashlib.sha256(every[name]).hexdigest()}  {name}\n" for name in sorted(every))
    return {"manifest.json": written, "SHA256SUMS": sums.encode()}
