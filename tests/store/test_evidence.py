"""A real bundle of a real settlement, checked offline; and whatever is altered in it is found and named."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from cryptography.hazmat.primitives import serialization

from eventlog.postgres.migrate import engine_migrations, migrate, migrations_in
from eventlog.postgres.pool import Pool, open_pool
from operate.evidence.bundle import check_bundle, check_file
from operate.evidence.listing import fingerprint_in
from operate.stack.databases import create_database, drop_database
from operate.stack.local import Engines
from services.compensation.app import SERVICE
from services.compensation.settlement.archiving import Archiving
from services.compensation.settlement.bundle import bundle_of
from services.compensation.settlement.signing import Signer, new_signing_certificate
from tests.store.settling import House, house, ordered, paid, settled, signed_by_customer
from tests.unit.compensation import story

DATABASE = "test_evidence"
PEM = new_signing_certificate("晨星家电有限公司")
RENEWED = new_signing_certificate("晨星家电有限公司")
PNG = b"\x89PNG\r\n\x1a\n a drawing"
FILES = (
    *("README.txt", "SHA256SUMS", "agreement-signed.pdf", "agreement.pdf", "chain.json"),
    *("closing-chain.json", "closing-events.jsonl", "company-certificate.pem", "consent-text.txt"),
    *("consent.json", "custody.json", "drawing.png", "events.jsonl", "manifest.json", "manifest.sig"),
)


Make: TypeAlias = Callable[[Pool, Path], Awaitable[House]]


def bundled(engines: Engines, folder: Path, make: Make) -> bytes:
    """Return the bundle of a settlement that `make` brings to its archive over a database of its own."""

    async def run() -> bytes:
        dsn = await create_database(engines, DATABASE)
        await migrate(dsn, [*engine_migrations(), *migrations_in("compensation", SERVICE.migrations)])
        pool = await open_pool(dsn, application="evidence-tests", size=4)
        try:
            return await bundle_of((await make(pool, folder)).vault, story.COMPLAINT)
        finally:
            pool.terminate()
            await drop_database(engines, DATABASE)

    return asyncio.run(run())


def unpacked(bundle: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def bundle(postgres_only: Engines, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    async def make(pool: Pool, folder: Path) -> House:
        found = house(pool, folder, PEM)
        await settled(found, drawing=PNG)
        return found

    return bundled(postgres_only, tmp_path_factory.mktemp("house"), make)


@pytest.fixture
def files(bundle: bytes) -> dict[str, bytes]:
    return unpacked(bundle)


@pytest.fixture
def renewed(postgres_only: Engines, tmp_path: Path) -> dict[str, bytes]:
    """A settlement whose company got a new certificate between signature and archive."""

    async def make(pool: Pool, folder: Path) -> House:
        seen = await ordered(house(pool, folder, PEM))
        found = house(pool, folder, RENEWED)
        await paid(found, seen)
        return found

    return unpacked(bundled(postgres_only, tmp_path, make))


@pytest.fixture
def renewed_midway(postgres_only: Engines, tmp_path: Path) -> dict[str, bytes]:
    """A settlement whose compensation died with the signature kept, and came back with a new certificate."""

    async def make(pool: Pool, folder: Path) -> House:
        found = house(pool, folder, PEM)
        signature = await signed_by_customer(found)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Archiving, "_manifest", _dies)
            with pytest.raises(SystemError):
                await found.follow(signature, story.later(hours=9))
        found = house(pool, folder, RENEWED)
        await found.settle_what_is_open(story.later(hours=10), signature.version - 1)
        return found

    return unpacked(bundled(postgres_only, tmp_path, make))


async def _dies(*_: object, **__: object) -> str:
    raise SystemError("killed")


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


def test_settlement_archived_after_a_renewal_holds_for_who_knows_the_new_certificate(
    renewed: dict[str, bytes],
) -> None:
    old, new = Signer(PEM).fingerprint, Signer(RENEWED).fingerprint
    known: list[list[str]] = [[old, new], [old], [new], []]
    found = [check_bundle(renewed, frozenset(each)) for each in known]

    assert fingerprint_in(renewed["company-certificate.pem"]) == old
    assert fingerprint_in(renewed["manifest-certificate.pem"]) == new
    assert [each.is_whole for each in found] == [True, False, False, False]
    assert broken(renewed) == {"manifest-certificate.pem"}


def test_signature_made_before_a_renewal_keeps_its_certificate(renewed_midway: dict[str, bytes]) -> None:
    assert fingerprint_in(renewed_midway["company-certificate.pem"]) == Signer(PEM).fingerprint
    assert check_bundle(
        renewed_midway, frozenset({Signer(PEM).fingerprint, Signer(RENEWED).fingerprint})
    ).is_whole


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
