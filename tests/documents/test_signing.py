"""The company's signature: over the very bytes that were agreed, naming them, with a key and its own certificate."""

from __future__ import annotations

import hashlib

import pytest

from operate.evidence.pdf import check_pdf
from services.compensation.settlement.document import render
from services.compensation.settlement.signing import Signer, SigningKeyUnusable, new_signing_certificate
from tests.support.agreements import ENGLISH

PEM = new_signing_certificate("Morningstar Appliances Ltd")


def test_signed_file_begins_with_the_unsigned_one_and_names_its_hash() -> None:
    rendered = render(ENGLISH)
    signer = Signer(PEM)

    signed = signer.sign(rendered.pdf, rendered.sha256)

    checked = check_pdf(signed, "agreement.pdf")
    assert signed.startswith(rendered.pdf)
    assert checked.is_whole
    assert (checked.document, checked.rendering) == (rendered.sha256, rendered.pdf)
    assert checked.certificate == signer.fingerprint


def test_company_is_called_as_its_certificate_says() -> None:
    assert Signer(PEM).company == "Morningstar Appliances Ltd"


def test_fingerprint_is_the_hash_of_the_certificate() -> None:
    signer = Signer(PEM)

    assert signer.fingerprint == hashlib.sha256(signer.certificate).hexdigest()


@pytest.mark.parametrize(
    "pem",
    [
        b"",
        b"nothing of the kind",
        PEM.partition(b"-----BEGIN CERT")[0],
        PEM[PEM.index(b"-----BEGIN CERT") :],
        PEM.partition(b"-----BEGIN CERT")[0]
        + new_signing_certificate("another")[new_signing_certificate("another").index(b"-----BEGIN CERT") :],
    ],
)
def test_file_without_key_and_its_certificate_is_refused_without_quoting_it(pem: bytes) -> None:
    with pytest.raises(SigningKeyUnusable) as refused:
        Signer(pem)

    assert "BEGIN" not in str(refused.value)
