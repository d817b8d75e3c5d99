"""Bytes from outside become plain values only if every reader would read them alike (RFC 8259, I-JSON)."""

from __future__ import annotations

import json
import re
from itertools import accumulate
from math import isfinite
from typing import Any, Final, NoReturn

MAX_BYTES: Final = 262_144  # architecture.md 4
MAX_DEPTH: Final = 32

_BOM = b"\xef\xbb\xbf"
_OTHER_BOMS: Final = (0xFE, 0xFF)
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
# An escape counts only after an even number of backslashes: "\\u0000" is six ordinary characters.
_ESCAPED_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEP: Final = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_PLAIN_NAME = re.compile(r"[A-Za-z_]{1,40}")


class BadBody(Exception):  # noqa: N818 - a refusal is an answer, like Refused
    """Bytes that are no acceptable JSON text; `rule` is a stable name, `detail` never quotes a value."""

    def __init__(self, rule: str, detail: str) -> None:
        super().__init__(f"{rule}: {detail}")
        self.rule = rule
        self.detail = detail


def parse_json(body: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Any:
    """Return the plain value of one JSON text in UTF-8 (a leading byte order mark is passed over).

    Raises BadBody with one of the rules body_too_large, not_utf8 (other encodings, half surrogate pairs),
    nul_character (raw or escaped), too_deep, not_json, duplicate_member, not_finite (NaN, infinities and
    numbers no reader can hold).
    """
    if len(body) > max_bytes:
        raise BadBody("body_too_large", f"the body has {len(body)} bytes, {max_bytes} are allowed")
    body = body.removeprefix(_BOM)
    _refuse_nul(body)
    # Counting first keeps the scan away from ordinary bodies: without 33 brackets there is no depth 33.
    if body.count(b"{") + body.count(b"[") > max_depth and _depth(body) > max_depth:
        raise BadBody("too_deep", f"objects and lists may nest {max_depth} deep")
    value = _decoded(body)
    if _ESCAPED_SURROGATE.search(body):
        _refuse_half_surrogates(value)
    return value


def safe_name(name: str) -> str:
    """Return a member name fit for a log or a problem document: anything but a plain word becomes `*`."""
    return name if _PLAIN_NAME.fullmatch(name) else "*"


def _refuse_nul(body: bytes) -> None:
    if b"\0" in body:
        # RFC 4627, section 3: JSON begins with two ASCII characters, whose zero bytes give UTF-16 and UTF-32 away.
        if 0 in body[:2] or body[0] in _OTHER_BOMS:
            raise BadBody("not_utf8", "the body looks like UTF-16 or UTF-32")
        raise BadBody("nul_character", "the body holds a NUL byte")
    if b"\\u0000" in body and _ESCAPED_NUL.search(body):
        raise BadBody("nul_character", "a text holds the escaped character U+0000")


def _depth(body: bytes) -> int:
    brackets = _STRING.sub(b"", body).translate(None, _NOT_BRACKETS)
    return max(accumulate(_STEP[bracket] for bracket in brackets), default=0)


def _decoded(body: bytes) -> Any:
    try:
        return _DECODER.decode(body.decode())
    except UnicodeDecodeError as error:
        raise BadBody("not_utf8", f"byte {error.start} is not UTF-8") from None
    except json.JSONDecodeError as error:
        # The decoder's own exception carries the whole text, so it must not travel on.
        raise BadBody("not_json", f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except ValueError:
        # The one ValueError left: an integer of more digits than Python converts.
        raise BadBody("not_finite", "a number is out of range") from None


def _refuse_half_surrogates(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise BadBody("not_utf8", "a text holds half of a surrogate pair") from None


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise BadBody("duplicate_member", f"the member {safe_name(_repeated(pairs))} is given twice")
    return members


def _repeated(pairs: list[tuple[str, Any]]) -> str:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            return name
        seen.add(name)
    raise AssertionError("called only when a name repeats")


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise BadBody("not_finite", "a number is out of range")
    return number


def _not_a_number(name: str) -> NoReturn:
    raise BadBody("not_finite", f"{name} is no JSON number")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique_members, parse_float=_finite, parse_constant=_not_a_number
)
