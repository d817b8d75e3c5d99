"""A signed agreement alone: is the signature good, does it cover everything, which rendering does it name."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from operate.evidence.findings import Finding, Note, judged

_SHA256: Final = re.compile(r"\b[0-9a-f]{64}\b")
_REVISION_END: Final = re.compile(rb"%%EOF[ \t]*(?:\r\n|\n|\r)?")
# What the library raises for bytes that are no PDF, or a broken one: it has no common base.
_UNREADABLE: Final = (
    PdfError,
    SigningError,
    SignatureValidationError,
    ValueError,
    KeyError,
    TypeError,
    IndexError,
)


@dataclass(frozen=True, slots=True)
class PdfChecked:
    """What a signed PDF showed. `rendering` is the unsigned document inside it, None where none was found."""

    findings: tuple[Finding, ...]
    notes: tuple[Note, ...] = ()
    document: str | None = None
    rendering: bytes | None = None
    certificate: str | None = None

    @property
    def is_whole(self) -> bool:
        """True when nothing is broken."""
        return all(each.is_well for each in self.findings)


def check_pdf(content: bytes, place: str) -> PdfChecked:
    """Check the one signature of a PDF against the PDF itself; nothing is fetched and nobody is asked."""
    try:
        signatures = PdfFileReader(BytesIO(content)).embedded_signatures
        if len(signatures) != 1:
            return _unsigned(place, len(signatures))
        return _checked(content, signatures[0], place)
    except _UNREADABLE:
        texts = ("It is no PDF that can be read, or it is damaged.", "无法读取：不是 PDF，或已损坏。")
        return PdfChecked((judged("pdf_unreadable", place, texts, is_well=False),))


def signer_known(found: PdfChecked, place: str, known: frozenset[str]) -> Iterable[Finding]:
    """Say whether who signed is one of the `known` (SHA-256 of certificates, hex); nothing where none are given."""
    if not known:
        return
    is_known = found.certificate in known
    yield judged(
        "certificate_known",
        place,
        _either(
            is_known,
            (
                "It was signed with a certificate you gave as the company's.",
                "签名证书是您提供的公司证书之一。",
            ),
            ("It was signed with none of the certificates you gave.", "签名证书不在您提供的证书之列。"),
        ),
        is_well=is_known,
    )


def rendering_in(content: bytes, document: str) -> bytes | None:
    """Return the first part of a PDF, ending where a revision ends, whose SHA-256 is `document`; None without one."""
    so_far, start = hashlib.sha256(), 0
    for end in _revision_ends(content):
        so_far.update(content[start:end])
        start = end
        if so_far.copy().hexdigest() == document:
            return content[:end]
    return None


def _revision_ends(content: bytes) -> list[int]:
    # Writers differ in what follows the mark: with and without its line end.
    ends = {place for found in _REVISION_END.finditer(content) for place in (found.start() + 5, found.end())}
    return sorted(ends)


def _unsigned(place: str, count: int) -> PdfChecked:
    texts = (
        f"It carries {count} signatures where there must be one.",
        f"应有一个签名，实有 {count} 个。",
    )
    return PdfChecked((judged("signature_missing", place, texts, is_well=False),))


def _checked(content: bytes, signature: EmbeddedPdfSignature, place: str) -> PdfChecked:
    signer = signature.signer_cert
    # Only itself may vouch for the certificate: who else does is the reader's question, not the file's.
    status = validate_pdf_signature(
        signature, ValidationContext(trust_roots=[signer], allow_fetching=False), skip_diff=True
    )
    reason = str(signature.sig_object.get("/Reason", ""))
    named = _SHA256.findall(reason)
    rendering = rendering_in(content, named[0]) if len(named) == 1 else None
    covers_all = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    findings = (
        judged(
            "signature_intact",
            place,
            _either(
                status.intact and status.valid,
                ("The signature is good: nothing it covers was changed.", "签名有效，所覆盖的内容未被改动。"),
                ("The signature is broken: what it covers was changed.", "签名无效，所覆盖的内容已被改动。"),
            ),
            is_well=bool(status.intact and status.valid),
        ),
        judged(
            "signature_covers_all",
            place,
            _either(
                covers_all,
                (
                    "It covers the whole file; nothing was added after it.",
                    "签名覆盖整个文件，其后无任何追加。",
                ),
                ("Something was added to the file after it was signed.", "签名之后文件又被追加了内容。"),
            ),
            is_well=covers_all,
        ),
        judged(
            "reason_names_document",
            place,
            _either(
                rendering is not None,
                (
                    "The reason names the SHA-256 of the unsigned document, which is the first part of this file.",
                    "签名理由所载的 SHA-256 与文件内未签名文本一致。",
                ),
                (
                    "The reason does not name the SHA-256 of the unsigned document inside.",
                    "签名理由所载的 SHA-256 与文件内未签名文本不一致。",
                ),
            ),
            is_well=rendering is not None,
        ),
    )
    return PdfChecked(
        findings,
        _notes(signer, signature, place),
        named[0] if len(named) == 1 else None,
        rendering,
        hashlib.sha256(signer.dump()).hexdigest(),
    )


def _either(is_well: object, well: tuple[str, str], broken: tuple[str, str]) -> tuple[str, str]:
    return well if is_well else broken


def _notes(signer: Any, signature: EmbeddedPdfSignature, place: str) -> tuple[Note, ...]:
    who = signer.subject.human_friendly
    fingerprint = hashlib.sha256(signer.dump()).hexdigest()
    at = signature.self_reported_timestamp
    notes = [
        Note("signer", place, f"Signed by {who}.", f"签名者：{who}。"),
        Note(
            "certificate",
            place,
            f"Certificate SHA-256 {fingerprint}; compare it with the company's own word.",
            f"证书 SHA-256 指纹 {fingerprint}，请与公司公布的指纹核对。",
        ),
    ]
    if at is not None:
        told = at.isoformat(timespec="seconds")
        notes.append(
            Note(
                "signed_at",
                place,
                f"Signed at {told}, by the signer's own clock; no time stamp authority was asked.",
                f"签名时间 {told}（以签名方时钟为准，未经时间戳机构确认）。",
            )
        )
    if signer.self_signed in {"yes", "maybe"}:
        notes.append(
            Note(
                "self_signed",
                place,
                "The certificate is its own issuer: nobody else vouches for who that is. "
                "Development installations sign so.",
                "证书为自签名，没有第三方证明其身份；开发环境即如此。",
            )
        )
    return tuple(notes)
