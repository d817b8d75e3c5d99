"""A whole evidence bundle: every item against the manifest, and the items against one another."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Annotated, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from operate.errors import OperateError
from operate.evidence.findings import Finding, Note, judged
from operate.evidence.listing import check_manifest, check_sums
from operate.evidence.pdf import check_pdf, signer_known
from operate.evidence.rows import Extracted, check_rows, extract_of, proof_of

FORMAT: Final = "amends.evidence.1"
MANIFEST: Final = "manifest.json"
RENDERING: Final = "agreement.pdf"
SIGNED: Final = "agreement-signed.pdf"
CONSENT: Final = "consent.json"
DRAWING: Final = "drawing.png"
EVENTS: Final = "events.jsonl"
CHAIN: Final = "chain.json"
CUSTODY: Final = "custody.json"
CERTIFICATE: Final = "company-certificate.pem"
SIGNATURE: Final = "manifest.sig"
SUMS: Final = "SHA256SUMS"
CLOSING_EVENTS: Final = "closing-events.jsonl"
CLOSING_CHAIN: Final = "closing-chain.json"
# What follows from the rest and is for people: not in the manifest.
_AIDS: Final = frozenset({MANIFEST, SIGNATURE, SUMS, "README.txt"})
_NEEDED: Final = (RENDERING, SIGNED, CONSENT, EVENTS, CHAIN, CUSTODY, CERTIFICATE, SIGNATURE, SUMS)
# The rule of the many findings that say one thing: an item is what the manifest says.
ITEM: Final = "item_as_listed"
_UNPACKED_BYTES_MAX: Final = 200_000_000

P = TypeVar("P", bound=BaseModel)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class ManifestItem(_Part):
    """One file of the bundle."""

    name: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    size: int


class Manifest(_Part):
    """What belongs to a settlement."""

    format: str
    complaint: str
    round: int
    document: str
    signed: str
    items: tuple[ManifestItem, ...]


class _Consent(_Part):
    document: str
    drawing: str | None = None


class _Custodian(_Part):
    holder: str
    copy_kind: str


class _Custody(_Part):
    document: str
    custody: tuple[_Custodian, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """Everything that was found in a file."""

    findings: tuple[Finding, ...]
    notes: tuple[Note, ...]

    @property
    def is_whole(self) -> bool:
        """True when nothing is broken."""
        return all(each.is_well for each in self.findings)


def check_file(content: bytes, name: str, known: frozenset[str] = frozenset()) -> Checked:
    """Check a bundle, or a signed PDF alone; of `known` see `signer_known`. Raises OperateError for other files."""
    if zipfile.is_zipfile(BytesIO(content)) and not content.startswith(b"%PDF"):
        return check_bundle(_unpacked(content, name), known)
    if content.startswith(b"%PDF"):
        found = check_pdf(content, name)
        return Checked((*found.findings, *signer_known(found, name, known)), found.notes)
    raise OperateError(
        f"{name} is neither an evidence bundle (zip) nor a PDF.",
        "Give the file as it was downloaded: the bundle, or the signed agreement.",
    )


def check_bundle(files: Mapping[str, bytes], known: frozenset[str] = frozenset()) -> Checked:
    """Check the files of a bundle by their names; `known` as for `check_file`."""
    manifest = _read(Manifest, files.get(MANIFEST))
    if manifest is None or manifest.format != FORMAT:
        texts = ("There is no manifest that this release can read.", "没有本版本可读的清单。")
        return Checked((judged("manifest_unreadable", MANIFEST, texts, is_well=False),), ())
    findings = [*_items(manifest, files)]
    missing = [name for name in _NEEDED if name not in files]
    if missing:
        texts = (f"Missing: {', '.join(missing)}.", f"缺少：{'、'.join(missing)}。")
        return Checked((*findings, judged("bundle_incomplete", MANIFEST, texts, is_well=False)), ())
    signed = check_pdf(files[SIGNED], SIGNED)
    findings += [
        *signed.findings,
        *signer_known(signed, SIGNED, known),
        *_documents(manifest, files, signed.document),
        *_consent(manifest, files),
    ]
    findings += [*_events(manifest, files), *_closing(files), *_custody(manifest, files)]
    findings += [*check_manifest(files, signed.certificate, known), *check_sums(files)]
    return Checked(tuple(findings), signed.notes)


def _unpacked(content: bytes, name: str) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(BytesIO(content)) as bundle:
            if sum(each.file_size for each in bundle.infolist()) > _UNPACKED_BYTES_MAX:
                raise OperateError(
                    f"{name} unpacks to more than {_UNPACKED_BYTES_MAX // 1_000_000} MB.",
                    "No bundle of ours is that large: ask for it again where it came from.",
                )
            return {each.filename: bundle.read(each) for each in bundle.infolist() if not each.is_dir()}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise OperateError(
            f"{name} cannot be unpacked ({type(error).__name__}).",
            "It is damaged: download the bundle again.",
        ) from None


def _items(manifest: Manifest, files: Mapping[str, bytes]) -> Iterable[Finding]:
    for item in manifest.items:
        content = files.get(item.name)
        is_well = content is not None and hashlib.sha256(content).hexdigest() == item.sha256
        texts = (
            ("It is what the manifest says, byte for byte.", "与清单逐字节一致。")
            if is_well
            else ("It is not what the manifest says.", "与清单不符。")
            if content is not None
            else ("The manifest names it and it is not there.", "清单所列文件缺失。")
        )
        yield judged(ITEM, item.name, texts, is_well=is_well)
    strangers = sorted(set(files) - {item.name for item in manifest.items} - _AIDS)
    for name in strangers:
        texts = ("It is in the bundle and not in the manifest.", "文件不在清单之列。")
        yield judged("item_unlisted", name, texts, is_well=False)


def _documents(manifest: Manifest, files: Mapping[str, bytes], named: str | None) -> Iterable[Finding]:
    document = hashlib.sha256(files[RENDERING]).hexdigest()
    is_one = document == manifest.document == named
    yield judged(
        "one_document",
        RENDERING,
        (
            "Manifest, rendering and the company's signature speak of one document.",
            "清单、文本与公司签名指向同一文件。",
        )
        if is_one
        else (
            "Manifest, rendering and signature speak of different documents.",
            "清单、文本与公司签名所指文件不一致。",
        ),
        is_well=is_one,
    )
    is_prefix = files[SIGNED].startswith(files[RENDERING])
    yield judged(
        "signed_holds_rendering",
        SIGNED,
        ("It begins with the unsigned document, byte for byte.", "签名文件以未签名文本逐字节开头。")
        if is_prefix
        else ("It does not begin with the unsigned document.", "签名文件并非以未签名文本开头。"),
        is_well=is_prefix,
    )


def _consent(manifest: Manifest, files: Mapping[str, bytes]) -> Iterable[Finding]:
    consent = _read(_Consent, files[CONSENT])
    is_well = consent is not None and consent.document == manifest.document
    yield judged(
        "consent_of_document",
        CONSENT,
        ("The customer consented to this very document.", "客户同意的正是本文件。")
        if is_well
        else ("The consent record is not of this document.", "同意记录所指并非本文件。"),
        is_well=is_well,
    )
    drawing = None if consent is None else consent.drawing
    if drawing is not None or DRAWING in files:
        is_same = DRAWING in files and hashlib.sha256(files[DRAWING]).hexdigest() == drawing
        yield judged(
            "drawing_of_consent",
            DRAWING,
            ("It is the drawing the consent record names.", "手写签名与同意记录一致。")
            if is_same
            else ("It is not the drawing the consent record names.", "手写签名与同意记录不符。"),
            is_well=is_same,
        )


def _events(manifest: Manifest, files: Mapping[str, bytes]) -> Iterable[Finding]:
    try:
        events, proof = extract_of(files[EVENTS]), proof_of(files[CHAIN])
    except ValueError:
        texts = ("Events or chain cannot be read.", "事件记录或哈希链无法读取。")
        yield judged("events_unreadable", EVENTS, texts, is_well=False)
        return
    yield from check_rows(events, proof, EVENTS, CHAIN)
    consent = hashlib.sha256(files[CONSENT]).hexdigest()
    rendered = _told(events, "document_rendered", manifest.round, document=manifest.document)
    agreed = _told(events, "customer_signed", manifest.round, document=manifest.document, consent=consent)
    is_well = rendered and agreed
    yield judged(
        "events_name_document",
        EVENTS,
        (
            "The log says that this document was rendered and that the customer signed it.",
            "日志载明本文件已生成并由客户签署。",
        )
        if is_well
        else (
            "The log does not say that the customer signed this document.",
            "日志中没有客户签署本文件的记载。",
        ),
        is_well=is_well,
    )


def _closing(files: Mapping[str, bytes]) -> Iterable[Finding]:
    """Check the closing extract, which only an archived settlement has."""
    if not {CLOSING_EVENTS, CLOSING_CHAIN} & set(files):
        return
    try:
        events, proof = extract_of(files.get(CLOSING_EVENTS, b"")), proof_of(files.get(CLOSING_CHAIN, b""))
    except ValueError:
        texts = ("Events or chain cannot be read.", "事件记录或哈希链无法读取。")
        yield judged("events_unreadable", CLOSING_EVENTS, texts, is_well=False)
        return
    yield from check_rows(events, proof, CLOSING_EVENTS, CLOSING_CHAIN)


def _told(events: Iterable[Extracted], name: str, number: int, **members: str) -> bool:
    """Say whether an event of that name and round says these members in public, where the chain proves them."""
    wanted = {"round": number, **members}
    return any(
        wanted.items() <= {key: each.said().get(key) for key in wanted}.items()
        for each in events
        if each.type == f"negotiation.{name}"
    )


def _custody(manifest: Manifest, files: Mapping[str, bytes]) -> Iterable[Finding]:
    record = _read(_Custody, files[CUSTODY])
    holders = set() if record is None else {each.holder for each in record.custody}
    originals = () if record is None else [each for each in record.custody if each.copy_kind == "original"]
    is_well = (
        record is not None
        and record.document == manifest.document
        and holders >= {"customer", "company"}
        and len(originals) == 1
    )
    yield judged(
        "custody_complete",
        CUSTODY,
        ("One keeps the original, and either side has its copy.", "原件有唯一保管人，双方各执一份。")
        if is_well
        else (
            "The custody record is not complete, or of another document.",
            "保管记录不完整，或属于其他文件。",
        ),
        is_well=is_well,
    )


def _read(kind: type[P], content: bytes | None) -> P | None:
    if content is None:
        return None
    try:
        return kind.model_validate(json.loads(content))
    except ValueError:
        return None
