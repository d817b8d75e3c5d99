"""`amends evidence check`: exit 0 when a file holds, 1 when it does not, and plain words for both."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from operate.commands.evidence import app
from operate.errors import OperateError
from services.compensation.settlement.document import render
from services.compensation.settlement.signing import Signer, new_signing_certificate
from tests.support.agreements import ENGLISH


@pytest.fixture(scope="module")
def signed() -> bytes:
    rendered = render(ENGLISH)
    return Signer(new_signing_certificate("Morningstar Appliances Ltd")).sign(rendered.pdf, rendered.sha256)


def check(folder: Path, content: bytes, *options: str, name: str = "agreement.pdf") -> tuple[int, str]:
    file = folder / name
    file.write_bytes(content)
    result = CliRunner().invoke(app, ["check", str(file), *options], catch_exceptions=False)
    return result.exit_code, result.output


def test_signed_agreement_holds_and_says_who_signed(tmp_path: Path, signed: bytes) -> None:
    code, _ = check(tmp_path, signed)
    _, told = check(tmp_path, signed, "--json")

    found = json.loads(told)
    assert (code, found["whole"]) == (0, True)
    assert {note["rule"] for note in found["notes"]} >= {"signer", "self_signed"}
    assert all(each["en"] and each["zh"] for each in found["findings"])


def test_altered_agreement_does_not_hold(tmp_path: Path, signed: bytes) -> None:
    altered = bytearray(signed)
    altered[len(signed) // 4] ^= 1

    code, told = check(tmp_path, bytes(altered), "--json")

    assert code == 1
    assert not json.loads(told)["whole"]


def test_who_signed_must_be_whom_the_reader_knows(tmp_path: Path) -> None:
    rendered = render(ENGLISH)
    own, other = (Signer(new_signing_certificate("Morningstar Appliances Ltd")) for _ in range(2))
    signed = own.sign(rendered.pdf, rendered.sha256)
    (tmp_path / "own.pem").write_bytes(own.pem)
    (tmp_path / "other.der").write_bytes(other.certificate)
    (tmp_path / "none.pem").write_bytes(b"hello")

    assert check(tmp_path, signed, "--certificate", str(tmp_path / "own.pem"))[0] == 0
    assert check(tmp_path, signed, "--certificate", str(tmp_path / "other.der"))[0] == 1
    (tmp_path / "both.pem").write_bytes(own.pem + other.pem)
    with pytest.raises(OperateError, match="more than one certificate"):
        check(tmp_path, signed, "--certificate", str(tmp_path / "both.pem"))
    with pytest.raises(OperateError, match="no certificate"):
        check(tmp_path, signed, "--certificate", str(tmp_path / "none.pem"))


def test_file_of_another_kind_is_told_what_to_give_instead(tmp_path: Path) -> None:
    with pytest.raises(OperateError, match="neither an evidence bundle"):
        check(tmp_path, b"hello", name="hello.txt")


def test_damaged_zip_is_told_as_damaged(tmp_path: Path) -> None:
    with pytest.raises(OperateError, match=r"agreement|bundle"):
        check(tmp_path, b"PK\x03\x04 not a zip at all", name="bundle.zip")
