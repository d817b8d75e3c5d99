"""The company's signature: PAdES baseline B-B in an incremental update, so the unsigned rendering stays its prefix."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from eventlog.clock import Clock

# The reason names the hash in this very form; whoever verifies looks for it.
REASON: Final = "Settlement agreement, SHA-256 of the unsigned document: {document}"
_YEARS_VALID: Final = timedelta(days=3 * 365)
_CLOCKS_DIFFER: Final = timedelta(minutes=10)


class SigningKeyUnusable(Exception):  # noqa: N818 - names the condition
    """The file holds no PKCS#8 key with the X.509 certificate that belongs to it."""


class Signer:
    """Signs for the company with the key and certificate of a PEM file (PKCS#8 and X.509)."""

    def __init__(self, pem: bytes) -> None:
        try:
            self._certificate, *_issuers = x509.load_pem_x509_certificates(pem)
            self._key = _key_of(self._certificate, pem)
        except (ValueError, TypeError):
            raise SigningKeyUnusable("company-signing.pem needs one PKCS#8 key and its certificate") from None
        self._held = pem

    @property
    def certificate(self) -> bytes:
        """The certificate (DER)."""
        return self._certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        """The certificate as PEM."""
        return self._certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the certificate (hex)."""
        return fingerprint_of(self.pem)

    @property
    def company(self) -> str:
        """The company's name as its certificate says it: the organisation, else the common name."""
        subject = self._certificate.subject
        for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
            for named in subject.get_attributes_for_oid(oid):
                if named.value:
                    return str(named.value)
        return ""

    def sign(self, pdf: bytes, document: str) -> bytes:
        """Return the signed PDF, which begins with the unsigned one byte for byte. CPU work: call it in a thread.

        `document` is the SHA-256 (hex) of the unsigned PDF and stands in the reason. The signing time is the
        real one, whatever the installation's offset: the certificate's validity is.
        """
        # The library takes a second to load: see there.
        from services.compensation.settlement.pades import signed_pdf  # noqa: PLC0415

        return signed_pdf(pdf, self._held, name=self.company, reason=REASON.format(document=document))

    def sign_bytes(self, content: bytes) -> bytes:
        """Return a detached signature over SHA-256: ECDSA (DER), or RSA (PKCS#1 v1.5) where the key is RSA."""
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(content, padding.PKCS1v15(), hashes.SHA256())
        return self._key.sign(content, ec.ECDSA(hashes.SHA256()))


def certificate_in(pdf: bytes) -> bytes:
    """Return the certificate (PEM) a PDF of ours was signed with: the signer's own, or the one before a renewal.

    CPU work: call it in a thread.
    """
    # The library takes a second to load: see there.
    from services.compensation.settlement.pades import signer_in  # noqa: PLC0415

    return signer_in(pdf)


def fingerprint_of(pem: bytes) -> str:
    """Return the SHA-256 (hex) of a certificate."""
    der = x509.load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER)
    return hashlib.sha256(der).hexdigest()


def new_signing_certificate(name: str) -> bytes:
    """Return a fresh P-256 key with a self-signed certificate as PEM, for development: nobody trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = Clock().real_now()
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, name),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{name} (development)"),
        ]
    )
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCKS_DIFFER)
        .not_valid_after(now + _YEARS_VALID)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + certificate.public_bytes(serialization.Encoding.PEM)


def _key_of(certificate: x509.Certificate, pem: bytes) -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise TypeError("the key is neither EC nor RSA")
    if key.public_key() != certificate.public_key():
        raise ValueError("key and certificate do not belong together")
    return key
