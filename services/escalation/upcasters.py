"""One step up for each old version of a stored event: {(type, version): step}."""

from __future__ import annotations

from typing import Any, Final

from eventlog.codec import Upcasters


def remedy_agreed_1_to_2(body: dict[str, Any]) -> dict[str, Any]:
    """Leave out the hash of the terms: it would have told so short a text to whoever guesses."""
    return {name: value for name, value in body.items() if name != "terms_sha256"}


UPCASTERS: Final[Upcasters] = {("group.remedy_agreed", 1): remedy_agreed_1_to_2}
