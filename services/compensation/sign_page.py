"""The page behind a one-time link: what a customer reads, signs or declines, in Chinese and English.

It knows nothing about anybody: the link's token stays in the fragment until the page itself exchanges it.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Final

from fastapi import APIRouter, Response

from services.compensation.settlement.wording import LANGUAGES, consent_text

# Only its own files and the document it made a blob of; nobody frames it, and no address leaves with a referrer.
_HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src blob:;"
        " img-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
}

router = APIRouter(prefix="/sign", include_in_schema=False)


@router.get("")
async def page() -> Response:
    """Show the page."""
    return Response(_page(), media_type="text/html", headers=_HEADERS)


@router.get("/sign.js")
async def script() -> Response:
    """Give the page's script."""
    return Response(_file("sign.js"), media_type="text/javascript", headers=_HEADERS)


@router.get("/sign.css")
async def style() -> Response:
    """Give the page's style."""
    return Response(_file("sign.css"), media_type="text/css", headers=_HEADERS)


@cache
def _page() -> str:
    # "<" is escaped so that no text can end the script element it stands in.
    consents = json.dumps({name: consent_text(name) for name in LANGUAGES}, ensure_ascii=False)
    return _file("sign.html").replace("{consents}", consents.replace("<", "\\u003c"))


@cache
def _file(name: str) -> str:
    return files("services.compensation").joinpath("pages", name).read_text(encoding="utf-8")
