"""The evidence bundle: a zip made from the vault alone, so it survives an erasure; same evidence, same bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from importlib.resources import files
from io import BytesIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from services.compensation.settlement.vault import Kept, Vault

MANIFEST: Final = "manifest"
SIGNATURE: Final = "manifest-signature"
# The first day a zip can tell; when things happened stands in the manifest.
_NO_DATE: Final = (1980, 1, 1, 0, 0, 0)
_READABLE: Final = 0o644 << 16


class NoBundle(Exception):  # noqa: N818 - names the condition
    """The complaint has no settlement in the vault."""


async def bundle_of(vault: Vault, complaint: str) -> bytes:
    """Return the bundle of a complaint's last settlement, as of its newest manifest. Raises NoBundle."""
    kept = await vault.items_of(complaint)
    manifest = _newest(kept, MANIFEST)
    listed = await vault.get(manifest.sha256)
    contents = {
        str(item["name"]): await vault.get(str(item["sha256"])) for item in json.loads(listed)["items"]
    }
    contents["manifest.json"] = listed
    contents["manifest.sig"] = await _signature(vault, kept, manifest)
    contents["README.txt"] = files("services.compensation").joinpath("pages", "bundle.txt").read_bytes()
    sums = [f"{hashlib.sha256(contents[name]).hexdigest()}  {name}\n" for name in sorted(contents)]
    contents["SHA256SUMS"] = "".join(sums).encode()
    return _zipped(contents)


def _newest(kept: Sequence[Kept], name: str) -> Kept:
    found = [each for each in kept if each.name == name]
    if not found:
        raise NoBundle
    return found[-1]


async def _signature(vault: Vault, kept: Sequence[Kept], manifest: Kept) -> bytes:
    """Return the signature that was made for a manifest; each is kept with the manifest's hash in `obtained`."""
    (found, *_) = [each for each in kept if each.name == SIGNATURE and each.obtained == manifest.sha256]
    return await vault.get(found.sha256)


def _zipped(contents: dict[str, bytes]) -> bytes:
    output = BytesIO()
    with ZipFile(output, "w", ZIP_DEFLATED) as archive:
        for name in sorted(contents):
            info = ZipInfo(name, _NO_DATE)
            info.compress_type = ZIP_DEFLATED
            info.external_attr = _READABLE
            archive.writestr(info, contents[name])
    return output.getvalue()
