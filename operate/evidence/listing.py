"""The lists of a bundle: the company's signature of the manifest, and the sums anybody can check."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from operate.evidence.findings import Finding, judged

_MANIFEST: Final = "manifest.json"
_SIGNATURE: Final = "manifest.sig"
_CERTIFICATE: Final = "company-certificate.pem"
_LISTER: Final = "manifest-certificate.pem"
_SUMS: Final = "SHA256SUMS"


def check_manifest(
    files: Mapping[str, bytes], signer: str | None, known: frozenset[str] = frozenset()
) -> Iterable[Finding]:
    """Check the manifest's signature, and that its certificate is the one the agreement was signed with.

    `signer` is the SHA-256 (hex) of the certificate in the signed PDF, `known` those the reader knows to be the
    company's: where the list was signed with another one, nothing in the bundle says whose that is.
    """
    certificate = _certificate(files[_CERTIFICATE])
    is_same = certificate is not None and _fingerprint(certificate) == signer
    yield judged(
        "certificate_of_signer",
        _CERTIFICATE,
        ("It is the certificate the agreement was signed with.", "与协议签名所用证书一致。")
        if is_same
        else ("It is not the certificate the agreement was signed with.", "与协议签名所用证书不一致。"),
        is_well=is_same,
    )
    if _LISTER in files:
        certificate = _certificate(files[_LISTER])
        yield _known(certificate, known)
    is_signed = certificate is not None and _verifies(certificate, files[_SIGNATURE], files[_MANIFEST])
    yield judged(
        "manifest_signed",
        _SIGNATURE,
        ("The company signed the manifest, and with it every item.", "公司已签署清单及其所列全部内容。")
        if is_signed
        else ("It is not the company's signature of this manifest.", "签名与本清单不符。"),
        is_well=is_signed,
    )


def check_sums(files: Mapping[str, bytes]) -> Iterable[Finding]:
    """Check the sums against the files, and against the manifest: which of the three says something else."""
    lines = files[_SUMS].decode("utf-8", errors="replace").splitlines()
    told = dict(line.partition("  ")[::2] for line in lines)
    sums = {name: sha256 for sha256, name in told.items()}
    wanted = {name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != _SUMS}
    listed = _listed(files[_MANIFEST])
    for name in sorted(set(sums) ^ set(wanted) | {name for name in wanted if sums.get(name) != wanted[name]}):
        texts = (f"SHA256SUMS and {name} do not agree.", f"SHA256SUMS 与 {name} 不一致。")
        # Where the manifest agrees with the file, it is the sums that were changed; where it is silent, either.
        if listed.get(name) in {None, wanted.get(name)}:
            yield judged("sums_agree", _SUMS, texts, is_well=False)
        if name in wanted and listed.get(name) != wanted[name]:
            yield judged("sums_agree", name, texts, is_well=False)
    if sums == wanted and len(lines) == len(wanted):
        texts = ("Every sum is the sum of its file.", "各文件摘要均相符。")
        yield judged("sums_agree", _SUMS, texts, is_well=True)


def _listed(manifest: bytes) -> dict[str, str]:
    try:
        return {str(item["name"]): str(item["sha256"]) for item in json.loads(manifest)["items"]}
    except (ValueError, KeyError, TypeError):
        return {}


def fingerprint_in(content: bytes) -> str | None:
    """Return the SHA-256 (hex) of a certificate file, PEM or DER; None where it holds none."""
    found = _certificate(content)
    if found is None:
        try:
            found = x509.load_der_x509_certificate(content)
        except ValueError:
            return None
    return _fingerprint(found)


def _known(certificate: x509.Certificate | None, known: frozenset[str]) -> Finding:
    if certificate is None:
        texts = ("It is no certificate that can be read.", "无法读取证书。")
        return judged("certificate_known", _LISTER, texts, is_well=False)
    fingerprint = _fingerprint(certificate)
    is_known = fingerprint in known
    en = "The list was signed with a certificate you gave as the company's."
    zh = "清单签名证书是您提供的公司证书之一。"
    if not is_known:
        en = (
            "Another certificate signed the list than the agreement: renewed since, or not the company's. "
            f"Ask the company for the one with SHA-256 {fingerprint}, and give it with --certificate."
        )
        zh = (
            "清单与协议的签名证书不同：其间已更换，或并非公司所出。"
            f"请向公司索取指纹为 {fingerprint} 的证书，并以 --certificate 提供。"
        )
    return judged("certificate_known", _LISTER, (en, zh), is_well=is_known)


def _fingerprint(certificate: x509.Certificate) -> str:
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


def _certificate(pem: bytes) -> x509.Certificate | None:
    try:
        return x509.load_pem_x509_certificate(pem)
    except ValueError:
        return None


def _verifies(certificate: x509.Certificate, signature: bytes, content: bytes) -> bool:
    try:
        key = certificate.public_key()
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, content, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, content, padding.PKCS1v15(), hashes.SHA256())
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True
