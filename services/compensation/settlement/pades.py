"""PAdES baseline B-B by pyHanko, which takes long to load: a service is up before that, and few processes ever sign."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko_certvalidator.registry import CertificateRegistry

FIELD: Final = "CompanySignature"


def signed_pdf(pdf: bytes, pem: bytes, *, name: str, reason: str) -> bytes:
    """Return the PDF with an incremental update that signs it; `pem` holds the key and its certificate chain."""
    own, *others = load_certs_from_pemder_data(pem)
    signer = signers.SimpleSigner(
        signing_cert=own,
        signing_key=load_private_key_from_pemder_data(pem, passphrase=None),
        cert_registry=CertificateRegistry.build(others),
    )
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        reason=reason,
        name=name,
        subfilter=SigSeedSubFilter.PADES,
    )
    output = BytesIO()
    signers.PdfSigner(metadata, signer).sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), output=output)
    return output.getvalue()


def signer_in(pdf: bytes) -> bytes:
    """Return the certificate (PEM) a PDF of ours was signed with."""
    (signature,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
    return x509.load_der_x509_certificate(signature.signer_cert.dump()).public_bytes(Encoding.PEM)
