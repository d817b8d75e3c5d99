"""Folders other programs read: one JSON file for each letter or payment order, put once, whole or not at all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import rfc8785

from eventlog.errors import Unavailable


def put_once(folder: Path, name: str, document: Mapping[str, Any]) -> bool:
    """Put a JSON file into a folder unless one of that name is there; say whether the file there is this one.

    The file appears whole: it is written aside, then linked under its name. Only the owner may read it, since
    letters and orders are personal. Blocking: call it in a thread. Raises Unavailable when the folder cannot be
    written to now: it is tried again.
    """
    try:
        return _put(folder, name, rfc8785.dumps(dict(document)))
    except OSError as trouble:
        raise Unavailable(f"the folder cannot be written to ({trouble.strerror})") from None


def _put(folder: Path, name: str, content: bytes) -> bool:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / name
    # Two that write the same may write aside at once: same bytes under the same name do no harm.
    aside = folder / f".{name}.{hashlib.sha256(content).hexdigest()[:16]}.new"
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(aside, target)
    except FileExistsError:
        return target.read_bytes() == content
    finally:
        aside.unlink(missing_ok=True)
    return True
