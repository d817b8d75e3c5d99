"""One step up for each old version of a stored event: {(type, version): step}. None is old yet."""

from __future__ import annotations

from typing import Final

from eventlog.codec import Upcasters

UPCASTERS: Final[Upcasters] = {}
