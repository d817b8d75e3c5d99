"""Command ids from the Idempotency-Key header: the same key of the same caller on the same route is one command."""

from __future__ import annotations

import re
import uuid
from typing import Final

from fastapi import Request

from eventlog.clock import fresh_id
from eventlog.ids import derived_id
from eventlog.message import By
from hosting.problems import Problem

HEADER: Final = "Idempotency-Key"
_SCOPE: Final = "http"
_KEY = re.compile(r"[!#-\[\]-~]{1,128}")  # visible ASCII without the quotation mark and the backslash


def command_id(by: By, route: str, key: str | None) -> uuid.UUID:
    """Return the id of the command a caller sends on a route: derived from the key, fresh without one.

    The key may stand in quotation marks, as the draft standard writes it. Raises Problem 400 when it is
    empty, too long or not plain ASCII.
    """
    if key is None:
        return fresh_id()
    bare = key.strip()
    if len(bare) > 1 and bare[0] == bare[-1] == '"':
        bare = bare[1:-1]
    if not _KEY.fullmatch(bare):
        raise Problem(400, "idempotency_key_malformed", field=f"header:{HEADER.lower()}")
    return derived_id(_SCOPE, by.actor, route, bare)


def request_command_id(request: Request, by: By) -> uuid.UUID:
    """Return the id of the command this request carries. Raises Problem 400.

    The route is method and path with its ids, so one key used for two complaints is two commands.
    """
    return command_id(by, f"{request.method} {request.url.path}", request.headers.get(HEADER))
